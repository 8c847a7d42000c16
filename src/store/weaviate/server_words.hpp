#pragma once

// What the server means by its words, where it tells no status of its own.

#include <string_view>

#include "base/result.hpp"

namespace ely::store::weaviate {

// Of a whole request that it did not carry out; internal when the words are not known.
[[nodiscard]] Code code_of_words(std::string_view words);

}  // namespace ely::store::weaviate
