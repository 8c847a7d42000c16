#pragma once

// What is known of the screen before anything is shown: asked once, at the start, and passed in. And the text styles
// that follow from it.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ely::ui {

// The value of an environment variable; nullopt when it is not set.
using GetVariable = std::function<std::optional<std::string>(const std::string&)>;

enum class ColourChoice { automatic, always, never };

struct Terminal {
    bool input_is_tty = false;
    bool output_is_tty = false;
    bool error_is_tty = false;
    // Columns; 0: no limit, for the output is no terminal.
    unsigned width = 0;
    bool output_colour = false;
    bool error_colour = false;
    // Lines on standard error may be drawn over.
    bool animation = false;
    // Characters beyond ASCII may be shown.
    bool unicode = true;
};

// Asks the descriptors 0, 1, 2 and the variables NO_COLOR, TERM, COLUMNS, LC_ALL, LC_CTYPE, LANG.
[[nodiscard]] Terminal detect_terminal(const GetVariable& variable);
// Colour as the user chose it, with NO_COLOR and TERM=dumb heeded when the choice is automatic.
void choose_colour(Terminal& terminal, ColourChoice choice, const GetVariable& variable);

// Marks up text where colour is allowed; plain otherwise.
class Style {
  public:
    explicit Style(bool colour = false) : m_colour(colour) {}
    [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }
    [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }
    [[nodiscard]] std::string cyan(std::string_view text) const { return wrap("36", text); }
    [[nodiscard]] std::string error(std::string_view text) const { return wrap("1;31", text); }
    [[nodiscard]] bool colour() const { return m_colour; }

  private:
    [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;
    bool m_colour;
};

}  // namespace ely::ui
