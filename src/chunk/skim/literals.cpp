#include "chunk/skim/literals.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace ely::chunk {

std::size_t Literals::skip(std::size_t at) const {
    switch (m_text[at]) {
        case '"':
            return double_quote(at);
        case '\'':
            return single_quote(at);
        case '`':
            if (m_lexis == Lexis::go) return find("`", at + 1);
            if (m_lexis == Lexis::script) return template_literal(at);
            return m_lexis == Lexis::php ? quoted(at, '`', true) : at;
        case '/':
            if (after(at) == '/') return line_comment(at);
            if (after(at) == '*') return block_comment(at);
            return m_lexis == Lexis::script && starts_regex(at) ? regex(at) : at;
        case '#':
            return m_lexis == Lexis::php && after(at) != '[' ? line_comment(at) : at;
        case '<':
            return m_lexis == Lexis::php && m_text.substr(at, 3) == "<<<" ? php_heredoc(at) : at;
        case '?':
            return m_lexis == Lexis::php && after(at) == '>' ? php_code(at + 2) : at;
        default:
            return at;
    }
}

// The position after `what`, or the end of the text.
std::size_t Literals::find(std::string_view what, std::size_t from) const {
    const auto found = m_text.find(what, from);
    return found == k_npos ? m_text.size() : found + what.size();
}

std::size_t Literals::line_comment(std::size_t at) const {
    auto end = std::min(m_text.find('\n', at), m_text.size());
    if (m_lexis == Lexis::php) {
        const auto close = m_text.substr(at, end - at).find("?>");
        return close == k_npos ? end : at + close;
    }
    const bool continues = m_lexis == Lexis::c || m_lexis == Lexis::cpp;
    while (continues && end < m_text.size() &&
           (before(end) == '\\' || (before(end) == '\r' && before(end, 2) == '\\'))) {
        end = std::min(m_text.find('\n', end + 1), m_text.size());
    }
    return end;
}

std::size_t Literals::block_comment(std::size_t at) const {
    if (m_lexis != Lexis::rust) return find("*/", at + 2);
    int depth = 1;
    auto i = at + 2;
    while (i + 1 < m_text.size()) {
        if (m_text[i] == '/' && m_text[i + 1] == '*') {
            ++depth;
            i += 2;
        } else if (m_text[i] == '*' && m_text[i + 1] == '/') {
            i += 2;
            if (--depth == 0) return i;
        } else {
            ++i;
        }
    }
    return m_text.size();
}

std::size_t Literals::quoted(std::size_t at, char quote, bool many_lines) const {
    for (auto i = at + 1; i < m_text.size(); ++i) {
        const char c = m_text[i];
        if (c == quote) return i + 1;
        if (c == '\n' && !many_lines) return i;
        if (c != '\\') continue;
        ++i;
        if (after(i, 0) == '\r' && after(i) == '\n') ++i;
    }
    return m_text.size();
}

std::size_t Literals::double_quote(std::size_t at) const {
    switch (m_lexis) {
        case Lexis::cpp:
            if (before(at) == 'R') return cpp_raw_string(at);
            break;
        case Lexis::rust: {
            std::size_t hashes = 0;
            while (before(at, hashes + 1) == '#') ++hashes;
            const char prefix = before(at, hashes + 1);
            const char earlier = before(at, hashes + 2);
            if (prefix == 'r' && (!is_word(earlier) || earlier == 'b' || earlier == 'c')) {
                return rust_raw_string(at, hashes);
            }
            return quoted(at, '"', true);
        }
        case Lexis::csharp:
            return csharp_string(at);
        case Lexis::java:
            if (m_text.substr(at, 3) == "\"\"\"") {
                auto end = at + 3;
                while (end < m_text.size() && m_text.substr(end, 3) != "\"\"\"") end += m_text[end] == '\\' ? 2 : 1;
                return std::min(end + 3, m_text.size());
            }
            break;
        case Lexis::php:
            return quoted(at, '"', true);
        case Lexis::none:
        case Lexis::c:
        case Lexis::go:
        case Lexis::script:
        case Lexis::python:
        case Lexis::ruby:
            break;
    }
    return quoted(at, '"', false);
}

