#include "store/open.hpp"

#include "store/embedded/embedded_check.hpp"
#include "store/embedded/embedded_store.hpp"
#include "store/weaviate/cluster_check.hpp"
#include "store/weaviate/weaviate_store.hpp"

namespace ely::store {

Result<std::unique_ptr<Store>> open_embedded_store(const Path& file, const Clock& clock) {
    return embedded::EmbeddedStore::open(file, clock);
}

Result<std::unique_ptr<Store>> open_weaviate_store(const model::ClusterAccess& access, ClusterUse use) {
    return weaviate::WeaviateStore::open(access, std::move(use));
}

const weaviate::Rest* rest_of(const Store& store) {
    const auto* cluster = dynamic_cast<const weaviate::WeaviateStore*>(&store);
    return cluster == nullptr ? nullptr : &cluster->rest();
}

model::HealthReport check_embedded_store(const Path& file, const Clock& clock) {
    return embedded::check(file, clock);
}

model::HealthReport check_cluster(const model::ClusterAccess& access, const Clock& clock) {
    return weaviate::check(access, clock);
}

}  // namespace ely::store
