#pragma once

// The row that each collection has in the table of collections, and the tables of its own. Callers hold a transaction.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "store/embedded/connection.hpp"

namespace ely::store::embedded {

struct CollectionRow {
    std::int64_t id = 0;
    std::string schema;           // JSON
    std::int64_t generation = 0;  // one more with every write
    std::int64_t next_ordinal = 1;
    std::int64_t next_segment = 1;
    std::int64_t next_block = 1;
    std::int64_t objects = 0;
    std::int64_t vectors = 0;
    std::int64_t bytes = 0;  // of the objects' properties
};

// The layout's migrations, for Database::migrate.
[[nodiscard]] std::span<const std::string_view> layout_migrations();

[[nodiscard]] Result<std::optional<CollectionRow>> find_collection(Connection& connection, std::string_view name);
[[nodiscard]] Result<std::optional<CollectionRow>> find_collection(Connection& connection, std::int64_t id);
[[nodiscard]] Result<void> save_collection(Connection& connection, const CollectionRow& row);
[[nodiscard]] Result<CollectionRow> insert_collection(Connection& connection, std::string_view name,
                                                      std::string_view schema);
[[nodiscard]] Result<void> drop_collection(Connection& connection, std::int64_t id);
// All of the collection's objects and what hangs on them.
[[nodiscard]] Result<void> clear_collection(Connection& connection, CollectionRow& row);

}  // namespace ely::store::embedded
