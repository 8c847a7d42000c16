#include "store/embedded/quantizer.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "store/embedded/byte_codec.hpp"

namespace ely::store::embedded {
namespace {

using model::Distance;

// Products of floats are exact in double, so a fused multiply-add gives what the two steps give, and four sums in a
// fixed order are the same on every machine.
double dot(std::span<const float> a, std::span<const float> b) {
    std::array<double, 4> sums{};
    std::size_t i = 0;
    for (; i + 4 <= a.size(); i += 4) {
        for (std::size_t lane = 0; lane < 4; ++lane) {
            sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
        }
    }
    for (; i < a.size(); ++i) sums[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double squared_distance(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        const double square = difference * difference;
        sum += square;
    }
    return sum;
}

double largest(std::span<const double> values) {
    double out = 0;
    for (const auto value : values) out = std::max(out, std::abs(value));
    return out;
}

std::vector<double> prepared(std::span<const float> vector, double norm, Distance distance) {
    std::vector<double> out(vector.begin(), vector.end());
    if (distance != Distance::cosine || norm == 0) return out;
    for (auto& value : out) value /= norm;
    return out;
}

float rounded_up(double value) {
    const auto out = static_cast<float>(value);
    return std::nextafter(out, std::numeric_limits<float>::infinity());
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) std::int64_t dot_avx2(const std::int8_t* a, const std::int16_t* b, std::size_t size) {
    __m256i low = _mm256_setzero_si256();
    __m256i high = _mm256_setzero_si256();
    for (std::size_t i = 0; i < size; i += 32) {
        const auto* codes = reinterpret_cast<const __m128i*>(a + i);
        const auto* query = reinterpret_cast<const __m256i*>(b + i);
        const auto first = _mm256_cvtepi8_epi16(_mm_loadu_si128(codes));
        const auto second = _mm256_cvtepi8_epi16(_mm_loadu_si128(codes + 1));
        low = _mm256_add_epi32(low, _mm256_madd_epi16(first, _mm256_loadu_si256(query)));
        high = _mm256_add_epi32(high, _mm256_madd_epi16(second, _mm256_loadu_si256(query + 1)));
    }
    const auto sum = _mm256_add_epi32(low, high);
    const auto half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    const auto pair = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
    const auto one = _mm_add_epi32(pair, _mm_shuffle_epi32(pair, 0xB1));
    return _mm_cvtsi128_si32(one);
}
#endif

// The query's codes stay small enough that 32-bit sums of their products with bytes cannot overflow.
double query_code_limit(std::size_t dimensions) {
    const double limit =
        2147483647.0 / (128.0 * static_cast<double>(code_stride(static_cast<std::uint32_t>(dimensions))));
    return std::floor(std::min(limit, 32767.0));
}

}  // namespace

std::int64_t dot_portable(const std::int8_t* a, const std::int16_t* b, std::size_t size) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += static_cast<std::int32_t>(a[i]) * b[i];
    return sum;
}

DotFunction dot_function() {
#if defined(__x86_64__)
    static const DotFunction best = __builtin_cpu_supports("avx2") ? dot_avx2 : dot_portable;
    return best;
#else
    return dot_portable;
#endif
}

bool all_finite(std::span<const float> values) {
    for (const float value : values) {
        if (!std::isfinite(value)) return false;
    }
    return true;
}

double exact_score(Distance distance, std::span<const float> query, std::span<const float> vector) {
    switch (distance) {
        case Distance::dot:
            return dot(query, vector);
        case Distance::euclidean:
            return -std::sqrt(squared_distance(query, vector));
        case Distance::cosine:
            break;
    }
    const double norms = std::sqrt(dot(query, query)) * std::sqrt(dot(vector, vector));
    return norms == 0 ? 0 : dot(query, vector) / norms;
}

void QuantizedBlock::append(std::span<const float> vector, Distance distance) {
    const double norm = std::sqrt(dot(vector, vector));
    const auto values = prepared(vector, norm, distance);
    const auto scale = static_cast<float>(largest(values) / 127);
    const auto start = codes.size();
    codes.resize(start + code_stride(static_cast<std::uint32_t>(vector.size())));
    double rest = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        double code = scale == 0 ? 0 : std::nearbyint(values[i] / static_cast<double>(scale));
        code = std::clamp(code, -127.0, 127.0);
        codes[start + i] = static_cast<char>(static_cast<std::int8_t>(code));
        const double difference = values[i] - code * static_cast<double>(scale);
        rest += difference * difference;
    }
    scales.push_back(scale);
    // A little more than the sum says, for the rounding inside it.
    errors.push_back(rounded_up(std::sqrt(rest) * (1 + 1e-9)));
    norms.push_back(norm);
}

