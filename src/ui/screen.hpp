#pragma once

// The plain screens of a long operation: headings with what was done below them, numbered steps, and the closing lines.
//
//     🔍 Discovering repository...
//        ✓ Found 1,247 files across 89 directories
//
// Every line is written at once, so a log of it reads the same. It knows no operation.

#include <string>
#include <string_view>

#include "ui/output.hpp"
#include "ui/terminal.hpp"

namespace ely::ui {

class Screen {
  public:
    Screen(Output& output, const Terminal& terminal);

    // "🔍 Discovering repository...", with an empty line before all but the first.
    void heading(std::string_view sign, std::string_view text);
    // Lines below a heading.
    void done(std::string_view text);
    void warning(std::string_view text);
    void failure(std::string_view text);
    void bullet(std::string_view text);
    void line(std::string_view text);
    // "   [1/6] Creating collection... ✓": the sign comes when the step has ended.
    void step(unsigned number, unsigned of, std::string_view text);
    void step_done();
    void step_failed();

    [[nodiscard]] const Style& style() const { return m_style; }
    // "✓", "⚠", "✗", "•" in their colours; words where the terminal shows ASCII only.
    [[nodiscard]] std::string good() const;
    [[nodiscard]] std::string caution() const;
    [[nodiscard]] std::string bad() const;
    [[nodiscard]] std::string dot() const;

  private:
    void indented(const std::string& sign, std::string_view text);
    void end_step(const std::string& sign);
    Output* m_output;
    Style m_style;
    bool m_unicode;
    bool m_first = true;
    bool m_in_step = false;
};

}  // namespace ely::ui
