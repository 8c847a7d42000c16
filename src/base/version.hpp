#pragma once

// The version of the two programs, which are released together.

#include <string_view>

namespace ely {

// "0.1.0"
[[nodiscard]] std::string_view version();

}  // namespace ely
