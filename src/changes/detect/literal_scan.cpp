#include "changes/detect/literal_scan.hpp"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ely::detect {

LiteralScan::LiteralScan(std::span<const Literal> literals) : m_literals(literals.begin(), literals.end()) {
    for (std::size_t k = 0; k < m_literals.size(); ++k) {
        m_by_first_byte[static_cast<unsigned char>(m_literals[k].text.front())].push_back(
            static_cast<std::uint16_t>(k));
    }
    for (const auto& literal : m_literals) {
        const auto bit = static_cast<std::uint8_t>(1U << literal.bucket);
        for (std::size_t i = 0; i < 4; ++i) {
            if (i >= literal.text.size()) {
                for (std::size_t half = 0; half < 16; ++half) {
                    m_low[i][half] |= bit;
                    m_high[i][half] |= bit;
                }
                continue;
            }
            const auto byte = static_cast<std::uint8_t>(literal.text[i]);
            m_low[i][byte & 15U] |= bit;
            m_high[i][byte >> 4U] |= bit;
        }
    }
#if defined(__x86_64__)
    m_portable = __builtin_cpu_supports("avx2") == 0;
#else
    m_portable = true;
#endif
}

LiteralScan::Step LiteralScan::filter(std::string_view text, std::size_t at, Candidates& candidates) const {
    const auto end = std::min(text.size(), at + k_block);
#if defined(__x86_64__)
    // The look-ups reach three bytes and one register further.
    if (!m_portable && end + 3 <= text.size() && end - at >= 32) return filter_avx2(text, at, end, candidates);
    if (!m_portable && text.size() - at >= 35 + 32) {
        return filter_avx2(text, at, at + (text.size() - at - 3) / 32 * 32, candidates);
    }
#endif
    return filter_portable(text, at, end, candidates);
}

LiteralScan::Step LiteralScan::filter_portable(std::string_view text, std::size_t at, std::size_t end,
                                               Candidates& candidates) const {
    Step out{0, end};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t i = at; i < end; ++i) {
        unsigned mask = 0xFFU;
        for (std::size_t k = 0; k < 4 && mask != 0; ++k) {
            // Behind the end stands nothing: a literal of three bytes may end there.
            if (i + k >= text.size()) break;
            mask &= static_cast<unsigned>(m_low[k][bytes[i + k] & 15U]) & m_high[k][bytes[i + k] >> 4U];
        }
        if (mask != 0) candidates[out.candidates++] = static_cast<std::uint32_t>(i - at);
    }
    return out;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) LiteralScan::Step LiteralScan::filter_avx2(std::string_view text, std::size_t at,
                                                                           std::size_t end,
                                                                           Candidates& candidates) const {
    __m256i low[4];
    __m256i high[4];
    for (std::size_t k = 0; k < 4; ++k) {
        low[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(m_low[k].data())));
        high[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(m_high[k].data())));
    }
    const auto nibble = _mm256_set1_epi8(15);
    const auto zero = _mm256_setzero_si256();
    Step out{0, at};
    for (std::size_t i = at; i + 32 <= end; i += 32) {
        auto hits = _mm256_set1_epi8(-1);
        for (std::size_t k = 0; k < 4; ++k) {
            const auto bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + i + k));
            const auto by_low = _mm256_shuffle_epi8(low[k], _mm256_and_si256(bytes, nibble));
            const auto by_high = _mm256_shuffle_epi8(high[k], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
            hits = _mm256_and_si256(hits, _mm256_and_si256(by_low, by_high));
        }
        auto mask = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(hits, zero)));
        while (mask != 0) {
            candidates[out.candidates++] =
                static_cast<std::uint32_t>(i - at) + static_cast<unsigned>(std::countr_zero(mask));
            mask &= mask - 1;
        }
        out.next = i + 32;
    }
    return out;
}
#endif

}  // namespace ely::detect
