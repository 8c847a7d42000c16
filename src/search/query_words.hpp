#pragma once

// The words of a query: which say nothing and are left out, which say little. What a word is, and how it is cut and
// stemmed, is the store's tokenizer's business.

#include <string>
#include <string_view>
#include <vector>

namespace ely::search {

// The query without words like "how" and "the"; as it was when nothing would be left.
[[nodiscard]] std::string without_stop_words(std::string_view query);

// Words that stand in every other request and change ("fix", "add", "error"): they count less.
[[nodiscard]] const std::vector<std::string>& weak_words();
inline constexpr double k_weak_weight = 0.3;

// What to look for when showing a match: words of the query in lower case without stop words, parts of identifiers too.
[[nodiscard]] std::vector<std::string> words_to_show(std::string_view query);

}  // namespace ely::search
