#include "programs/program.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <optional>

#include <fmt/core.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/nearest.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "model/report_json.hpp"
#include "programs/help.hpp"
#include "programs/interrupt.hpp"
#include "ui/progress_line.hpp"

namespace ely::programs {
namespace {

constexpr std::array k_valued_global_options{"--config", "--shared", "--set", "--color"};

// What the words of a command line ask for.
struct Selection {
    const Command* command = nullptr;
    std::string path;                    // without a command: the group; "" the program
    std::vector<std::string> arguments;  // without the command's words
    bool help = false;
    bool version = false;
};

Error unknown_command(const Program& program, const std::string& path, const std::string& word) {
    std::vector<std::string> candidates;
    for (const auto& entry : entries_below(program, path)) candidates.emplace_back(entry.word);
    const auto whole = path.empty() ? word : path + " " + word;
    Error error;
    error.code = Code::usage;
    error.message = fmt::format("unknown command: {}", printable(whole));
    const auto prefix = std::string(program.name) + " " + (path.empty() ? "" : path + " ");
    const auto meant = nearest(word, candidates);
    error.hint = meant ? prefix + *meant : prefix + "--help";
    return error;
}

// Takes the command's words out of the arguments; global options may stand before them.
Result<Selection> select(const Program& program, const std::vector<std::string>& arguments) {
    Selection out;
    std::size_t at = 0;
    for (; at < arguments.size() && out.command == nullptr; ++at) {
        const auto& word = arguments[at];
        if (word == "--") break;
        if (word.starts_with("-")) {
            if (word == "-h" || word == "--help") out.help = true;
            if (word == "--version") out.version = true;
            out.arguments.push_back(word);
            if (std::ranges::find(k_valued_global_options, word) != k_valued_global_options.end() &&
                at + 1 < arguments.size()) {
                out.arguments.push_back(arguments[++at]);
            }
            continue;
        }
        if (out.path.empty() && word == "help") {
            out.help = true;
            continue;
        }
        auto longer = out.path.empty() ? word : out.path + " " + word;
        out.command = find_command(program, longer);
        if (out.command == nullptr && !is_group(program, longer)) {
            return fail(unknown_command(program, out.path, word));
        }
        out.path = std::move(longer);
    }
    out.arguments.insert(out.arguments.end(), arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
    return out;
}

bool asks_for_json(const std::vector<std::string>& arguments) {
    const auto end = std::ranges::find(arguments, "--");
    return std::find(arguments.begin(), end, "--json") != end;
}

// "elysiactl repo add --help"
std::string ask_for_help(const Program& program, std::string_view path) {
    return path.empty() ? fmt::format("{} --help", program.name) : fmt::format("{} {} --help", program.name, path);
}

Error unknown_argument(const Program& program, const Command& command, const CommandLine& line,
                       const std::string& argument, bool options_ended) {
    Error error;
    error.code = Code::usage;
    error.hint = ask_for_help(program, command.path);
    if (options_ended || !argument.starts_with("-") || argument == "-") {
        error.message = fmt::format("one argument too many: {}", printable(argument));
        return error;
    }
    const auto name = argument.substr(0, argument.find('='));
    error.message = fmt::format("unknown option: {}", printable(name));
    std::vector<std::string> known;
    if (command.path.empty()) known.emplace_back("--version");
    for (const auto& option : option_facts(line)) {
        if (!option.argument) std::ranges::copy(option.names, std::back_inserter(known));
    }
    if (const auto meant = nearest(name, known)) error.hint = fmt::format("did you mean {}?", *meant);
    return error;
}

Result<void> parse(const Program& program, const Command& command, CommandLine& line,
                   const std::vector<std::string>& arguments) {
    std::optional<std::string> problem;
    try {
        line.cli().parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        throw;
    } catch (const CLI::ParseError& error) {
        problem = error.what();
    }
    // An option that does not exist explains an argument that seems to be missing, so it is told first.
    bool options_ended = false;
    for (const auto& extra : line.cli().remaining()) {
        // The mark behind which nothing is an option stays among what is left.
        if (extra != "--" || options_ended) {
            return fail(unknown_argument(program, command, line, extra, options_ended));
        }
        options_ended = true;
    }
    if (problem) return fail(Code::usage, *problem, ask_for_help(program, command.path));
    return {};
}

Result<model::Settings> resolve_settings(const Command& command, const CommandLine::Chosen& chosen,
                                         const Surroundings& surroundings) {
    if (!command.needs_settings) return model::Settings{};
    model::SettingSources sources{surroundings.variable, chosen.settings, chosen.config_file, chosen.shared,
                                  surroundings.program_folder};
    for (const auto& pair : chosen.set) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos) return fail(Code::usage, "--set needs KEY=VALUE, not \"" + pair + "\"");
        ELY_TRY(model::check_setting(pair.substr(0, equals), pair.substr(equals + 1)));
        sources.flags.push_back({pair.substr(0, equals), pair.substr(equals + 1), "--set"});
    }
    return model::Settings::resolve(sources);
}

ui::ProgressLine::Mode progress_mode(const CommandLine::Chosen& chosen, const ui::Terminal& terminal) {
    using Mode = ui::ProgressLine::Mode;
    if (chosen.quiet) return Mode::silent;
    if (terminal.animation) return Mode::animated;
    return chosen.json ? Mode::silent : Mode::plain;
}

Result<int> run_command(const Program& program, const Command& command, CommandLine& line, const Run& run,
                        Surroundings& surroundings) {
    const auto& chosen = line.chosen();
    auto terminal = surroundings.terminal;
    ELY_TRY_ASSIGN(const auto settings, resolve_settings(command, chosen, surroundings));
    ui::ProgressLine own_progress(surroundings.err, terminal, progress_mode(chosen, terminal));
    auto& progress = surroundings.progress != nullptr ? *surroundings.progress : own_progress;
    // What is written for people must not stand behind a half-drawn line.
    surroundings.out.before_writing([&own_progress] { own_progress.clear(); });
    ui::Prompt prompt(surroundings.input, surroundings.err, terminal, chosen.yes);
    Context context{.program = program,
                    .command = command,
                    .settings = settings,
                    .json = chosen.json,
                    .quiet = chosen.quiet,
                    .verbosity = chosen.verbosity,
                    .dry_run = chosen.dry_run,
                    .out = surroundings.out,
                    .err = surroundings.err,
                    .terminal = terminal,
                    .style = ui::Style(terminal.output_colour),
                    .prompt = prompt,
                    .progress = progress,
                    .clock = surroundings.clock,
                    .stop = surroundings.stop,
                    .variable = surroundings.variable};
    auto status = run(context);
    own_progress.clear();
    surroundings.out.flush();
    surroundings.out.before_writing({});
    return status;
}

int failed(Surroundings& surroundings, Error error, bool json) {
    surroundings.out.flush();
    if (error.code == Code::cancelled && error.hint.empty()) error.hint = "run the same command again to go on";
    report_error(surroundings.err, ui::Style(surroundings.terminal.error_colour), error, json);
    return exit_status(error.code);
}

int run_selected(const Program& program, const Selection& selection, Surroundings& surroundings) {
    const auto& command = *selection.command;
    CommandLine line(program, command);
    const auto run = command.define(line);
    const auto help = [&] {
        surroundings.out.write(command_help(program, command, line, ui::Style(surroundings.terminal.output_colour),
                                            surroundings.terminal.width));
        return k_exit_ok;
    };
    if (selection.help) return help();
    try {
        if (auto parsed = parse(program, command, line, selection.arguments); !parsed) {
            return failed(surroundings, parsed.error(), asks_for_json(selection.arguments));
        }
    } catch (const CLI::CallForHelp&) {
        return help();
    }
    const auto& chosen = line.chosen();
    if (chosen.colour != "auto") {
        const auto choice = chosen.colour == "always" ? ui::ColourChoice::always : ui::ColourChoice::never;
        ui::choose_colour(surroundings.terminal, choice, surroundings.variable);
    }
    const auto status = run_command(program, command, line, run, surroundings);
    return status ? *status : failed(surroundings, status.error(), chosen.json);
}

// Without a command: the program's help when nothing was said, a group's help on standard error, else an error.
int run_without_command(const Program& program, const Selection& selection, Surroundings& surroundings) {
    const auto help = [&](ui::Output& out) {
        const ui::Style style(surroundings.terminal.output_colour);
        const auto width = surroundings.terminal.width;
        out.write(selection.path.empty() ? program_help(program, style, width)
                                         : group_help(program, selection.path, style, width));
    };
    if (selection.help || (selection.path.empty() && selection.arguments.empty())) {
        help(surroundings.out);
        return k_exit_ok;
    }
    const bool json = asks_for_json(selection.arguments);
    const Command none{.path = selection.path};
    CommandLine line(program, none);
    try {
        if (auto parsed = parse(program, none, line, selection.arguments); !parsed) {
            return failed(surroundings, parsed.error(), json);
        }
    } catch (const CLI::CallForHelp&) {  // "-vh"
        help(surroundings.out);
        return k_exit_ok;
    }
    if (!selection.path.empty() && !json) {
        help(surroundings.err);
        return k_exit_usage;
    }
    return failed(surroundings,
                  Error{Code::usage, "a command is missing", ask_for_help(program, selection.path), {}, 0}, json);
}

int run_unguarded(const Program& program, const std::vector<std::string>& arguments, Surroundings& surroundings) {
    const auto selection = select(program, arguments);
    if (!selection) return failed(surroundings, selection.error(), asks_for_json(arguments));
    if (selection->version) {
        surroundings.out.print("{} {}\n", program.name, version());
        return k_exit_ok;
    }
    if (selection->command != nullptr) return run_selected(program, *selection, surroundings);
    return run_without_command(program, *selection, surroundings);
}

}  // namespace

