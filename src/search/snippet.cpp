#include "search/snippet.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "search/query_words.hpp"

namespace ely::search {
namespace {

constexpr std::size_t k_max_line_bytes = 400;

std::vector<std::string_view> lines_of(std::string_view text) {
    auto out = split(text, '\n');
    if (!out.empty() && out.back().empty()) out.pop_back();
    for (auto& line : out) {
        if (line.ends_with('\r')) line.remove_suffix(1);
    }
    return out;
}

// Which words stand where; a longer word wins over one inside it.
std::vector<Mark> marks_in(std::string_view line, const std::vector<std::string>& words,
                           std::set<std::string_view>& found) {
    const auto lower = to_lower_ascii(line);
    std::vector<Mark> all;
    for (const auto& word : words) {
        for (auto at = lower.find(word); at != std::string::npos; at = lower.find(word, at + word.size())) {
            all.push_back({at, word.size()});
            found.insert(word);
        }
    }
    std::sort(all.begin(), all.end(),
              [](const Mark& a, const Mark& b) { return a.start != b.start ? a.start < b.start : a.size > b.size; });
    std::vector<Mark> out;
    for (const auto& mark : all) {
        if (out.empty() || mark.start >= out.back().start + out.back().size) out.push_back(mark);
    }
    return out;
}

std::string_view cut_line(std::string_view line) {
    if (line.size() <= k_max_line_bytes) return line;
    auto size = k_max_line_bytes;
    while (size > 0 && (static_cast<unsigned char>(line[size]) & 0xC0U) == 0x80U) --size;
    return line.substr(0, size);
}

}  // namespace

std::vector<SnippetLine> make_snippet(std::string_view text, std::uint32_t first_line, std::string_view query,
                                      std::size_t lines) {
    const auto words = words_to_show(query);
    const auto all = lines_of(text);
    std::vector<std::vector<Mark>> marks;
    std::vector<std::set<std::string_view>> found(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) marks.push_back(marks_in(cut_line(all[i]), words, found[i]));
    std::size_t best = 0;
    std::size_t best_count = 0;
    for (std::size_t start = 0; start < all.size(); ++start) {
        std::set<std::string_view> distinct;
        for (std::size_t i = start; i < std::min(all.size(), start + lines); ++i)
            distinct.insert(found[i].begin(), found[i].end());
        // A window begins where there is something to see.
        if (distinct.size() > best_count && !found[start].empty()) {
            best = start;
            best_count = distinct.size();
        }
    }
    std::vector<SnippetLine> out;
    for (std::size_t i = best; i < std::min(all.size(), best + lines); ++i) {
        out.push_back({first_line + static_cast<std::uint32_t>(i), std::string(cut_line(all[i])), std::move(marks[i])});
    }
    return out;
}

}  // namespace ely::search
