#pragma once

// What the col commands show of a collection, read once from the store and the ledger.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "operate/workspace.hpp"
#include "store/collection.hpp"

namespace ely::programs {

struct CollectionFacts {
    std::shared_ptr<store::Collection> collection;
    store::CollectionStats stats;
    // Files; nullopt when we indexed nothing into it.
    std::optional<std::uint64_t> documents;

    [[nodiscard]] const std::string& name() const { return collection->schema().name; }
    [[nodiscard]] std::uint32_t dimensions() const;
    [[nodiscard]] std::string vectorizer() const;
};

// not_found, with the names that are alike.
[[nodiscard]] Result<CollectionFacts> collection_facts(operate::Workspace& workspace, const std::string& name);
// Repositories under care that are indexed into the collection.
[[nodiscard]] Result<std::vector<std::string>> repositories_of(operate::Workspace& workspace, const std::string& name);
// "1,247", or "-" for none.
[[nodiscard]] std::string count_or_dash(const std::optional<std::uint64_t>& count);
// null for none.
[[nodiscard]] nlohmann::ordered_json json_or_null(const std::optional<std::uint64_t>& count);

}  // namespace ely::programs