void report_error(ui::Output& err, const ui::Style& style, const Error& error, bool json) {
    if (json) {
        const nlohmann::ordered_json whole{{"error", model::to_json(error)}};
        err.line(whole.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    } else {
        err.line(style.error("error:") + " " + error.text());
        if (!error.hint.empty()) err.line(style.bold("next:") + "  " + error.hint);
    }
    err.flush();
}

int run_program(const Program& program, const std::vector<std::string>& arguments, Surroundings& surroundings) {
    try {
        return run_unguarded(program, arguments, surroundings);
    } catch (const std::bad_alloc&) {
        return failed(surroundings, Error{Code::internal, "out of memory", {}, {}, 0}, asks_for_json(arguments));
    } catch (const std::exception& exception) {
        return failed(surroundings, Error{Code::internal, std::string("unexpected: ") + exception.what(), {}, {}, 0},
                      asks_for_json(arguments));
    }
}

int run_program(const Program& program, int argument_count, char** arguments) {
    const std::vector<std::string> words(arguments + std::min(1, argument_count), arguments + argument_count);
    ui::DescriptorOutput out(STDOUT_FILENO);
    // Before anything that costs time: scripts ask for it.
    if (words == std::vector<std::string>{"--version"}) {
        out.print("{} {}\n", program.name, version());
        return out.finish() ? k_exit_ok : k_exit_failure;
    }
    ui::DescriptorOutput err(STDERR_FILENO, true);
    ui::DescriptorInput input(STDIN_FILENO);
    const ui::GetVariable variable = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    const Interrupt interrupt;
    Surroundings surroundings{out,
                              err,
                              input,
                              ui::detect_terminal(variable),
                              variable,
                              system_clock(),
                              interrupt.token(),
                              nullptr,
                              own_executable().parent_path()};
    int status = run_program(program, words, surroundings);
    if (const auto finished = out.finish(); !finished) {
        report_error(err, ui::Style(surroundings.terminal.error_colour), finished.error(), asks_for_json(words));
        if (status == k_exit_ok) status = k_exit_failure;
    }
    return status;
}

}  // namespace ely::programs
