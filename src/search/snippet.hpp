#pragma once

// The lines of a place that show why it was found.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ely::search {

struct Mark {
    std::size_t start = 0;  // in the line's text, in bytes
    std::size_t size = 0;
};

struct SnippetLine {
    std::uint32_t number = 0;  // in the file
    std::string text;
    std::vector<Mark> marks;  // words of the query, in order, not overlapping
};

// At most `lines` lines in a row: those with the most different words of the query, the earliest of equals.
[[nodiscard]] std::vector<SnippetLine> make_snippet(std::string_view text, std::uint32_t first_line,
                                                    std::string_view query, std::size_t lines = 4);

}  // namespace ely::search
