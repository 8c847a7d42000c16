#pragma once

// How many columns text takes on a terminal, by Unicode's widths: wide characters and emoji take two, combining marks
// none. Escape sequences of our own styles take none.

#include <cstddef>
#include <string>
#include <string_view>

namespace ely::ui {

[[nodiscard]] std::size_t display_width(std::string_view text);
// At most `width` columns; what is left out is told by "…" at the end.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width);
// At most `width` columns, with the middle left out: for paths, whose ends say most.
[[nodiscard]] std::string cut_middle(std::string_view text, std::size_t width);
// Broken at spaces into lines of at most `width` columns (0: one line); words that are longer stand alone.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::string_view indent = {});

}  // namespace ely::ui
