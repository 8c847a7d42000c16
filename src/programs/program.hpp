#pragma once

// Runs a program: finds the command, parses its options, resolves the settings, runs it, and turns what comes back into
// output and an exit status. main() is nothing but a call of this.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "programs/command.hpp"

namespace ely::programs {

// Everything of the process that a run may see or touch; a test gives its own.
struct Surroundings {
    ui::Output& out;
    ui::Output& err;
    ui::Input& input;
    ui::Terminal terminal;
    ui::GetVariable variable;
    const Clock& clock;
    std::stop_token stop;
    model::Progress* progress = nullptr;  // null: made from terminal and options
    Path program_folder;
};

// `arguments` without the program's name.
[[nodiscard]] int run_program(const Program& program, const std::vector<std::string>& arguments,
                              Surroundings& surroundings);
// With the process's own surroundings.
[[nodiscard]] int run_program(const Program& program, int argument_count, char** arguments);

// "error: ...", "next: ..."; with `json` the one object {"error": {code, message, hint, context}}.
void report_error(ui::Output& err, const ui::Style& style, const Error& error, bool json);

}  // namespace ely::programs
