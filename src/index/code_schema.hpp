#pragma once

// What a collection of code looks like, and a chunk as one of its objects. doc/formats/code-collection.md.

#include <string>
#include <string_view>

#include "model/chunk.hpp"
#include "model/collection_schema.hpp"
#include "model/value.hpp"

namespace ely::index {

// `vectorizer` "none" gives a collection without a vector; "local" one with the local model's `dimensions`.
[[nodiscard]] model::CollectionSchema code_schema(std::string_view name, std::string_view vectorizer,
                                                  std::string_view model, std::uint32_t dimensions);

// A message when a collection lacks what indexing writes; empty when it fits.
[[nodiscard]] std::string missing_for_code(const model::CollectionSchema& schema);

[[nodiscard]] model::Properties chunk_properties(const model::Document& document, const model::Chunk& chunk);

}  // namespace ely::index
