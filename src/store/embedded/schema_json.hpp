#pragma once

// A collection's schema as the JSON text that the store keeps, and back.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::store::embedded {

[[nodiscard]] std::string schema_to_json(const model::CollectionSchema& schema);
[[nodiscard]] Result<model::CollectionSchema> schema_from_json(std::string_view text);

}  // namespace ely::store::embedded
