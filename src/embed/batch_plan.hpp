#pragma once

// Which texts run together: texts of about the same length, few enough to stay in a core's caches. How long a text is
// padded depends on its own length alone, so that its vector's bits cannot depend on its company.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "embed/embedder.hpp"

namespace ely::embed {

struct Batch {
    std::size_t length = 0;  // tokens of each text, padding included
    std::vector<std::uint32_t> texts;
};

struct BatchLimits {
    std::size_t tokens = 0;   // of a whole batch; a longer text is a batch of its own
    std::size_t step = 1;     // lengths are padded to a multiple of this
    std::size_t longest = 0;  // but never beyond this
};

// What this CPU does best in that precision (measured: doc/embedding.md).
[[nodiscard]] BatchLimits batch_limits(Precision precision, std::size_t max_tokens);

// `lengths` in tokens, by text. The longest batches come first, so that workers that take them in order end together.
[[nodiscard]] std::vector<Batch> plan_batches(std::span<const std::size_t> lengths, const BatchLimits& limits);

}  // namespace ely::embed
