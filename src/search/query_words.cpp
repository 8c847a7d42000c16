#include "search/query_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"

namespace ely::search {
namespace {

constexpr std::array<std::string_view, 71> k_stop_words{
    "a",     "an",    "and",  "are",  "as",   "at",    "be",   "been", "but",    "by",   "can",   "do",
    "does",  "for",   "from", "had",  "has",  "have",  "how",  "if",   "in",     "into", "is",    "it",
    "its",   "may",   "of",   "on",   "or",   "so",    "such", "than", "that",   "the",  "their", "then",
    "there", "these", "this", "to",   "via",  "was",   "we",   "were", "what",   "when", "where", "which",
    "while", "who",   "why",  "will", "with", "would", "you",  "your", "should", "must", "not",   "no",
    "don",   "t",     "s",    "i",    "me",   "my",    "our",  "us",   "they",   "them", "did"};

bool is_word_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

// Calls found(start, end) for each run of word characters.
template <typename Found>
void each_word(std::string_view text, Found found) {
    for (std::size_t at = 0; at < text.size();) {
        if (!is_word_character(text[at])) {
            ++at;
            continue;
        }
        const auto start = at;
        while (at < text.size() && is_word_character(text[at])) ++at;
        found(start, at);
    }
}

bool is_stop_word(std::string_view word) {
    const auto lower = to_lower_ascii(word);
    return std::find(k_stop_words.begin(), k_stop_words.end(), lower) != k_stop_words.end();
}

// "parseHTTPHeader_2" -> parse, http, header, 2
void add_parts(std::string_view word, std::vector<std::string>& out) {
    std::string part;
    const auto close = [&] {
        if (part.size() > 1) out.push_back(to_lower_ascii(part));
        part.clear();
    };
    for (std::size_t i = 0; i < word.size(); ++i) {
        const char c = word[i];
        if (c == '_') {
            close();
            continue;
        }
        const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
        const bool after_lower = !part.empty() && std::islower(static_cast<unsigned char>(part.back())) != 0;
        const bool before_lower = i + 1 < word.size() && std::islower(static_cast<unsigned char>(word[i + 1])) != 0;
        const bool after_upper = !part.empty() && std::isupper(static_cast<unsigned char>(part.back())) != 0;
        if (upper && (after_lower || (after_upper && before_lower))) close();
        part += c;
    }
    close();
}

}  // namespace

std::string without_stop_words(std::string_view query) {
    std::string out;
    bool kept = false;
    std::size_t copied = 0;
    each_word(query, [&](std::size_t start, std::size_t end) {
        out += query.substr(copied, start - copied);
        copied = end;
        if (is_stop_word(query.substr(start, end - start))) return;
        out += query.substr(start, end - start);
        kept = true;
    });
    out += query.substr(copied);
    return kept ? out : std::string(query);
}

const std::vector<std::string>& weak_words() {
    static const std::vector<std::string> words = [] {
        std::vector<std::string> out;
        for (const auto word :
             split("add added adding adds fix fixed fixes fixing remove removed removes removing use used uses "
                   "using update updated updates updating make makes made making allow allows support "
                   "supports supported improve improved improves handle handles handling ensure ensures "
                   "avoid avoids change changed changes move moved moves moving rename renamed refactor "
                   "refactored implement implemented implements introduce replace replaced replaces set "
                   "sets check checks prevent prevents provide return returns simplify cleanup clean convert "
                   "only also more some all correct correctly properly better new missing error errors issue "
                   "issues bug bugs problem instead without unnecessary unused",
                   ' ')) {
            out.emplace_back(word);
        }
        return out;
    }();
    return words;
}

std::vector<std::string> words_to_show(std::string_view query) {
    std::vector<std::string> out;
    each_word(query, [&](std::size_t start, std::size_t end) {
        const auto word = query.substr(start, end - start);
        if (word.size() < 2 || is_stop_word(word)) return;
        out.push_back(to_lower_ascii(word));
        add_parts(word, out);
    });
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace ely::search
