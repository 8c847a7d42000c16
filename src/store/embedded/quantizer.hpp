#pragma once

// Vectors in eight bits a dimension for the first pass of a search, with what is needed to know how wrong the pass can
// be; and the exact score of the second pass. doc/formats/embedded-store.md, "Vectors", has the arithmetic.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::store::embedded {

// Codes of a vector take a multiple of this many bytes, filled up with zeros.
inline constexpr std::uint32_t k_code_alignment = 32;
[[nodiscard]] inline std::uint32_t code_stride(std::uint32_t dimensions) {
    return (dimensions + k_code_alignment - 1) / k_code_alignment * k_code_alignment;
}

// Some hundred vectors, column-wise. A vector x (divided by its length first, where the distance is cosine) is
// scale * codes + rest, with |rest| <= error.
struct QuantizedBlock {
    std::vector<float> scales;
    std::vector<float> errors;
    std::vector<double> norms;  // |x|, before any division
    std::string codes;          // stride bytes each

    [[nodiscard]] std::size_t count() const { return scales.size(); }
    void append(std::span<const float> vector, model::Distance distance);
    // One row of another block of the same dimensions.
    void append_from(const QuantizedBlock& other, std::size_t row, std::uint32_t stride);
    [[nodiscard]] std::string encode() const;
    static Result<QuantizedBlock> decode(std::string_view bytes, std::size_t count, std::uint32_t stride);
};

// What a first pass knows of a vector's rank value: it is within [value - slack, value + slack]. The rank value orders
// vectors as their score does: the dot product (of unit vectors for cosine), less half the square of |x| for euclidean.
struct Estimate {
    double value;
    double slack;
};

class QuantizedQuery {
  public:
    QuantizedQuery(std::span<const float> query, model::Distance distance);
    // The estimates of all rows, into `out` of count() elements.
    void estimate(const QuantizedBlock& block, std::span<Estimate> out) const;
    // The rank value that belongs to an exact score of this query.
    [[nodiscard]] double rank_value(double score) const;

  private:
    model::Distance m_distance;
    std::vector<std::int16_t> m_codes;  // stride long
    double m_scale = 0;
    double m_norm = 0;       // of what was quantised
    double m_error = 0;      // |query - scale * codes|
    double m_code_norm = 0;  // |scale * codes|
};

// Higher is nearer: cosine similarity (0 when a vector has no length), dot product, negated distance. Computed in
// double precision in a fixed order, so that it is the same on every machine.
[[nodiscard]] double exact_score(model::Distance distance, std::span<const float> query, std::span<const float> vector);

// Whether every element is a finite number.
[[nodiscard]] bool all_finite(std::span<const float> values);

// The sum of a[i] * b[i]; `size` is a multiple of k_code_alignment.
using DotFunction = std::int64_t (*)(const std::int8_t* a, const std::int16_t* b, std::size_t size);
[[nodiscard]] std::int64_t dot_portable(const std::int8_t* a, const std::int16_t* b, std::size_t size);
// The fastest for this machine.
[[nodiscard]] DotFunction dot_function();

}  // namespace ely::store::embedded
