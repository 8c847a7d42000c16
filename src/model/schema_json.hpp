#pragma once

// A collection's schema as JSON, for scripts and in files, and the rule for names of collections, which are also names
// of folders and words of command lines.

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::model {

// "text", "text[]", "int", ...: Weaviate's names.
[[nodiscard]] std::string_view data_type_name(DataType type);
[[nodiscard]] std::optional<DataType> data_type_by_name(std::string_view name);
// "cosine", "dot", "euclidean"
[[nodiscard]] std::string_view distance_name(Distance distance);
[[nodiscard]] std::optional<Distance> distance_by_name(std::string_view name);

// {"name", "description", "properties": [{"name", "type", "searchable", "filterable", "description"}],
//  "vectors": [{"name", "dimensions", "distance", "vectorizer", "model"}]}
// An object's property has "nested" too, a list of properties. The embedded store keeps schemas in this form.
[[nodiscard]] nlohmann::ordered_json to_json(const CollectionSchema& schema);
// corrupt
[[nodiscard]] Result<CollectionSchema> schema_from_json(std::string_view text);

// Letters, digits, '_', '-' and '.', a letter or digit first, at most 100 of them; else usage.
[[nodiscard]] Result<void> check_collection_name(std::string_view name);

}  // namespace ely::model
