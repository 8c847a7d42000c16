#pragma once

// Finds where any of a few fixed strings stands in a text, in one pass. A filter over the first four bytes looks at 32
// positions at a time where the processor has AVX2 (two table look-ups for each of the four bytes: the "Teddy" method
// of Hyperscan), at one position at a time elsewhere; what passes is compared exactly.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ely::detect {

class LiteralScan {
  public:
    // At least three bytes each; bucket 0 to 7 by alikeness, so that the filter lets little through. The strings must
    // outlive this.
    struct Literal {
        std::string_view text;
        unsigned bucket = 0;
    };
    explicit LiteralScan(std::span<const Literal> literals);

    // Calls found(index of the literal, position) until it returns true, in the order of positions; true if it did.
    template <typename Found>
    bool scan(std::string_view text, const Found& found) const {
        std::array<std::uint32_t, k_block> candidates;
        for (std::size_t at = 0; at < text.size();) {
            const auto [count, next] = filter(text, at, candidates);
            for (std::size_t i = 0; i < count; ++i) {
                const auto position = at + candidates[i];
                for (const auto k : m_by_first_byte[static_cast<unsigned char>(text[position])]) {
                    if (text.substr(position).starts_with(m_literals[k].text) && found(k, position)) return true;
                }
            }
            at = next;
        }
        return false;
    }

    // For tests: the filter without the processor's help.
    void use_portable() { m_portable = true; }

  private:
    static constexpr std::size_t k_block = 4096;
    struct Step {
        std::size_t candidates = 0;
        std::size_t next = 0;
    };
    using Candidates = std::array<std::uint32_t, k_block>;
    // Positions, relative to `at`, where a literal may stand, up to the end of a block.
    Step filter(std::string_view text, std::size_t at, Candidates& candidates) const;
    Step filter_portable(std::string_view text, std::size_t at, std::size_t end, Candidates& candidates) const;
#if defined(__x86_64__)
    Step filter_avx2(std::string_view text, std::size_t at, std::size_t end, Candidates& candidates) const;
#endif

    std::vector<Literal> m_literals;
    std::array<std::vector<std::uint16_t>, 256> m_by_first_byte;
    bool m_portable = false;
    // m_low[i][x]: the buckets that have a literal whose byte i has the low half x; m_high the same for the high half.
    alignas(32) std::array<std::array<std::uint8_t, 16>, 4> m_low{};
    alignas(32) std::array<std::array<std::uint8_t, 16>, 4> m_high{};
};

}  // namespace ely::detect
