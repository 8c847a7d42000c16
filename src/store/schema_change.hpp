#pragma once

// The rules for schemas that hold in every store: what a schema must be like, and what may change once a collection has
// it. And what to say when a collection is not there.

#include <span>
#include <string>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::store {

inline constexpr std::size_t k_max_properties = 250;

// usage: names that are empty, begin with '_' or come twice, objects without properties of their own. unsupported: more
// vectors or dimensions than we keep.
[[nodiscard]] Result<void> check_schema(const model::CollectionSchema& schema);

// The old schema with new properties, descriptions and the like; conflict for a change that would need the objects to
// be written anew.
[[nodiscard]] Result<model::CollectionSchema> altered_schema(const model::CollectionSchema& old_schema,
                                                             const model::CollectionSchema& new_schema);

// The next step of somebody who asked for a collection that is not among these.
[[nodiscard]] std::string hint_for_missing(std::string_view name, std::span<const std::string> names);

}  // namespace ely::store
