#pragma once

// Tells what somebody made up to stand for a secret ("xxxx", "your-token-here", "1234567890") from what a generator
// made. It knows no shapes of tokens.

#include <string_view>

namespace ely::detect {

// A word in it says that it is none: "example", "placeholder", "your", ...
[[nodiscard]] bool names_placeholder(std::string_view text);

// That, or "abcdefghij", "1234567890", "00000000", "xxxxxxxx", or too few different characters for a random string.
[[nodiscard]] bool looks_made_up(std::string_view token);

}  // namespace ely::detect
