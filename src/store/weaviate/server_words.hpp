#pragma once

// What the server means by its words, where it tells no status of its own.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ely::store::weaviate {

// Of a whole request that it did not carry out; internal when the words are not known.
[[nodiscard]] Code code_of_words(std::string_view words);
// Of one object that it did not write; usage when the words are not known.
[[nodiscard]] Code code_of_object(std::string_view words);
// A collection that the server takes nothing into, as it does when its disk is nearly full.
[[nodiscard]] Error read_only_error(std::string message, const std::string& check_command);

}  // namespace ely::store::weaviate
