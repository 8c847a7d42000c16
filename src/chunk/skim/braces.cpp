// Blocks in braces. A block is entered when the words before it say that definitions stand inside (class, namespace,
// impl, ...); the inside of every other block is left out. Taking a block for one to enter costs only time.

#include <algorithm>
#include <vector>

#include "chunk/skim/literals.hpp"
#include "chunk/skim/skim.hpp"

namespace ely::chunk {
namespace {

// Shorter insides stay.
constexpr std::size_t k_worth_cutting = 24;

// What the first telling word of a header says of the block that follows it.
enum class Header : std::uint8_t { unknown, enter, leave };

class BraceSkimmer {
  public:
    BraceSkimmer(Lexis lexis, std::string_view text, Skimmed& out)
        : m_lexis(lexis), m_text(text), m_literals(lexis, text), m_out(out) {}

    bool run() {
        std::size_t at = m_lexis == Lexis::php ? m_literals.php_code(0) : 0;
        while (at < m_text.size()) {
            at = step(at);
            if (at == k_npos) return false;
        }
        return m_levels.empty();
    }

  private:
    std::size_t step(std::size_t at) {
        const char c = m_text[at];
        if (is_word(c)) return word(at);
        switch (c) {
            case '[':
                if (m_lexis == Lexis::php && m_parentheses == 0 && (at == 0 || m_text[at - 1] != '#')) return array(at);
                ++m_parentheses;
                return at + 1;
            case '(':
                ++m_parentheses;
                return at + 1;
            case ')':
            case ']':
                m_parentheses = std::max(0, m_parentheses - 1);
                return at + 1;
            case ';':
                if (m_parentheses == 0) m_header = Header::unknown;
                return at + 1;
            case '{':
                return open(at);
            case '}':
                return close(at);
            case '#':
                if (m_literals.starts_directive(at)) return directive(at);
                break;
            default:
                break;
        }
        const auto end = m_literals.skip(at);
        return end == at ? at + 1 : end;
    }

    // Files of data in PHP are one large array.
    std::size_t array(std::size_t at) {
        const auto end = m_literals.matching_bracket(at + 1);
        if (end == k_npos) return k_npos;
        if (end - at > k_worth_cutting) m_out.cut(at + 1, end);
        return end + 1;
    }

    std::size_t open(std::size_t at) {
        const bool in_expression = m_parentheses > 0 || (m_lexis == Lexis::rust && is_const_argument(at));
        if (m_header == Header::enter && !in_expression) {
            m_levels.push_back(m_parentheses);
            m_header = Header::unknown;
            return at + 1;
        }
        const auto end = m_literals.matching_brace(at + 1);
        if (end == k_npos) return k_npos;
        if (end - at > k_worth_cutting) m_out.cut(at + 1, end);
        if (!in_expression) m_header = Header::unknown;
        return end + 1;
    }

    std::size_t close(std::size_t at) {
        if (m_levels.empty()) return k_npos;
        m_parentheses = m_levels.back();
        m_levels.pop_back();
        m_header = Header::unknown;
        return at + 1;
    }

    // impl Trait for Array<{ N + 1 }> {
    [[nodiscard]] bool is_const_argument(std::size_t at) const {
        const auto previous = m_text.find_last_not_of(" \t\r\n", at == 0 ? 0 : at - 1);
        return at > 0 && previous != k_npos && m_text[previous] == '<';
    }

    std::size_t word(std::size_t at) {
        auto end = at;
        while (end < m_text.size() && is_word(m_text[end])) ++end;
        // 1'000
        while (end + 1 < m_text.size() && m_text[end] == '\'' && m_text[at] >= '0' && m_text[at] <= '9' &&
               is_word(m_text[end + 1])) {
            while (++end < m_text.size() && is_word(m_text[end])) {
            }
        }
        const auto text = m_text.substr(at, end - at);
        if (m_parentheses > 0) return end;
        if (m_lexis == Lexis::cpp && text == "template") return template_parameters(end);
        if (m_header == Header::unknown && !is_member(at)) m_header = meaning(text, end);
        return end;
    }

    // x.class, X::class, $class, $x->class
    [[nodiscard]] bool is_member(std::size_t at) const {
        const char previous = at > 0 ? m_text[at - 1] : '\0';
        if (m_lexis != Lexis::php) return previous == '.';
        return previous == ':' || previous == '$' || previous == '>';
    }

    [[nodiscard]] Header meaning(std::string_view text, std::size_t end) const {
        const auto is_one_of = [&](auto... words) { return ((text == words) || ...); };
        const auto enters = [](bool yes) { return yes ? Header::enter : Header::unknown; };
        switch (m_lexis) {
            case Lexis::c:
                return enters(text == "extern" && next(end) == '"');
            case Lexis::cpp:
                if (text == "enum") return Header::leave;
                return enters(is_one_of("class", "struct", "namespace", "union") ||
                              (text == "extern" && next(end) == '"'));
            case Lexis::java:
                return enters(is_one_of("class", "interface", "enum") || (text == "record" && is_word(next(end))));
            case Lexis::csharp:
                return enters(is_one_of("class", "interface", "struct", "namespace") ||
                              (text == "record" && is_word(next(end))));
            case Lexis::rust:
                if (is_one_of("fn", "struct", "enum", "use", "static")) return Header::leave;
                return enters(is_one_of("impl", "trait", "mod") || (text == "extern" && next(end) == '"'));
            case Lexis::php:
                if (is_one_of("function", "use")) return Header::leave;
                return enters(is_one_of("class", "trait", "interface", "enum", "namespace", "if", "else", "elseif",
                                        "try", "foreach", "for", "while"));
            case Lexis::none:
            case Lexis::go:
            case Lexis::script:
            case Lexis::python:
            case Lexis::ruby:
                return Header::leave;
        }
        return Header::unknown;
    }

    // The first byte after white space, or NUL.
    [[nodiscard]] char next(std::size_t at) const {
        const auto found = m_text.find_first_not_of(" \t\r\n", at);
        return found == k_npos ? '\0' : m_text[found];
    }

    // `class` in template <class T> says nothing of what follows.
    [[nodiscard]] std::size_t template_parameters(std::size_t at) const {
        int depth = 0;
        for (auto i = at; i < m_text.size(); ++i) {
            const char c = m_text[i];
            if (c == '<') ++depth;
            if (c == '>' && m_text[i - 1] != '-' && --depth == 0) return i + 1;
            if (c == ';' || c == '{' || c == '"' || (depth == 0 && is_word(c))) return at;
        }
        return at;
    }

    // Branches of #if are alternatives: each starts at the depth at which the first did.
    std::size_t directive(std::size_t at) {
        const auto name = m_literals.directive_name(at);
        if (name.starts_with("if")) {
            m_conditions.push_back(static_cast<int>(m_levels.size()));
        } else if (name.starts_with("el") && !m_conditions.empty()) {
            m_levels.resize(std::min(m_levels.size(), static_cast<std::size_t>(m_conditions.back())));
        } else if (name == "endif" && !m_conditions.empty()) {
            m_conditions.pop_back();
        }
        return m_literals.directive_end(at);
    }

    Lexis m_lexis;
    std::string_view m_text;
    Literals m_literals;
    Skimmed& m_out;
    Header m_header = Header::unknown;
    int m_parentheses = 0;
    std::vector<int> m_levels;  // for each block that was entered, the parentheses open around it
    std::vector<int> m_conditions;
};

}  // namespace

bool skim_braces(Lexis lexis, std::string_view text, Skimmed& out) {
    return BraceSkimmer(lexis, text, out).run();
}

}  // namespace ely::chunk