void QuantizedBlock::append_from(const QuantizedBlock& other, std::size_t row, std::uint32_t stride) {
    scales.push_back(other.scales[row]);
    errors.push_back(other.errors[row]);
    norms.push_back(other.norms[row]);
    codes.append(other.codes, row * stride, stride);
}

std::string QuantizedBlock::encode() const {
    std::string out;
    out.reserve(count() * 16 + codes.size());
    const auto put = [&](const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); };
    put(scales.data(), scales.size() * sizeof(float));
    put(errors.data(), errors.size() * sizeof(float));
    put(norms.data(), norms.size() * sizeof(double));
    return out + codes;
}

Result<QuantizedBlock> QuantizedBlock::decode(std::string_view bytes, std::size_t count, std::uint32_t stride) {
    if (bytes.size() != count * (2 * sizeof(float) + sizeof(double) + stride)) {
        return fail(Code::corrupt, "a block of vectors has the wrong size");
    }
    QuantizedBlock out;
    out.scales.resize(count);
    out.errors.resize(count);
    out.norms.resize(count);
    const char* at = bytes.data();
    const auto take = [&](void* to, std::size_t size) {
        if (size > 0) std::memcpy(to, at, size);
        at += size;
    };
    take(out.scales.data(), count * sizeof(float));
    take(out.errors.data(), count * sizeof(float));
    take(out.norms.data(), count * sizeof(double));
    out.codes.assign(at, count * stride);
    return out;
}

QuantizedQuery::QuantizedQuery(std::span<const float> query, Distance distance) : m_distance(distance) {
    const double norm = std::sqrt(dot(query, query));
    const auto values = prepared(query, norm, distance);
    m_norm = distance == Distance::cosine && norm != 0 ? 1 : norm;
    m_codes.resize(code_stride(static_cast<std::uint32_t>(query.size())));
    m_scale = largest(values) / query_code_limit(query.size());
    if (m_scale == 0) {
        m_error = m_norm;
        return;
    }
    double rest = 0;
    double length = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double code = std::nearbyint(values[i] / m_scale);
        m_codes[i] = static_cast<std::int16_t>(code);
        rest += (values[i] - code * m_scale) * (values[i] - code * m_scale);
        length += code * m_scale * code * m_scale;
    }
    m_error = std::sqrt(rest) * (1 + 1e-9);
    m_code_norm = std::sqrt(length) * (1 + 1e-9);
}

void QuantizedQuery::estimate(const QuantizedBlock& block, std::span<Estimate> out) const {
    const auto multiply = dot_function();
    const auto stride = m_codes.size();
    const auto* codes = reinterpret_cast<const std::int8_t*>(block.codes.data());
    for (std::size_t i = 0; i < block.count(); ++i) {
        const auto sum = static_cast<double>(multiply(codes + i * stride, m_codes.data(), stride));
        const double error = block.errors[i];
        const double norm = m_distance == Distance::cosine ? 1.0 : block.norms[i];
        // (query codes + query rest) * (codes + rest), less the product of the codes.
        double slack = m_code_norm * error + m_error * (norm + 2 * error) + 1e-9 * m_norm * norm;
        double value = m_scale * static_cast<double>(block.scales[i]) * sum;
        if (m_distance == Distance::euclidean) {
            value -= norm * norm / 2;
            slack += 1e-9 * (norm * norm + m_norm * m_norm);
        }
        out[i] = {value, slack};
    }
}

double QuantizedQuery::rank_value(double score) const {
    if (m_distance != Distance::euclidean) return score;
    return (m_norm * m_norm - score * score) / 2;
}

}  // namespace ely::store::embedded
