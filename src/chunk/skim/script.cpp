// JavaScript and TypeScript. Any brace may hold definitions here, so blocks are entered unless they are the body of a
// function that is a declaration, a method or a value; callbacks are entered once and left out inside each other, as
// the outline reads them.

#include <algorithm>
#include <vector>

#include "chunk/skim/literals.hpp"
#include "chunk/skim/skim.hpp"

namespace ely::chunk {
namespace {

constexpr std::size_t k_worth_cutting = 24;

class ScriptSkimmer {
  public:
    ScriptSkimmer(std::string_view text, Skimmed& out) : m_text(text), m_literals(Lexis::script, text), m_out(out) {
        m_levels.push_back({});
    }

    bool run() {
        for (std::size_t at = 0; at < m_text.size();) {
            at = step(at);
            if (at == k_npos) return false;
        }
        return m_levels.size() == 1 && m_level().parentheses == 0;
    }

  private:
    // What is open: the file itself or a block.
    struct Level {
        bool is_class = false;
        bool in_callback = false;
        int parentheses = 0;
        bool class_header = false;  // `class` was seen, its block comes
        int function = -1;          // `function` was seen with so many parentheses open
        int callable = -1;          // a parameter list was closed there: a block that follows is its body
    };

    Level& m_level() { return m_levels.back(); }

    std::size_t step(std::size_t at) {
        const char c = m_text[at];
        if (is_word(c) || c == '$') return word(at);
        auto& level = m_level();
        switch (c) {
            case '(':
            case '[':
                ++level.parentheses;
                return at + 1;
            case ')':
            case ']':
                if (--level.parentheses < 0) return k_npos;
                if (c == ')' && (level.function == level.parentheses || (level.is_class && level.parentheses == 0))) {
                    level.callable = level.parentheses;
                    level.function = -1;
                }
                return at + 1;
            case ';':
            case ',':
                if (level.callable == level.parentheses) level.callable = -1;
                if (c == ';' && level.parentheses == 0) level.class_header = false;
                return at + 1;
            case '=':
                if (at + 1 < m_text.size() && m_text[at + 1] == '>') {
                    level.callable = level.parentheses;
                    return at + 2;
                }
                level.callable = -1;
                return at + 1;
            case '{':
                return open(at);
            case '}':
                if (m_levels.size() == 1 || level.parentheses != 0) return k_npos;
                m_levels.pop_back();
                m_level().callable = -1;
                return at + 1;
            default:
                break;
        }
        const auto end = m_literals.skip(at);
        return end == at ? at + 1 : end;
    }

    std::size_t word(std::size_t at) {
        auto end = at;
        while (end < m_text.size() && (is_word(m_text[end]) || m_text[end] == '$')) ++end;
        const auto text = m_text.substr(at, end - at);
        const bool member = at > 0 && m_text[at - 1] == '.';
        auto& level = m_level();
        if (member) return end;
        if (text == "function") level.function = level.parentheses;
        if (text == "class" && level.parentheses == 0) {
            level.class_header = true;
            level.callable = -1;
        }
        return end;
    }

    std::size_t open(std::size_t at) {
        auto& level = m_level();
        const bool body = level.callable == level.parentheses;
        const bool callback = body && level.parentheses > 0;
        if (body && (!callback || level.in_callback)) {
            const auto end = m_literals.matching_brace(at + 1);
            if (end == k_npos) return k_npos;
            if (end - at > k_worth_cutting) m_out.cut(at + 1, end);
            level.callable = -1;
            return end + 1;
        }
        Level inner;
        inner.is_class = level.class_header && level.parentheses == 0;
        inner.in_callback = level.in_callback || callback;
        level.class_header = level.class_header && level.parentheses != 0;
        level.callable = -1;
        m_levels.push_back(inner);
        return at + 1;
    }

    std::string_view m_text;
    Literals m_literals;
    Skimmed& m_out;
    std::vector<Level> m_levels;
};

}  // namespace

bool skim_script(std::string_view text, Skimmed& out) {
    return ScriptSkimmer(text, out).run();
}

}  // namespace ely::chunk
