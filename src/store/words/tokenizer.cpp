#include "store/words/tokenizer.hpp"

#include <algorithm>
#include <array>

#include <utf8proc.h>

namespace ely::store::words {
namespace {

enum class Byte : std::uint8_t { other, lower, upper, digit, underscore, high };

constexpr std::array<Byte, 256> make_byte_classes() {
    std::array<Byte, 256> out{};
    for (int c = 'a'; c <= 'z'; ++c) out[static_cast<std::size_t>(c)] = Byte::lower;
    for (int c = 'A'; c <= 'Z'; ++c) out[static_cast<std::size_t>(c)] = Byte::upper;
    for (int c = '0'; c <= '9'; ++c) out[static_cast<std::size_t>(c)] = Byte::digit;
    out['_'] = Byte::underscore;
    for (int c = 0x80; c <= 0xFF; ++c) out[static_cast<std::size_t>(c)] = Byte::high;
    return out;
}
constexpr auto k_bytes = make_byte_classes();

Byte byte_class(char c) {
    return k_bytes[static_cast<unsigned char>(c)];
}
bool is_ascii_word(char c) {
    const auto kind = byte_class(c);
    return kind != Byte::other && kind != Byte::high;
}
char lower(char c) {
    return byte_class(c) == Byte::upper ? static_cast<char>(c | 0x20) : c;
}

bool is_word_category(utf8proc_category_t category) {
    switch (category) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return true;
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_PC:
        case UTF8PROC_CATEGORY_PD:
        case UTF8PROC_CATEGORY_PS:
        case UTF8PROC_CATEGORY_PE:
        case UTF8PROC_CATEGORY_PI:
        case UTF8PROC_CATEGORY_PF:
        case UTF8PROC_CATEGORY_PO:
        case UTF8PROC_CATEGORY_SM:
        case UTF8PROC_CATEGORY_SC:
        case UTF8PROC_CATEGORY_SK:
        case UTF8PROC_CATEGORY_SO:
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
            return false;
    }
    return false;
}

// Scripts that are written without spaces: each character is a word.
bool is_ideograph(std::int32_t point) {
    return (point >= 0x3040 && point <= 0x30FF) || (point >= 0x3400 && point <= 0x9FFF) ||
           (point >= 0xF900 && point <= 0xFAFF) || (point >= 0x20000 && point <= 0x3FFFF);
}

struct Character {
    std::int32_t point = -1;  // -1: no valid UTF-8
    std::size_t size = 1;
};

Character character_at(std::string_view text, std::size_t at) {
    Character out;
    const auto size =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                         static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size() - at, 4)), &out.point);
    if (size > 0) out.size = static_cast<std::size_t>(size);
    return out;
}

bool is_word_point(std::int32_t point) {
    return point >= 0 && is_word_category(utf8proc_category(point));
}

bool is_letter(Byte kind) {
    return kind == Byte::lower || kind == Byte::upper || kind == Byte::high;
}

// Where the part that starts at `at` ends, in a word with letters beyond ASCII: capitals say nothing there, and
// ideographs stand alone.
std::size_t unicode_part_end(std::string_view word, std::size_t at) {
    const bool letters = is_letter(byte_class(word[at]));
    auto end = at;
    while (end < word.size() && word[end] != '_' && is_letter(byte_class(word[end])) == letters) {
        const auto character = character_at(word, end);
        const bool alone = is_ideograph(character.point);
        if (alone && end > at) return end;
        end += character.size;
        if (alone) return end;
    }
    return end;
}

// The same in a word of ASCII letters, digits and underscores.
std::size_t ascii_part_end(std::string_view word, std::size_t at) {
    const auto first = byte_class(word[at]);
    auto end = at + 1;
    while (end < word.size() && byte_class(word[end]) == first) ++end;
    if (first != Byte::upper || end == word.size() || byte_class(word[end]) != Byte::lower) return end;
    // "HTTPServer": the last capital begins the next part; "Server": it is the first of this one.
    if (end - at > 1) return end - 1;
    while (end < word.size() && byte_class(word[end]) == Byte::lower) ++end;
    return end;
}

constexpr std::array<std::string_view, 71> k_stop_words{
    "a",    "an",    "and",   "are",    "as",   "at",   "be",   "been", "but",   "by",  "can",   "did",
    "do",   "doe",   "don",   "for",    "from", "had",  "has",  "have", "how",   "i",   "if",    "in",
    "into", "is",    "it",    "its",    "may",  "me",   "must", "my",   "no",    "not", "of",    "on",
    "or",   "our",   "s",     "should", "so",   "such", "t",    "than", "that",  "the", "their", "them",
    "then", "there", "these", "they",   "this", "to",   "us",   "via",  "was",   "we",  "were",  "what",
    "when", "where", "which", "while",  "who",  "why",  "will", "with", "would", "you", "your"};
