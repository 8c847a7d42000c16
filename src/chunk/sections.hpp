#pragma once

// Prose by its headings: the sections of Markdown (ATX and setext headings, fenced code is no heading) and of
// reStructuredText (underlined titles). It reads lines only; inline markup means nothing to it.

#include <string>
#include <vector>

#include "chunk/lines.hpp"

namespace ely::chunk {

struct Section {
    LineRange lines;
    std::string path;   // "Install > From source"
    std::string owner;  // the path of the section around it
};

// All lines, in order; the first section has an empty path when the text does not start with a heading.
[[nodiscard]] std::vector<Section> markdown_sections(const Lines& lines);
[[nodiscard]] std::vector<Section> rst_sections(const Lines& lines);

}  // namespace ely::chunk
