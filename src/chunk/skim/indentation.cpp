// Bodies by indentation: Python, where it is the rule, and Ruby, where it is the custom. A Ruby method is left whole
// unless every line of it lies deeper than its def and its end.

#include <algorithm>
#include <array>

#include "chunk/skim/literals.hpp"
#include "chunk/skim/skim.hpp"

namespace ely::chunk {
namespace {

constexpr std::size_t k_worth_cutting = 24;

struct Indentation {
    std::size_t columns = 0;
    std::size_t text = 0;  // the first byte that is not white space
};

Indentation indentation_at(std::string_view text, std::size_t line) {
    Indentation out{0, line};
    for (; out.text < text.size(); ++out.text) {
        if (text[out.text] == '\t') {
            out.columns = (out.columns / 8 + 1) * 8;
        } else if (text[out.text] == ' ' || text[out.text] == '\f') {
            ++out.columns;
        } else {
            break;
        }
    }
    return out;
}

std::size_t line_end(std::string_view text, std::size_t at) {
    return std::min(text.find('\n', at), text.size());
}

bool is_line_break(std::string_view text, std::size_t at) {
    return at >= text.size() || text[at] == '\n' || text[at] == '\r';
}

bool starts_with_word(std::string_view text, std::size_t at, std::string_view word) {
    return text.substr(at, word.size()) == word &&
           (at + word.size() >= text.size() || !is_word(text[at + word.size()]));
}

class PythonSkimmer {
  public:
    PythonSkimmer(std::string_view text, Skimmed& out) : m_text(text), m_out(out) {}

    void run() {
        for (std::size_t at = 0; at < m_text.size();) {
            const auto line = indentation_at(m_text, at);
            const bool definition = starts_with_word(m_text, line.text, "def") || starts_async_def(line.text);
            const auto end = logical_line_end(line.text);
            at = end + 1;
            if (definition && ends_with_colon()) at = cut_body(line.columns, end);
        }
    }

  private:
    [[nodiscard]] bool starts_async_def(std::size_t at) const {
        if (!starts_with_word(m_text, at, "async")) return false;
        const auto next = m_text.find_first_not_of(' ', at + 5);
        return next != k_npos && starts_with_word(m_text, next, "def");
    }

    // The newline (or end of text) that ends the statement at `at`: brackets and strings may span lines.
    std::size_t logical_line_end(std::size_t at) {
        int depth = 0;
        m_last_code = k_npos;
        while (at < m_text.size()) {
            const char c = m_text[at];
            switch (c) {
                case '\n':
                    if (depth == 0) return at;
                    break;
                case '#':
                    at = line_end(m_text, at);
                    continue;
                case '\\':
                    at += m_text.substr(at + 1, 2) == "\r\n" ? 3 : 2;
                    continue;
                case '"':
                case '\'':
                    m_last_code = at;
                    at = string_end(at);
                    continue;
                case '(':
                case '[':
                case '{':
                    ++depth;
                    break;
                case ')':
                case ']':
                case '}':
                    depth = std::max(0, depth - 1);
                    break;
                default:
                    break;
            }
            if (c > ' ') m_last_code = at;
            ++at;
        }
        return m_text.size();
    }

    [[nodiscard]] std::size_t string_end(std::size_t at) const {
        const char quote = m_text[at];
        const bool triple = m_text.substr(at, 3) == std::string(3, quote);
        for (auto i = at + (triple ? 3 : 1); i < m_text.size(); ++i) {
            if (m_text[i] == '\\') {
                ++i;
            } else if (m_text[i] == '\n' && !triple) {
                return i;
            } else if (m_text[i] == quote && (!triple || m_text.substr(i, 3) == std::string(3, quote))) {
                return i + (triple ? 3 : 1);
            }
        }
        return m_text.size();
    }

    [[nodiscard]] bool ends_with_colon() const { return m_last_code != k_npos && m_text[m_last_code] == ':'; }

    // Leaves out the lines after a def that lie deeper than it; returns where the next line of its level starts.
    std::size_t cut_body(std::size_t columns, std::size_t signature_end) {
        const auto first = signature_end + 1;
        std::size_t last = k_npos;
        auto at = first;
        while (at < m_text.size()) {
            const auto line = indentation_at(m_text, at);
            if (is_line_break(m_text, line.text)) {
                at = line_end(m_text, line.text) + 1;
                continue;
            }
            if (line.columns <= columns) {
                if (m_text[line.text] != '#') break;
                // A comment that hangs to the left belongs to the body only if more of the body follows.
                at = line_end(m_text, line.text) + 1;
                continue;
            }
            const auto end = logical_line_end(line.text);
            last = m_last_code == k_npos ? last : m_last_code;
            if (m_last_code != k_npos) m_resume = end + 1;
            at = end + 1;
        }
        if (last == k_npos) return first;
        const auto body = m_text.find_first_not_of(" \t\r\n\f", first);
        auto stop = std::min(m_resume, m_text.size());
        while (stop > body && (m_text[stop - 1] == '\n' || m_text[stop - 1] == '\r')) --stop;
        if (stop > body + k_worth_cutting) m_out.replace(body, stop, '0');
        return m_resume;
    }

    std::string_view m_text;
    Skimmed& m_out;
    std::size_t m_last_code = k_npos;  // of the last logical line: its last byte that is neither space nor comment
    std::size_t m_resume = 0;
};

// The end of a method whose def stands at `columns`, if its lines are indented as is the custom: the line of its end.
std::size_t ruby_end_line(std::string_view text, std::size_t from, std::size_t columns) {
    for (auto at = from; at < text.size(); at = line_end(text, at) + 1) {
        const auto line = indentation_at(text, at);
        if (is_line_break(text, line.text) || line.columns > columns) continue;
        return line.columns == columns && starts_with_word(text, line.text, "end") ? at : k_npos;
    }
    return k_npos;
}

bool ruby_signature_is_whole(std::string_view signature) {
    const auto comment = signature.find(" #");
    signature = signature.substr(0, comment);
    while (!signature.empty() && static_cast<unsigned char>(signature.back()) <= ' ') signature.remove_suffix(1);
    if (signature.ends_with(',') || signature.ends_with('\\')) return false;
    return std::count(signature.begin(), signature.end(), '(') == std::count(signature.begin(), signature.end(), ')');
}

}  // namespace

bool skim_python(std::string_view text, Skimmed& out) {
    PythonSkimmer(text, out).run();
    return true;
}

bool skim_ruby(std::string_view text, Skimmed& out) {
    for (std::size_t at = 0; at < text.size();) {
        const auto line = indentation_at(text, at);
        const auto end = line_end(text, line.text);
        at = end + 1;
        if (starts_with_word(text, line.text, "__END__")) return true;
        if (text.substr(line.text, 6) == "=begin") return false;
        if (!starts_with_word(text, line.text, "def")) continue;
        if (!ruby_signature_is_whole(text.substr(line.text, end - line.text))) continue;
        const auto closing = ruby_end_line(text, at, line.columns);
        if (closing == k_npos || closing < at + k_worth_cutting) continue;
        out.cut(at, closing);
        at = closing;
    }
    return true;
}

}  // namespace ely::chunk
