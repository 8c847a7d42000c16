#pragma once

// Takes the insides of function bodies out of a source text before it is parsed: an outline does not need them, they
// are most of the bytes, and a parser reads a tenth of what a brace matcher reads in the same time. What remains is
// valid code of the same language, and positions in it are turned back into positions of the whole text.
// It does not know what a definition is; where it is unsure of a text it says so, and the whole text is parsed.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ely::chunk {

enum class Lexis : std::uint8_t { none, c, cpp, java, csharp, go, rust, php, script, python, ruby };

class Skimmed {
  public:
    explicit Skimmed(std::string_view whole) : m_whole(whole) { m_text.reserve(whole.size() / 2); }

    // The whole text is copied in order; [from, to) is left out.
    void cut(std::size_t from, std::size_t to);
    // [from, to) is left out but for its last byte, which becomes `placeholder`.
    void replace(std::size_t from, std::size_t to, char placeholder);
    void finish();

    [[nodiscard]] const std::string& text() const { return m_text; }
    // Where a byte of text() stands in the whole text.
    [[nodiscard]] std::size_t position(std::size_t at) const;

  private:
    struct Gap {
        std::size_t at;       // in text(): the first byte after it
        std::size_t removed;  // bytes left out up to here
    };
    std::string_view m_whole;
    std::string m_text;
    std::vector<Gap> m_gaps;
    std::size_t m_copied = 0;
};

// nullopt when the text is not balanced as its language would have it, or when there is little to leave out.
[[nodiscard]] std::optional<Skimmed> skim(Lexis lexis, std::string_view text);

// The families behind skim(); false when the text is not balanced.
[[nodiscard]] bool skim_braces(Lexis lexis, std::string_view text, Skimmed& out);
[[nodiscard]] bool skim_script(std::string_view text, Skimmed& out);
[[nodiscard]] bool skim_python(std::string_view text, Skimmed& out);
[[nodiscard]] bool skim_ruby(std::string_view text, Skimmed& out);

}  // namespace ely::chunk
