#pragma once

// Runs other programs: arguments without a shell, output captured or handed over line by line, ended when the caller
// asks to stop. Arguments may hold secrets; redacted_command() is the only form fit for a log or an error.

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely {

struct ProcessOptions {
    std::vector<std::string> arguments;              // [0] is the program, looked up in PATH unless it has a '/'
    Path working_directory;                          // empty: the caller's
    std::map<std::string, std::string> environment;  // added to the caller's own
    std::string input;                               // written to its standard input, then closed
    // Called for each whole line (without its end) as it comes; without one the output is captured. Lines of a program
    // that ends are all delivered before run_process returns. On standard error a carriage return ends a line as well.
    std::function<void(std::string_view)> on_output_line;
    std::function<void(std::string_view)> on_error_line;
    std::optional<double> timeout_seconds;
};

struct ProcessResult {
    int exit_status = 0;  // 128 + n when signal n ended it
    std::string output;
    std::string errors;
    double seconds = 0;
    [[nodiscard]] bool ok() const { return exit_status == 0; }
};

// not_found when there is no such program, timeout, cancelled (the program then got SIGTERM, and SIGKILL two seconds
// later). A program that ran and failed is a value, not an error. The child runs in a process group of its own and ends
// when this process does.
[[nodiscard]] Result<ProcessResult> run_process(const ProcessOptions& options, std::stop_token stop = {});

// A program by its name in PATH; one with a '/' is taken as it is. not_found when PATH has none.
[[nodiscard]] Result<Path> find_program(const std::string& name);

// The arguments as one would type them, with credentials in URLs and values behind token-like options starred out.
[[nodiscard]] std::string redacted_command(const std::vector<std::string>& arguments);
// "https://user:secret@host/x" -> "https://***@host/x", wherever such a URL stands in the text.
[[nodiscard]] std::string redact_urls(std::string_view text);

// The absolute path of this program's own file.
[[nodiscard]] Path own_executable();

}  // namespace ely