std::size_t Literals::single_quote(std::size_t at) const {
    if (m_lexis == Lexis::rust) return rust_quote(at);
    if (m_lexis == Lexis::php) return quoted(at, '\'', true);
    if ((m_lexis == Lexis::c || m_lexis == Lexis::cpp) && is_word(before(at))) {
        // 1'000'000, but L'x', u8'x'.
        auto start = at;
        while (start > 0 && is_word(m_text[start - 1])) --start;
        const auto word = m_text.substr(start, at - start);
        if (word != "L" && word != "u" && word != "U" && word != "u8") return at + 1;
    }
    return quoted(at, '\'', false);
}

std::size_t Literals::cpp_raw_string(std::size_t at) const {
    const auto open = m_text.find('(', at);
    if (open == k_npos || open - at > 17) return quoted(at, '"', false);
    std::string close(")");
    close.append(m_text, at + 1, open - at - 1);
    close.push_back('"');
    return find(close, open);
}

std::size_t Literals::rust_raw_string(std::size_t at, std::size_t hashes) const {
    return find("\"" + std::string(hashes, '#'), at + 1);
}

std::size_t Literals::csharp_string(std::size_t at) const {
    std::size_t quotes = 1;
    while (after(at, quotes) == '"') ++quotes;
    const bool verbatim = before(at) == '@' || (before(at) == '$' && before(at, 2) == '@');
    if (!verbatim && quotes >= 3) return find(std::string(quotes, '"'), at + quotes);
    if (!verbatim) return quoted(at, '"', false);
    for (auto i = at + 1; i < m_text.size(); ++i) {
        if (m_text[i] != '"') continue;
        if (after(i) != '"') return i + 1;
        ++i;
    }
    return m_text.size();
}

// A character literal, or the quote of a lifetime.
std::size_t Literals::rust_quote(std::size_t at) const {
    if (after(at) == '\\') {
        const auto close = m_text.find('\'', at + 3);
        return close == k_npos || close - at > 12 ? at + 1 : close + 1;
    }
    auto end = at + 2;
    while (end < m_text.size() && (static_cast<unsigned char>(m_text[end]) & 0xC0U) == 0x80U) ++end;
    return end < m_text.size() && m_text[end] == '\'' ? end + 1 : at + 1;
}

std::size_t Literals::php_heredoc(std::size_t at) const {
    auto start = at + 3;
    while (after(start, 0) == ' ' || after(start, 0) == '\t') ++start;
    if (after(start, 0) == '"' || after(start, 0) == '\'') ++start;
    auto end = start;
    while (end < m_text.size() && is_word(m_text[end])) ++end;
    const auto label = m_text.substr(start, end - start);
    if (label.empty()) return at;
    for (auto line = m_text.find('\n', end); line != k_npos; line = m_text.find('\n', line)) {
        ++line;
        while (after(line, 0) == ' ' || after(line, 0) == '\t') ++line;
        const auto after_label = line + label.size();
        if (m_text.substr(line, label.size()) == label && !is_word(after(after_label, 0))) return after_label;
    }
    return m_text.size();
}

std::size_t Literals::php_code(std::size_t at) const {
    const auto open = m_text.find("<?", at);
    if (open == k_npos) return m_text.size();
    return open + (m_text.substr(open, 5) == "<?php" ? 5 : m_text.substr(open, 3) == "<?=" ? 3 : 2);
}

// After a value a '/' divides; anywhere else it starts a regular expression.
bool Literals::starts_regex(std::size_t at) const {
    while (at > 0 && (m_text[at - 1] == ' ' || m_text[at - 1] == '\t' || m_text[at - 1] == '\n')) --at;
    const char previous = before(at);
    if (previous == ')' || previous == ']' || previous == '}' || previous == '<' || previous == '"') return false;
    if (previous == '\'' || previous == '`' || previous == '$') return false;
    if (!is_word(previous)) return true;
    auto start = at;
    while (start > 0 && is_word(m_text[start - 1])) --start;
    const auto word = m_text.substr(start, at - start);
    return word == "return" || word == "typeof" || word == "case" || word == "in" || word == "of" || word == "else" ||
           word == "do" || word == "void" || word == "await" || word == "yield" || word == "delete";
}