static_assert(std::ranges::is_sorted(k_stop_words));

bool is_stop_term(const Term& term) {
    if (term.kind != TermKind::part || term.parts == 2) return false;
    return std::ranges::binary_search(k_stop_words, term.text);
}

}  // namespace

void stem(std::string& bytes, std::size_t start) {
    const auto word = std::string_view(bytes).substr(start);
    if (word.size() < 4 || word.back() != 's') return;
    if (word.ends_with("ies") && word.size() > 4) {
        bytes.resize(bytes.size() - 3);
        bytes.push_back('y');
        return;
    }
    if (!word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is")) bytes.pop_back();
}

void Tokenizer::close_term(std::size_t start, TermKind kind) {
    if (kind != TermKind::dotted_name) stem(m_bytes, start);
    m_terms.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(m_bytes.size() - start), 1, kind});
}

void Tokenizer::append_lower(std::string_view text) {
    std::size_t at = 0;
    const auto start = m_bytes.size();
    m_bytes.resize(start + text.size());
    for (; at < text.size() && byte_class(text[at]) != Byte::high; ++at) m_bytes[start + at] = lower(text[at]);
    m_bytes.resize(start + at);
    while (at < text.size()) {
        if (byte_class(text[at]) != Byte::high) {
            m_bytes.push_back(lower(text[at++]));
            continue;
        }
        const auto character = character_at(text, at);
        at += character.size;
        std::array<utf8proc_uint8_t, 4> bytes{};
        const auto size = utf8proc_encode_char(utf8proc_tolower(character.point), bytes.data());
        m_bytes.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
    }
}

void Tokenizer::cut_word(std::string_view word) {
    if (word.size() > k_max_word_bytes) return;
    const auto first = m_terms.size();
    const bool ascii = std::ranges::none_of(word, [](char c) { return byte_class(c) == Byte::high; });
    for (std::size_t at = 0; at < word.size();) {
        if (word[at] == '_') {
            ++at;
            continue;
        }
        const auto end = ascii ? ascii_part_end(word, at) : unicode_part_end(word, at);
        const auto start = m_bytes.size();
        append_lower(word.substr(at, end - at));
        close_term(start, TermKind::part);
        at = end;
    }
    const auto parts = static_cast<std::uint32_t>(m_terms.size() - first);
    if (parts < 2) return;
    const auto start = m_bytes.size();
    for (std::size_t at = 0; at < word.size();) {
        auto end = at;
        while (end < word.size() && word[end] != '_') ++end;
        append_lower(word.substr(at, end - at));
        at = end + 1;
    }
    close_term(start, TermKind::whole);
    for (auto i = first; i < m_terms.size(); ++i) m_terms[i].parts = parts;
}

// Cuts the word that starts at `at` and returns where it ends; the same place when there is none.
std::size_t Tokenizer::take_word(std::string_view text, std::size_t at) {
    const auto start = at;
    while (at < text.size()) {
        if (is_ascii_word(text[at])) {
            ++at;
            continue;
        }
        if (byte_class(text[at]) != Byte::high) break;
        const auto character = character_at(text, at);
        if (!is_word_point(character.point)) break;
        at += character.size;
    }
    if (at != start) cut_word(text.substr(start, at - start));
    return at;
}

void Tokenizer::cut(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        at = take_word(text, at);
        if (at == start) {
            at += byte_class(text[at]) == Byte::high ? character_at(text, at).size : 1;
            continue;
        }
        std::size_t words = 1;
        while (at + 1 < text.size() && text[at] == '.') {
            const auto end = take_word(text, at + 1);
            if (end == at + 1) break;
            at = end;
            ++words;
        }
        if (words < 2 || at - start > k_max_word_bytes) continue;
        const auto name = m_bytes.size();
        append_lower(text.substr(start, at - start));
        close_term(name, TermKind::dotted_name);
    }
}

std::vector<QueryTerm> query_terms(std::string_view text, std::span<const std::string> weak_words, double weak_weight) {
    std::vector<std::string> weak(weak_words.begin(), weak_words.end());
    for (auto& word : weak) stem(word, 0);
    std::vector<QueryTerm> kept;
    std::vector<QueryTerm> stopped;
    Tokenizer tokenizer;
    tokenizer.run(text, [&](const Term& term) {
        const bool is_weak = term.kind == TermKind::part && std::ranges::find(weak, term.text) != weak.end();
        auto& list = is_stop_term(term) ? stopped : kept;
        const auto known = std::ranges::find(list, term.text, &QueryTerm::term);
        const double weight = is_weak ? weak_weight : 1;
        if (known == list.end()) {
            list.push_back({std::string(term.text), weight});
        } else {
            known->weight = std::max(known->weight, weight);
        }
    });
    return kept.empty() ? stopped : kept;
}

}  // namespace ely::store::words
