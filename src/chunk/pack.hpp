#pragma once

// Ranges of lines to chunks: small neighbours are put together, large ones divided where a reader would divide them.
// It knows lines and their word pieces, not languages.

#include <string>
#include <string_view>
#include <vector>

#include "chunk/chunker.hpp"
#include "chunk/lines.hpp"
#include "model/chunk.hpp"

namespace ely::chunk {

// What should stay together if it fits. Units come in order and do not overlap.
struct Unit {
    LineRange lines;
    std::string_view symbol;  // of the definition, or of the one around these lines
    std::string_view owner;   // the definition around it: units of one owner may be put together
    std::string_view kind;    // as model::Chunk has it; empty for lines between definitions
};

[[nodiscard]] std::vector<model::Chunk> pack(const Lines& lines, const std::vector<Unit>& units,
                                             const Options& options);

// Lines of a text of which nothing else is known.
[[nodiscard]] std::vector<model::Chunk> pack_lines(const Lines& lines, const Options& options);

}  // namespace ely::chunk
