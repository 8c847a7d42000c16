#include "base/nearest.hpp"

#include <algorithm>
#include <vector>

namespace ely {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the usual table: the one before the last tells of swapped neighbours.
    std::vector<std::size_t> earlier(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t exchange = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + exchange});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], earlier[j - 2] + 1);
            }
        }
        std::swap(earlier, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    std::optional<std::string> out;
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const bool begins = word.size() >= 3 && std::string_view(candidate).starts_with(word);
        const auto distance = begins ? 1 : edit_distance(word, candidate);
        if (distance >= best) continue;
        best = distance;
        out = candidate;
    }
    return out;
}

}  // namespace ely
