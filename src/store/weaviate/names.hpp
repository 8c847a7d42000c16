#pragma once

// Names as Weaviate has them. A collection's begins with a capital letter and has letters, digits and '_' only; a
// property's begins with a letter or '_'.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::store::weaviate {

// "my-repo" -> "My_repo", "2fast" -> "C_2fast". Several names may come out alike; the store then says so.
[[nodiscard]] std::string class_name(std::string_view wanted);

// Properties that the store adds to its own collections and shows to nobody: words within words, so that the server
// finds identifiers by their parts, and whether there is a vector, which the server cannot be asked.
inline constexpr std::string_view k_words_property = "search_words";
inline constexpr std::string_view k_has_vector_property = "has_vector";

// usage for a name that Weaviate refuses, or that the store uses itself.
[[nodiscard]] Result<void> check_property_name(const model::Property& property);

}  // namespace ely::store::weaviate