// With its flags; a division after all when the line ends first.
std::size_t Literals::regex(std::size_t at) const {
    bool in_class = false;
    for (auto i = at + 1; i < m_text.size() && m_text[i] != '\n'; ++i) {
        const char c = m_text[i];
        if (c == '\\') ++i;
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
        if (c == '/' && !in_class) return i + 1;
    }
    return at;
}

std::size_t Literals::template_literal(std::size_t at) const {
    constexpr int k_deepest = 16;
    if (m_templates >= k_deepest) return m_text.size();
    ++m_templates;
    auto i = at + 1;
    while (i < m_text.size() && m_text[i] != '`') {
        if (m_text[i] == '$' && after(i) == '{') i = std::min(matching_brace(i + 2), m_text.size() - 1);
        i += m_text[i] == '\\' ? 2 : 1;
    }
    --m_templates;
    return std::min(i + 1, m_text.size());
}

std::size_t Literals::matching_brace(std::size_t at) const {
    static constexpr std::array<bool, 256> k_telling = [] {
        std::array<bool, 256> out{};
        for (const char c : std::string_view("{}\"'`/#<?")) out[static_cast<unsigned char>(c)] = true;
        return out;
    }();
    int depth = 1;
    std::vector<int> conditions;
    while (at < m_text.size()) {
        const char c = m_text[at];
        if (!k_telling[static_cast<unsigned char>(c)]) {
            ++at;
        } else if (c == '{') {
            ++depth;
            ++at;
        } else if (c == '}') {
            if (--depth <= 0) return at;
            ++at;
        } else if (c == '#' && starts_directive(at)) {
            depth = depth_after_directive(at, depth, conditions);
            at = directive_end(at);
        } else {
            const auto end = skip(at);
            at = end == at ? at + 1 : end;
        }
    }
    return k_npos;
}

std::size_t Literals::matching_bracket(std::size_t at) const {
    int depth = 1;
    while (at < m_text.size()) {
        const char c = m_text[at];
        if (c == '[') ++depth;
        if (c == ']' && --depth == 0) return at;
        const auto end = skip(at);
        at = end == at ? at + 1 : end;
    }
    return k_npos;
}

int Literals::depth_after_directive(std::size_t at, int depth, std::vector<int>& conditions) const {
    const auto name = directive_name(at);
    if (name.starts_with("if")) {
        conditions.push_back(depth);
    } else if (name.starts_with("el") && !conditions.empty()) {
        return conditions.back();
    } else if (name == "endif" && !conditions.empty()) {
        conditions.pop_back();
    }
    return depth;
}

bool Literals::starts_directive(std::size_t at) const {
    if (m_lexis != Lexis::c && m_lexis != Lexis::cpp && m_lexis != Lexis::csharp) return false;
    while (at > 0 && (m_text[at - 1] == ' ' || m_text[at - 1] == '\t')) --at;
    return at == 0 || m_text[at - 1] == '\n';
}

std::size_t Literals::directive_end(std::size_t at) const {
    const bool continues = m_lexis != Lexis::csharp;
    for (auto i = at; i < m_text.size(); ++i) {
        if (m_text[i] == '\n') return i;
        if (!continues) continue;
        if (m_text[i] == '\\') {
            ++i;
            if (after(i, 0) == '\r') ++i;
        } else if (m_text[i] == '/' && after(i) == '*') {
            i = block_comment(i) - 1;
        } else if (m_text[i] == '/' && after(i) == '/') {
            return line_comment(i);
        }
    }
    return m_text.size();
}

std::string_view Literals::directive_name(std::size_t at) const {
    ++at;
    while (after(at, 0) == ' ' || after(at, 0) == '\t') ++at;
    auto end = at;
    while (end < m_text.size() && is_word(m_text[end])) ++end;
    return m_text.substr(at, end - at);
}

}  // namespace ely::chunk
