#include "programs/elysiactl/collection_facts.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely::programs {

std::uint32_t CollectionFacts::dimensions() const {
    const auto& vectors = collection->schema().vectors;
    return vectors.empty() ? 0 : vectors.front().dimensions;
}

std::string CollectionFacts::vectorizer() const {
    const auto& vectors = collection->schema().vectors;
    return vectors.empty() ? "none" : vectors.front().vectorizer;
}

Result<CollectionFacts> collection_facts(operate::Workspace& workspace, const model::CollectionAddress& address) {
    CollectionFacts out;
    out.cluster = address.cluster;
    ELY_TRY_ASSIGN(auto* store, workspace.store(address.cluster));
    out.store = store->location();
    ELY_TRY_ASSIGN(out.collection, store->open(address.name));
    ELY_TRY_ASSIGN(out.stats, out.collection->stats());
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY_ASSIGN(out.documents, ledger->documents(out.store, out.name()));
    return out;
}

Result<std::vector<std::string>> repositories_of(operate::Workspace& workspace,
                                                 const model::CollectionAddress& address) {
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(const auto entries, state->repositories());
    std::vector<std::string> out;
    for (const auto& entry : entries) {
        if (entry.address() == address) out.push_back(entry.name);
    }
    return out;
}

nlohmann::ordered_json cluster_json(const std::string& cluster) {
    return cluster.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(cluster);
}

std::string count_or_dash(const std::optional<std::uint64_t>& count) {
    return count ? format_count(*count) : "-";
}

nlohmann::ordered_json json_or_null(const std::optional<std::uint64_t>& count) {
    return count ? nlohmann::ordered_json(*count) : nlohmann::ordered_json(nullptr);
}

}  // namespace ely::programs
