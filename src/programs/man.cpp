#include <fmt/core.h>

#include "base/text.hpp"
#include "base/version.hpp"
#include "programs/command.hpp"
#include "programs/help.hpp"

namespace ely::programs {
namespace {

// Text as roff takes it literally.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '.' && (out.empty() || out.back() == '\n')) {
            out += "\\&.";
        } else if (c == '\'' && (out.empty() || out.back() == '\n')) {
            out += "\\&'";
        } else {
            out += c;
        }
    }
    return out;
}

std::string paragraphs(std::string_view text) {
    std::string out;
    for (const auto line : split(text, '\n')) {
        out += trim(line).empty() ? std::string(".PP\n") : escaped(trim(line)) + "\n";
    }
    return out;
}

std::string options_text(const std::vector<OptionFacts>& options, bool global) {
    std::string out;
    for (const auto& option : options) {
        if (option.global != global) continue;
        out += ".TP\n\\fB" + escaped(join(option.names, ", ")) + "\\fR";
        if (!option.value.empty() && !option.argument) out += " \\fI" + escaped(option.value) + "\\fR";
        out += "\n" + escaped(option.help);
        if (!option.fallback.empty()) out += escaped(" (default: " + option.fallback + ")");
        out += "\n";
    }
    return out;
}

std::string command_text(const Program& program, const Command& command) {
    CommandLine line(program, command);
    const auto run = command.define(line);  // keeps what the options point to
    const auto options = option_facts(line);
    auto out = fmt::format(".SS {}\n{}.\n.PP\n\\fB{}\\fR\n.PP\n", escaped(command.path), escaped(command.summary),
                           escaped(usage_line(program, command, options)));
    out += paragraphs(command.description) + options_text(options, false);
    const auto examples = example_lines(program, command);
    if (!examples.empty()) {
        out += ".PP\n.RS\n.nf\n";
        for (const auto& example : examples) out += escaped(example) + "\n";
        out += ".fi\n.RE\n";
    }
    return out;
}

std::string global_options(const Program& program) {
    const CommandLine line(program, k_man);
    return ".SH GLOBAL OPTIONS\n" + options_text(option_facts(line), true);
}

std::string exit_statuses() {
    std::string out = ".SH EXIT STATUS\n";
    for (const auto& row : k_exit_statuses) out += fmt::format(".TP\n{}\n{}\n", row.status, escaped(row.meaning));
    return out;
}

std::string settings() {
    std::string out = ".SH SETTINGS\nIn the configuration file, as a variable, or with \\-\\-set:\n";
    for (const auto& rule : model::setting_rules()) {
        out += fmt::format(".TP\n\\fB{}\\fR (\\fB{}\\fR)\n{}\n", escaped(rule.key),
                           escaped(model::setting_variable(rule.key)), escaped(rule.help));
    }
    return out;
}

Result<std::string> page(const Program& program, const std::string& path) {
    auto out = fmt::format(".TH {} 1 \"\" \"{} {}\"\n.SH NAME\n{} \\- {}\n", to_lower_ascii(program.name), program.name,
                           version(), program.name, escaped(program.summary));
    out += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR COMMAND [OPTIONS]\n.SH DESCRIPTION\n{}", program.name,
                       paragraphs(program.description));
    out += ".SH COMMANDS\n";
    std::size_t shown = 0;
    for (const auto* command : program.commands) {
        const bool wanted = path.empty() || command->path == path || command->path.starts_with(path + " ");
        if (!wanted) continue;
        out += command_text(program, *command);
        ++shown;
    }
    if (shown == 0) return fail(Code::usage, "unknown command: " + printable(path));
    return out + global_options(program) + settings() + exit_statuses();
}

Run define(CommandLine& line) {
    auto words = std::make_shared<std::vector<std::string>>();
    line.add_option("COMMAND", *words, "one command or group; all when left out")->type_name("COMMAND");
    return [words](Context& context) -> Result<int> {
        ELY_TRY_ASSIGN(const auto text, page(context.program, join(*words, " ")));
        context.out.write(text);
        return k_exit_ok;
    };
}

}  // namespace

const Command k_man{.path = "man",
                    .summary = "Print the manual page as roff",
                    .description = "The text is made from the same table as --help.",
                    .examples = "%p man > %p.1\n%p man config | man -l -",
                    .define = define,
                    .needs_settings = false};

}  // namespace ely::programs
