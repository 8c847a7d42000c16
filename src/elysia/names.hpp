#pragma once

// What Elysia calls its own collections. They begin with ELYSIA_, which hides them from its users.

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace ely::elysia {

// One object for each collection that Elysia may use; a collection without one is ignored.
inline constexpr const char* k_metadata_collection = "ELYSIA_METADATA__";

// Where Elysia keeps the pieces of a collection's long texts, once it has cut any.
[[nodiscard]] inline std::string pieces_collection(std::string_view collection) {
    return "ELYSIA_CHUNKED_" + to_lower_ascii(collection) + "__";
}

}  // namespace ely::elysia
