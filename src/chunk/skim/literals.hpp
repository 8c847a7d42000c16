#pragma once

// Where comments, strings, character literals and preprocessor lines end, in the languages that write blocks in braces.

#include <cstddef>
#include <string_view>
#include <vector>

#include "chunk/skim/skim.hpp"

namespace ely::chunk {

inline constexpr std::size_t k_npos = std::string_view::npos;

[[nodiscard]] inline bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

class Literals {
  public:
    Literals(Lexis lexis, std::string_view text) : m_lexis(lexis), m_text(text) {}

    // The end of the comment or literal that starts at `at`; `at` itself when none starts there. One that is never
    // closed ends with the text, or with its line where the language does not let it go on.
    [[nodiscard]] std::size_t skip(std::size_t at) const;

    // The '}' that closes the block whose inside starts at `at`; k_npos when there is none. Branches of #if are
    // alternatives: each starts at the depth at which the first did.
    [[nodiscard]] std::size_t matching_brace(std::size_t at) const;

    // The ']' that closes the bracket whose inside starts at `at`; k_npos when there is none.
    [[nodiscard]] std::size_t matching_bracket(std::size_t at) const;

    // Whether a '#' at `at` starts a preprocessor directive.
    [[nodiscard]] bool starts_directive(std::size_t at) const;
    // The end of that directive's (continued) line, at its newline.
    [[nodiscard]] std::size_t directive_end(std::size_t at) const;
    // "if", "ifdef", "else", "endif", ...
    [[nodiscard]] std::string_view directive_name(std::size_t at) const;

    // PHP: the first byte of code at or after `at`, which stands in the text around the code.
    [[nodiscard]] std::size_t php_code(std::size_t at) const;

  private:
    [[nodiscard]] char before(std::size_t at, std::size_t distance = 1) const {
        return at >= distance ? m_text[at - distance] : '\0';
    }
    [[nodiscard]] char after(std::size_t at, std::size_t distance = 1) const {
        return at + distance < m_text.size() ? m_text[at + distance] : '\0';
    }
    [[nodiscard]] std::size_t find(std::string_view what, std::size_t from) const;
    [[nodiscard]] std::size_t line_comment(std::size_t at) const;
    [[nodiscard]] std::size_t block_comment(std::size_t at) const;
    [[nodiscard]] std::size_t quoted(std::size_t at, char quote, bool many_lines) const;
    [[nodiscard]] std::size_t double_quote(std::size_t at) const;
    [[nodiscard]] std::size_t single_quote(std::size_t at) const;
    [[nodiscard]] std::size_t cpp_raw_string(std::size_t at) const;
    [[nodiscard]] std::size_t rust_raw_string(std::size_t at, std::size_t hashes) const;
    [[nodiscard]] std::size_t csharp_string(std::size_t at) const;
    [[nodiscard]] std::size_t rust_quote(std::size_t at) const;
    [[nodiscard]] std::size_t php_heredoc(std::size_t at) const;
    [[nodiscard]] bool starts_regex(std::size_t at) const;
    [[nodiscard]] std::size_t regex(std::size_t at) const;
    [[nodiscard]] std::size_t template_literal(std::size_t at) const;
    [[nodiscard]] int depth_after_directive(std::size_t at, int depth, std::vector<int>& conditions) const;

    Lexis m_lexis;
    std::string_view m_text;
    mutable int m_templates = 0;  // template literals that are open around the current place
};

}  // namespace ely::chunk
