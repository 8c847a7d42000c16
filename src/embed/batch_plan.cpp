#include "embed/batch_plan.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ely::embed {

namespace {

// Measured, see doc/embedding.md: larger batches leave the caches, smaller ones read the weights too often.
constexpr std::size_t k_batch_tokens_f32 = 256;
constexpr std::size_t k_batch_tokens_bf16 = 1024;
// A multiple of the floats in a vector register.
constexpr std::size_t k_length_step_f32 = 8;
constexpr std::size_t k_length_step_bf16 = 32;

}  // namespace

BatchLimits batch_limits(Precision precision, std::size_t max_tokens) {
    if (precision == Precision::bf16) return {k_batch_tokens_bf16, k_length_step_bf16, max_tokens};
    return {k_batch_tokens_f32, k_length_step_f32, max_tokens};
}

std::vector<Batch> plan_batches(std::span<const std::size_t> lengths, const BatchLimits& limits) {
    const auto padded = [&](std::uint32_t text) {
        const auto rounded = (lengths[text] + limits.step - 1) / limits.step * limits.step;
        return std::min(std::max(rounded, limits.step), limits.longest);
    };
    std::vector<std::uint32_t> order(lengths.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return padded(a) > padded(b); });

    std::vector<Batch> batches;
    for (const auto text : order) {
        const auto length = padded(text);
        const bool fits = !batches.empty() && batches.back().length == length &&
                          (batches.back().texts.size() + 1) * length <= limits.tokens;
        if (!fits) batches.push_back({length, {}});
        batches.back().texts.push_back(text);
    }
    return batches;
}

}  // namespace ely::embed
