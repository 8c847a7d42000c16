#pragma once

// Help texts and the command tables seen as a tree. Made from the tables alone.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "programs/command.hpp"

namespace ely::programs {

// What stands one word below a path ("" for the program): commands and groups, in the tables' order.
struct Entry {
    std::string_view word;
    std::string_view summary;
    const Command* command = nullptr;  // null: a group
};
[[nodiscard]] std::vector<Entry> entries_below(const Program& program, std::string_view path);
[[nodiscard]] const Command* find_command(const Program& program, std::string_view path);
[[nodiscard]] bool is_group(const Program& program, std::string_view path);

// The facts of an option for help, completion and manual pages.
struct OptionFacts {
    std::vector<std::string> names;  // "-l", "--limit"; an argument has its one name
    std::string value;               // "NAME"; empty for a flag
    std::string help;
    std::string fallback;  // the default, for people
    std::vector<std::string> choices;
    bool argument = false;
    bool required = false;
    bool repeated = false;
    bool global = false;
};
[[nodiscard]] std::vector<OptionFacts> option_facts(const CommandLine& line);
// "elysiactl repo add [OPTIONS] URL [PATTERN...]"
[[nodiscard]] std::string usage_line(const Program& program, const Command& command,
                                     const std::vector<OptionFacts>& options);

[[nodiscard]] std::vector<std::string> example_lines(const Program& program, const Command& command);

// `width` 0: 100 columns.
[[nodiscard]] std::string program_help(const Program& program, const ui::Style& style, unsigned width);
[[nodiscard]] std::string group_help(const Program& program, std::string_view path, const ui::Style& style,
                                     unsigned width);
[[nodiscard]] std::string command_help(const Program& program, const Command& command, const CommandLine& line,
                                       const ui::Style& style, unsigned width);

}  // namespace ely::programs
