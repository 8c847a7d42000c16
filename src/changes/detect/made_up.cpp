#include "changes/detect/made_up.hpp"

#include <algorithm>
#include <array>
#include <bitset>

#include "base/text.hpp"

namespace ely::detect {

bool names_placeholder(std::string_view text) {
    constexpr std::array<std::string_view, 8> k_words{"example", "placeholder", "dummy",    "fake",
                                                      "sample",  "notreal",     "redacted", "your"};
    const auto lower = to_lower_ascii(text);
    return std::ranges::any_of(k_words, [&](auto word) { return lower.find(word) != std::string::npos; });
}

bool looks_made_up(std::string_view token) {
    if (names_placeholder(token)) return true;
    std::bitset<256> seen;
    std::size_t rising = 1;
    std::size_t same = 1;
    for (std::size_t i = 0; i < token.size(); ++i) {
        seen.set(static_cast<unsigned char>(token[i]));
        if (i == 0) continue;
        rising = token[i] == token[i - 1] + 1 ? rising + 1 : 1;
        same = token[i] == token[i - 1] ? same + 1 : 1;
        if (rising >= 6 || same >= 5) return true;
    }
    const std::size_t needed = token.size() >= 30 ? 12 : 8;
    return seen.count() < needed;
}

}  // namespace ely::detect
