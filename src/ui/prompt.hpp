#pragma once

// Questions to the user. Without a terminal to ask at, and without --yes, a question is an error that says so: nothing
// is ever decided by an empty pipe. It does not know what the answer is for.

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ui/output.hpp"
#include "ui/terminal.hpp"

namespace ely::ui {

class Input {
  public:
    virtual ~Input() = default;
    // A line without its end; nullopt when there is no more input; cancelled when `stop` asks while it waits.
    [[nodiscard]] virtual Result<std::optional<std::string>> read_line(std::stop_token stop) = 0;
};

class DescriptorInput final : public Input {
  public:
    explicit DescriptorInput(int descriptor) : m_descriptor(descriptor) {}
    [[nodiscard]] Result<std::optional<std::string>> read_line(std::stop_token stop) override;

  private:
    int m_descriptor;
    std::string m_pending;
};

class Prompt {
  public:
    // `yes`: every question is answered with yes, or with its proposed answer, without being asked.
    Prompt(Input& input, Output& output, const Terminal& terminal, bool yes)
        : m_input(&input), m_output(&output), m_can_ask(terminal.input_is_tty), m_yes(yes) {}

    // "Question [y/N]: ". `proposed` is what Enter answers. usage when nobody can be asked.
    [[nodiscard]] Result<bool> confirm(std::string_view question, bool proposed, std::stop_token stop = {});
    // "Question [proposed]: ".
    [[nodiscard]] Result<std::string> ask(std::string_view question, std::string_view proposed,
                                          std::stop_token stop = {});

  private:
    [[nodiscard]] Result<std::string> answer(std::string_view question, std::string_view choices, std::stop_token stop);
    Input* m_input;
    Output* m_output;
    bool m_can_ask;
    bool m_yes;
};

}  // namespace ely::ui
