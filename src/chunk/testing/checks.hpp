#pragma once

// What holds for the chunks of any text: used by unit tests, properties and the fuzz target.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/chunk.hpp"

namespace ely::chunk::testing {

// What is wrong with these chunks of the content, if anything: chunks out of order or sharing lines, text that is not
// that of its lines, a line with text that is in none.
[[nodiscard]] std::optional<std::string> fault(std::string_view content, const std::vector<model::Chunk>& chunks);

}  // namespace ely::chunk::testing
