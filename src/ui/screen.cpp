#include "ui/screen.hpp"

namespace ely::ui {

Screen::Screen(Output& output, const Terminal& terminal)
    : m_output(&output), m_style(terminal.output_colour), m_unicode(terminal.unicode) {}

void Screen::heading(std::string_view sign, std::string_view text) {
    if (!m_first) m_output->line();
    m_first = false;
    m_output->line((m_unicode ? std::string(sign) + " " : std::string()) + m_style.bold(text));
    m_output->flush();
}

void Screen::done(std::string_view text) {
    indented(good(), text);
}
void Screen::warning(std::string_view text) {
    indented(caution(), text);
}
void Screen::failure(std::string_view text) {
    indented(bad(), text);
}
void Screen::bullet(std::string_view text) {
    indented(dot(), text);
}

void Screen::line(std::string_view text) {
    m_first = false;
    m_output->line("   " + std::string(text));
    m_output->flush();
}

void Screen::step(unsigned number, unsigned of, std::string_view text) {
    m_first = false;
    m_in_step = true;
    m_output->print("   {} {}", m_style.dim(fmt::format("[{}/{}]", number, of)), text);
    m_output->flush();
}

void Screen::step_done() {
    end_step(good());
}
void Screen::step_failed() {
    end_step(bad());
}

std::string Screen::good() const {
    return m_style.green(m_unicode ? "✓" : "ok");
}
std::string Screen::caution() const {
    return m_style.yellow(m_unicode ? "⚠️ " : "warning:");
}
std::string Screen::bad() const {
    return m_style.red(m_unicode ? "✗" : "failed:");
}
std::string Screen::dot() const {
    return m_unicode ? "•" : "*";
}

void Screen::indented(const std::string& sign, std::string_view text) {
    m_first = false;
    m_output->print("   {} {}\n", sign, text);
    m_output->flush();
}

void Screen::end_step(const std::string& sign) {
    if (m_in_step) m_output->line(" " + sign);
    m_in_step = false;
    m_output->flush();
}

}  // namespace ely::ui
