#include "programs/help.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "ui/width.hpp"

namespace ely::programs {
namespace {

constexpr unsigned k_usual_width = 100;

unsigned usable(unsigned width) {
    return width == 0 ? k_usual_width : std::clamp(width, 40U, 120U);
}

// The word behind `path` in `longer`, when it has one more.
std::string_view next_word(std::string_view path, std::string_view longer) {
    if (!path.empty()) {
        if (!longer.starts_with(path) || longer.size() <= path.size() || longer[path.size()] != ' ') return {};
        longer.remove_prefix(path.size() + 1);
    }
    return longer.substr(0, longer.find(' '));
}

struct Row {
    std::string left;
    std::string right;
};

// Two columns; what is too wide for the left one stands on a line of its own.
std::string two_columns(const std::vector<Row>& rows, const ui::Style& style, unsigned width) {
    std::size_t left = 0;
    for (const auto& row : rows) left = std::max(left, ui::display_width(row.left));
    left = std::min<std::size_t>(left, 28);
    const auto indent = std::string(left + 4, ' ');
    std::string out;
    for (const auto& row : rows) {
        const auto used = ui::display_width(row.left);
        out += "  " + style.cyan(row.left);
        const auto text = ui::wrap(row.right, usable(width), indent);
        if (used > left) {
            out += "\n" + text;
        } else {
            out += std::string(left - used, ' ') + "  " + text.substr(indent.size());
        }
        out += "\n";
    }
    return out;
}

std::string paragraphs(std::string_view text, unsigned width) {
    std::string out;
    std::string paragraph;
    const auto end_paragraph = [&] {
        if (!paragraph.empty()) out += "\n" + ui::wrap(paragraph, usable(width)) + "\n";
        paragraph.clear();
    };
    for (const auto line : split(text, '\n')) {
        if (trim(line).empty()) {
            end_paragraph();
        } else {
            paragraph.append(paragraph.empty() ? "" : " ").append(trim(line));
        }
    }
    end_paragraph();
    return out;
}

std::string examples_text(const std::vector<std::string>& examples, const ui::Style& style) {
    if (examples.empty()) return {};
    std::string out = "\n" + style.bold("Examples:") + "\n";
    for (const auto& line : examples) out += "  " + line + "\n";
    return out;
}

std::vector<Row> entry_rows(const Program& program, std::string_view path) {
    std::vector<Row> out;
    for (const auto& entry : entries_below(program, path)) {
        out.push_back({std::string(entry.word), std::string(entry.summary)});
    }
    return out;
}

std::string option_left(const OptionFacts& option) {
    if (option.argument) return option.names.front();
    // Long names line up, whether or not there is a short one.
    std::string out = option.names.front().starts_with("--") ? "    " : "";
    out += join(option.names, ", ");
    return option.value.empty() ? out : out + " " + option.value;
}

std::string option_right(const OptionFacts& option) {
    auto out = option.help;
    if (option.required && !option.argument) out += " (required)";
    if (!option.fallback.empty()) out += " (default: " + option.fallback + ")";
    return out;
}

std::string options_section(std::string_view title, const std::vector<OptionFacts>& options, const ui::Style& style,
                            unsigned width, bool argument, bool global) {
    std::vector<Row> rows;
    for (const auto& option : options) {
        if (option.argument == argument && option.global == global) {
            rows.push_back({option_left(option), option_right(option)});
        }
    }
    if (rows.empty()) return {};
    return "\n" + style.bold(title) + "\n" + two_columns(rows, style, width);
}

}  // namespace

std::vector<Entry> entries_below(const Program& program, std::string_view path) {
    std::vector<Entry> out;
    for (const auto* command : program.commands) {
        const auto word = next_word(path, command->path);
        if (word.empty()) continue;
        const auto whole = path.empty() ? std::string(word) : std::string(path) + " " + std::string(word);
        if (command->path == whole) {
            out.push_back({word, command->summary, command});
        } else if (std::ranges::find(out, word, &Entry::word) == out.end()) {
            const auto group = std::ranges::find(program.groups, std::string_view(whole), &Group::path);
            out.push_back({word, group == program.groups.end() ? std::string_view{} : group->summary, nullptr});
        }
    }
    return out;
}

const Command* find_command(const Program& program, std::string_view path) {
    const auto found = std::ranges::find(program.commands, path, &Command::path);
    return found == program.commands.end() ? nullptr : *found;
}

bool is_group(const Program& program, std::string_view path) {
    return std::ranges::any_of(program.commands,
                               [&](const Command* command) { return !next_word(path, command->path).empty(); });
}

std::vector<OptionFacts> option_facts(const CommandLine& line) {
    std::vector<OptionFacts> out;
    for (const auto* option : line.cli().get_options()) {
        OptionFacts facts;
        facts.argument = !option->nonpositional();
        if (facts.argument) {
            facts.names.push_back(option->get_name(true));
        } else {
            for (const auto& name : option->get_snames()) facts.names.push_back("-" + name);
            for (const auto& name : option->get_lnames()) facts.names.push_back("--" + name);
        }
        const bool flag = !facts.argument && option->get_type_size() == 0;
        if (!flag) facts.value = option->get_type_name();
        facts.help = option->get_description();
        facts.fallback = option->get_default_str();
        facts.choices = line.choices_of(*option);
        facts.required = option->get_required();
        facts.repeated = option->get_items_expected_max() > 1;
        facts.global = option->get_group() == k_global_group;
        out.push_back(std::move(facts));
    }
    return out;
}

std::string usage_line(const Program& program, const Command& command, const std::vector<OptionFacts>& options) {
    auto out = fmt::format("{} {} [OPTIONS]", program.name, command.path);
    for (const auto& option : options) {
        if (option.required && !option.argument) out += fmt::format(" {} {}", option.names.back(), option.value);
    }
    for (const auto& option : options) {
        if (!option.argument) continue;
        const auto name = option.names.front() + (option.repeated ? "..." : "");
        out += option.required ? " " + name : " [" + name + "]";
    }
    return out;
}

std::vector<std::string> example_lines(const Program& program, const Command& command) {
    std::vector<std::string> out;
    for (const auto line : split(trim(command.examples), '\n')) {
        auto text = std::string(trim(line));
        if (text.empty()) continue;
        for (auto at = text.find("%p"); at != std::string::npos; at = text.find("%p"))
            text.replace(at, 2, program.name);
        out.push_back(std::move(text));
    }
    return out;
}

std::string program_help(const Program& program, const ui::Style& style, unsigned width) {
    auto out = fmt::format("{} {}\n", style.bold(program.name), program.summary);
    out += fmt::format("\n{} {} COMMAND [OPTIONS]\n", style.bold("Usage:"), program.name);
    out += paragraphs(program.description, width);
    out += "\n" + style.bold("Commands:") + "\n" + two_columns(entry_rows(program, ""), style, width);
    out +=
        fmt::format("\n\"{0} COMMAND --help\" tells more of a command, \"{0} --version\" the version.\n", program.name);
    return out;
}

std::string group_help(const Program& program, std::string_view path, const ui::Style& style, unsigned width) {
    auto out = fmt::format("{} {} {} COMMAND [OPTIONS]\n", style.bold("Usage:"), program.name, path);
    const auto group = std::ranges::find(program.groups, path, &Group::path);
    if (group != program.groups.end()) out += fmt::format("\n{}\n", group->summary);
    out += "\n" + style.bold("Commands:") + "\n" + two_columns(entry_rows(program, path), style, width);
    out += fmt::format("\n\"{} {} COMMAND --help\" tells more of a command.\n", program.name, path);
    return out;
}

std::string command_help(const Program& program, const Command& command, const CommandLine& line,
                         const ui::Style& style, unsigned width) {
    const auto options = option_facts(line);
    auto out =
        fmt::format("{} {}\n\n{}.\n", style.bold("Usage:"), usage_line(program, command, options), command.summary);
    out += paragraphs(command.description, width);
    out += options_section("Arguments:", options, style, width, true, false);
    out += options_section("Options:", options, style, width, false, false);
    out += options_section("Global options:", options, style, width, false, true);
    out += examples_text(example_lines(program, command), style);
    return out;
}

}  // namespace ely::programs
