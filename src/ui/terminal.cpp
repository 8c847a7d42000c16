#include "ui/terminal.hpp"

#include <charconv>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.hpp"

namespace ely::ui {
namespace {

bool set_and_not_empty(const GetVariable& variable, const std::string& name) {
    const auto value = variable(name);
    return value && !value->empty();
}

// The locale's encoding as far as its name tells; an unset locale is taken for UTF-8, as containers have none.
bool locale_is_utf8(const GetVariable& variable) {
    for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const auto value = variable(name);
        if (!value || value->empty()) continue;
        const auto lower = to_lower_ascii(*value);
        return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
    }
    return true;
}

unsigned terminal_width(const GetVariable& variable) {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const auto columns = variable("COLUMNS").value_or("");
    unsigned width = 0;
    std::from_chars(columns.data(), columns.data() + columns.size(), width);
    return width > 0 ? width : 80;
}

}  // namespace

Terminal detect_terminal(const GetVariable& variable) {
    Terminal out;
    out.input_is_tty = ::isatty(STDIN_FILENO) == 1;
    out.output_is_tty = ::isatty(STDOUT_FILENO) == 1;
    out.error_is_tty = ::isatty(STDERR_FILENO) == 1;
    if (out.output_is_tty || out.error_is_tty) out.width = terminal_width(variable);
    out.animation = out.error_is_tty && variable("TERM").value_or("dumb") != "dumb";
    // A pipe gets UTF-8 whatever the locale: what is at its other end decides for itself.
    out.unicode = locale_is_utf8(variable) || !(out.output_is_tty || out.error_is_tty);
    choose_colour(out, ColourChoice::automatic, variable);
    return out;
}

void choose_colour(Terminal& terminal, ColourChoice choice, const GetVariable& variable) {
    const bool wanted = !set_and_not_empty(variable, "NO_COLOR") && variable("TERM").value_or("dumb") != "dumb";
    const auto decide = [&](bool is_tty) {
        switch (choice) {
            case ColourChoice::always:
                return true;
            case ColourChoice::never:
                return false;
            case ColourChoice::automatic:
                return is_tty && wanted;
        }
        return false;
    };
    terminal.output_colour = decide(terminal.output_is_tty);
    terminal.error_colour = decide(terminal.error_is_tty);
}

std::string Style::wrap(std::string_view code, std::string_view text) const {
    if (!m_colour || text.empty()) return std::string(text);
    return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

}  // namespace ely::ui
