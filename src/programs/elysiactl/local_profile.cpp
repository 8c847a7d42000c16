#include "programs/elysiactl/local_profile.hpp"

#include <fmt/format.h>

#include "model/cluster_file.hpp"

namespace ely::programs {
namespace {

model::ClusterProfile profile_of(const operate::LocalCluster& cluster) {
    model::ClusterProfile out;
    out.name = cluster.name;
    out.url = cluster.url();
    out.grpc = cluster.grpc();
    return out;
}

}  // namespace

Result<void> check_profile_is_ours(const model::Folders& folders, const std::string& name) {
    ELY_TRY_ASSIGN(const auto file, model::read_cluster_file(model::cluster_file_path(folders.config)));
    const auto* profile = file.find(name);
    if (profile == nullptr) return {};
    const auto cluster = operate::read_local_cluster(folders.data, name);
    if (cluster && cluster->url() == profile->url) return {};
    return fail(Code::conflict, fmt::format("the cluster profile \"{}\" is another cluster's, {}", name, profile->url),
                fmt::format("elysiactl cluster up --name {}-here", name));
}

Result<void> register_profile(const model::Folders& folders, const operate::LocalCluster& cluster) {
    const auto path = model::cluster_file_path(folders.config);
    ELY_TRY_ASSIGN(const auto lock, model::lock_cluster_file(path));
    ELY_TRY_ASSIGN(auto file, model::read_cluster_file(path));
    // One that is there already may have been given headers and the like.
    if (const auto* known = file.find(cluster.name); known != nullptr && known->url == cluster.url()) return {};
    file.put(profile_of(cluster));
    return model::write_cluster_file(path, file);
}

Result<bool> forget_profile(const model::Folders& folders, const operate::LocalCluster& cluster) {
    const auto path = model::cluster_file_path(folders.config);
    ELY_TRY_ASSIGN(const auto lock, model::lock_cluster_file(path));
    ELY_TRY_ASSIGN(auto file, model::read_cluster_file(path));
    const auto* known = file.find(cluster.name);
    if (known == nullptr || known->url != cluster.url()) return false;
    file.erase(cluster.name);
    if (file.chosen == cluster.name) file.chosen.clear();
    ELY_TRY(model::write_cluster_file(path, file));
    return true;
}

}  // namespace ely::programs
