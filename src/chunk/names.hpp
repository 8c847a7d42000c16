#pragma once

// What a definition is called, as its language writes it. It knows where each grammar keeps names, and nothing else.

#include <string>
#include <string_view>

#include "chunk/grammar/grammar.hpp"

namespace ely::chunk {

// Empty when the node has no name, e.g. a struct that is declared elsewhere or a binding whose value defines nothing.
[[nodiscard]] std::string name_of(const Reader& reader, Role role, TSNode node, std::string_view text);

}  // namespace ely::chunk
