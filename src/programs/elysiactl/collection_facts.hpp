#pragma once

// What the col commands show of a collection, read once from the store and the ledger.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/collection_address.hpp"
#include "operate/workspace.hpp"
#include "store/collection.hpp"

namespace ely::programs {

struct CollectionFacts {
    std::string cluster;  // empty: the embedded store
    std::string store;    // its location
    std::shared_ptr<store::Collection> collection;
    store::CollectionStats stats;
    // Files; nullopt when we indexed nothing into it.
    std::optional<std::uint64_t> documents;

    // As the store has it, which may not be how it was asked for.
    [[nodiscard]] const std::string& name() const { return collection->schema().name; }
    [[nodiscard]] model::CollectionAddress address() const { return {cluster, name()}; }
    [[nodiscard]] std::uint32_t dimensions() const;
    [[nodiscard]] std::string vectorizer() const;
};

// not_found, with the names that are alike.
[[nodiscard]] Result<CollectionFacts> collection_facts(operate::Workspace& workspace,
                                                       const model::CollectionAddress& address);
// Repositories under care that are indexed into the collection.
[[nodiscard]] Result<std::vector<std::string>> repositories_of(operate::Workspace& workspace,
                                                               const model::CollectionAddress& address);
// "1,247", or "-" for none.
[[nodiscard]] std::string count_or_dash(const std::optional<std::uint64_t>& count);
// null for none: of a cluster's name too.
[[nodiscard]] nlohmann::ordered_json json_or_null(const std::optional<std::uint64_t>& count);
[[nodiscard]] nlohmann::ordered_json cluster_json(const std::string& cluster);

}  // namespace ely::programs
