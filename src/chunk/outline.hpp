#pragma once

// The definitions of a source text, as a grammar sees them: their lines (with the comments, decorators and attributes
// that belong to them), their qualified symbols, and which stands in which. Function bodies are not looked into.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chunk/grammar/grammar.hpp"
#include "chunk/lines.hpp"
#include "chunk/skim/skim.hpp"

namespace ely::chunk {

enum class Kind : std::uint8_t { function, method, type, scope };

struct Definition {
    Kind kind = Kind::function;
    LineRange lines;
    std::string symbol;
    // One past its last descendant: an outline lists each definition before those inside it, in the text's order.
    std::uint32_t descendants_end = 0;
};

// Definitions beside each other share no line; those inside one lie within its lines.
using Outline = std::vector<Definition>;

enum class Reading : std::uint8_t { skimmed, whole };

// nullopt when the text cannot be parsed in reasonable time. `whole` reads function bodies too; the outline is meant to
// be the same.
[[nodiscard]] std::optional<Outline> outline(const Grammar& grammar, std::string_view text, const Lines& lines,
                                             Reading reading = Reading::skimmed);

}  // namespace ely::chunk
