#pragma once

// A collection's schema as the JSON text that the store keeps, and back.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::store::embedded {

[[nodiscard]] std::string schema_to_json(const model::CollectionSchema& schema);
[[nodiscard]] Result<model::CollectionSchema> schema_from_json(std::string_view text);

// usage or unsupported: names that are empty, doubled or begin with '_', more than the store can number.
[[nodiscard]] Result<void> check_schema(const model::CollectionSchema& schema);

// What alter() makes of the two: old properties in their old places, new ones behind. conflict when a type, an index
// flag or the vector would change.
[[nodiscard]] Result<model::CollectionSchema> altered_schema(const model::CollectionSchema& old_schema,
                                                             const model::CollectionSchema& new_schema);

}  // namespace ely::store::embedded
