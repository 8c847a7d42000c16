#include "store/embedded/tokenizer.hpp"

#include <algorithm>
#include <array>

#include <utf8proc.h>

namespace ely::store::embedded {
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

void append_utf8(std::string& out, std::int32_t point) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(point, bytes.data());
    out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

// Where the part that starts at `at` ends, in a word of ASCII letters, digits and underscores.
std::size_t part_end(std::string_view word, std::size_t at) {
    const auto first = byte_class(word[at]);
    auto end = at + 1;
    if (first == Byte::digit || first == Byte::lower) {
        while (end < word.size() && byte_class(word[end]) == first) ++end;
        return end;
    }
    while (end < word.size() && byte_class(word[end]) == Byte::upper) ++end;
    if (end == word.size() || byte_class(word[end]) != Byte::lower) return end;
    // "HTTPServer": the last capital begins the next part; "Server": it is the first of this one.
    if (end - at > 1) return end - 1;
    while (end < word.size() && byte_class(word[end]) == Byte::lower) ++end;
    return end;
}

constexpr std::array<std::string_view, 58> k_stop_words{
    "a",    "an",   "and",  "are",   "as",    "at",    "be",    "but",  "by",   "can", "do",     "doe",
    "for",  "from", "get",  "had",   "has",   "have",  "how",   "i",    "if",   "in",  "into",   "is",
    "it",   "its",  "my",   "no",    "not",   "of",    "on",    "or",   "our",  "s",   "should", "so",
    "t",    "that", "the",  "their", "then",  "there", "these", "they", "this", "to",  "was",    "we",
    "were", "what", "when", "where", "which", "who",   "why",   "will", "with", "you"};

}  // namespace

Stem light_stem(std::string_view word) {
    const auto size = word.size();
    if (size < 4 || word.back() != 's') return {size, false};
    const char before = word[size - 2];
    if (before == 's' || before == 'u' || before == 'i') return {size, false};
    if (word.ends_with("ies")) return size > 4 ? Stem{size - 3, true} : Stem{size - 1, false};
    if (word.ends_with("sses") || word.ends_with("xes") || word.ends_with("ches") || word.ends_with("shes")) {
        return {size - 2, false};
    }
    return {size - 1, false};
}

void Tokenizer::close_term(std::size_t start) {
    if (m_bytes.size() - start > k_max_term_bytes) m_bytes.resize(start + k_max_term_bytes);
    m_terms.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(m_bytes.size() - start)});
}

void Tokenizer::add_lower(std::string_view text) {
    const auto start = m_bytes.size();
    for (const char c : text.substr(0, k_max_term_bytes)) m_bytes.push_back(lower(c));
    close_term(start);
}

void Tokenizer::add_part(std::string_view part) {
    const auto start = m_bytes.size();
    for (const char c : part.substr(0, k_max_term_bytes)) m_bytes.push_back(lower(c));
    const auto stem = light_stem(std::string_view(m_bytes).substr(start));
    m_bytes.resize(start + stem.size);
    if (stem.add_y) m_bytes.push_back('y');
    close_term(start);
}

void Tokenizer::cut_ascii_word(std::string_view word) {
    std::size_t parts = 0;
    for (std::size_t at = 0; at < word.size();) {
        if (word[at] == '_') {
            ++at;
            continue;
        }
        const auto end = part_end(word, at);
        add_part(word.substr(at, end - at));
        ++parts;
        at = end;
    }
    if (parts > 1) add_lower(word);
}

// Words with characters beyond ASCII are folded, not cut into parts, except that ideographs stand alone.
void Tokenizer::cut_unicode_word(std::string_view word) {
    m_folded.clear();
    const auto flush = [&] {
        if (m_folded.empty()) return;
        const auto start = m_bytes.size();
        m_bytes += m_folded;
        m_folded.clear();
        close_term(start);
    };
    for (std::size_t at = 0; at < word.size();) {
        const auto character = character_at(word, at);
        at += character.size;
        if (character.point == '_') {
            flush();
        } else if (is_ideograph(character.point)) {
            flush();
            append_utf8(m_folded, character.point);
            flush();
        } else {
            append_utf8(m_folded, utf8proc_tolower(character.point));
        }
    }
    flush();
}

// Cuts the word that starts at `at` and returns where it ends; the same place when there is none.
std::size_t Tokenizer::take_word(std::string_view text, std::size_t at) {
    const auto start = at;
    bool ascii = true;
    while (at < text.size()) {
        if (is_ascii_word(text[at])) {
            ++at;
            continue;
        }
        if (byte_class(text[at]) != Byte::high) break;
        const auto character = character_at(text, at);
        if (!is_word_point(character.point)) break;
        ascii = false;
        at += character.size;
    }
    const auto word = text.substr(start, at - start);
    if (!word.empty()) ascii ? cut_ascii_word(word) : cut_unicode_word(word);
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
        if (words > 1) add_lower(text.substr(start, at - start));
    }
}

std::vector<QueryTerm> query_terms(std::string_view text) {
    std::vector<QueryTerm> all;
    Tokenizer tokenizer;
    tokenizer.run(text, [&](std::string_view term) {
        for (auto& known : all) {
            if (known.term == term) {
                ++known.count;
                return;
            }
        }
        all.push_back({std::string(term), 1});
    });
    auto kept = all;
    std::erase_if(kept, [](const QueryTerm& term) { return std::ranges::binary_search(k_stop_words, term.term); });
    return kept.empty() ? all : kept;
}

}  // namespace ely::store::embedded
