#pragma once

// "Did you mean": the word of a list that a mistyped one most likely stands for.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ely {

// Letters inserted, left out, exchanged or swapped with their neighbour.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`, unless all are too far off to be meant; the first of equals.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace ely
