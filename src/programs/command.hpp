#pragma once

// The frame that commands of both programs stand in. One command is one file with one `const Command`, and one entry in
// its program's table (elysiactl/commands.cpp, mgit/commands.cpp); help, completion, manual pages and the suggestions
// for mistyped words are made from those tables. A command says which options it has and returns the function that does
// the work; that function gets everything it may touch through the Context, returns its exit status or an Error, and
// never prints errors, reads the environment or exits by itself. Nothing here knows what any command does.
//
//     // src/programs/elysiactl/repo_pause.cpp
//     #include "programs/command.hpp"
//     #include "programs/elysiactl/commands.hpp"   // declares k_repo_pause
//
//     namespace ely::programs {
//     namespace {
//     struct Options { std::string name; bool wait = false; };
//
//     Result<int> run(Context& context, const Options& options) {
//         ELY_TRY_ASSIGN(auto state, state::StateDatabase::open(context.settings.state_path()));
//         ELY_TRY(state.pause(options.name));
//         if (context.json) {
//             context.print_json({{"name", options.name}, {"paused", true}});   // #include <nlohmann/json.hpp>
//             return k_exit_ok;
//         }
//         context.out.print("{} Paused {}\n", context.style.green("✓"), options.name);
//         return k_exit_ok;
//     }
//
//     Run define(CommandLine& line) {
//         auto options = std::make_shared<Options>();
//         line.add_option("NAME", options->name, "the repository")->required();
//         line.add_flag("--wait", options->wait, "let a running sync end first");
//         return [options](Context& context) { return run(context, *options); };
//     }
//     }  // namespace
//
//     const Command k_repo_pause{.path = "repo pause",
//                                .summary = "Stop syncing a repository for a while",
//                                .description = "One paragraph or more; lines are wrapped to the terminal.",
//                                .examples = "elysiactl repo pause myrepo\nelysiactl repo pause myrepo --wait",
//                                .define = define};
//     }  // namespace ely::programs

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/progress.hpp"
#include "model/settings.hpp"
#include "programs/exit_status.hpp"
#include "ui/output.hpp"
#include "ui/prompt.hpp"
#include "ui/table.hpp"
#include "ui/terminal.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own name
class App;
class Option;
}  // namespace CLI

namespace ely::programs {

struct Program;
struct Command;

// What a command may touch.
struct Context {
    const Program& program;
    const Command& command;
    const model::Settings& settings;
    bool json = false;
    bool quiet = false;
    int verbosity = 0;     // how many -v
    bool dry_run = false;  // of add_dry_run()
    ui::Output& out;       // results: standard output
    ui::Output& err;       // what is said beside them: standard error
    ui::Terminal terminal;
    ui::Style style;  // for `out`
    ui::Prompt& prompt;
    model::Progress& progress;  // on standard error; silent with --quiet and, off a terminal, with --json
    const Clock& clock;
    std::stop_token stop;  // asked for by Ctrl-C and SIGTERM; a second one ends the program at once
    ui::GetVariable variable;

    // The result as JSON on standard output: one object or array, indented; with print_json_line one value a line.
    void print_json(const nlohmann::ordered_json& value);
    void print_json_line(const nlohmann::ordered_json& value);
    // A list: as JSON when that is asked for, else the table, or the words that stand for an empty one.
    void print_list(const nlohmann::ordered_json& rows, const ui::Table& table, std::string_view if_empty);
    // A yes-or-no question; --yes answers it. On false return refused().
    [[nodiscard]] Result<bool> confirm(std::string_view question, bool proposed = false);
    // Says that nothing was changed, and gives the status for that.
    [[nodiscard]] int refused();
};

using Run = std::function<Result<int>(Context&)>;

// One option or argument, as much of CLI11's as commands need: its headers take longer to compile than a command does,
// so that the frame alone includes them. Each function gives the option back.
class Option {
  public:
    explicit Option(CLI::Option& option) : m_option(&option) {}

    Option* required();
    // The word for its value in the help: "FILE".
    Option* type_name(const std::string& name);
    Option* group(const std::string& name);
    // Of a list: whether "--header a b" takes both.
    Option* allow_extra_args(bool allowed);
    // Not together with that one.
    Option* excludes(const Option* other);
    Option* in_range(unsigned least, unsigned most);
    // The help shows the value that stands when it is left out.
    Option* show_default();

  private:
    CLI::Option* m_option;
};

// The options of one command, global ones included. Beside plain ones: kinds of options that several commands have, so
// that they look and behave alike. Names as CLI11 has them: "-l,--limit" an option, "NAME" an argument. Targets and the
// options that are returned live as long as the line.
class CommandLine {
  public:
    CommandLine(const Program& program, const Command& command);
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;
    ~CommandLine();

    Option* add_option(const std::string& name, std::string& target, const std::string& help);
    Option* add_option(const std::string& name, std::optional<unsigned>& target, const std::string& help);
    Option* add_option(const std::string& name, std::vector<std::string>& target, const std::string& help);
    Option* add_option(const std::string& name, unsigned& target, const std::string& help);
    Option* add_option(const std::string& name, std::uint64_t& target, const std::string& help);
    Option* add_flag(const std::string& name, bool& target, const std::string& help);
    // Comma lists, and may be repeated: --include-pattern "*.py,*.md" --include-pattern "*.yaml".
    Option* add_list(const std::string& name, std::vector<std::string>& target, const std::string& help);
    // "1MB", "500KiB".
    Option* add_size(const std::string& name, std::uint64_t& target, const std::string& help);
    // One of a few words.
    Option* add_choice(const std::string& name, std::string& target, const std::vector<std::string>& choices,
                       const std::string& help);
    // Sets context.settings for this one run: add_setting("--limit", "search.limit", "...").
    Option* add_setting(const std::string& name, const std::string& key, const std::string& help);
    // A command that asks: --yes answers for the user.
    void add_yes();
    // A command that changes things: --dry-run sets context.dry_run.
    void add_dry_run();

    // What the global options and the above were set to; read by the frame after the parse.
    struct Chosen {
        bool json = false;
        bool quiet = false;
        int verbosity = 0;
        bool yes = false;
        bool dry_run = false;
        std::string colour = "auto";
        std::string config_file;
        std::string shared;
        std::vector<std::string> set;  // "key=value"
        std::vector<model::FlagValue> settings;
    };
    [[nodiscard]] const Chosen& chosen() const { return m_chosen; }
    // The words of an add_choice option; empty for others.
    [[nodiscard]] std::vector<std::string> choices_of(const CLI::Option& option) const;

    [[nodiscard]] CLI::App& cli() const { return *m_app; }

  private:
    void add_global_options();
    Option* keep(CLI::Option* option);
    std::unique_ptr<CLI::App> m_app;
    std::vector<std::unique_ptr<Option>> m_options;
    Chosen m_chosen;
    std::vector<std::pair<const CLI::Option*, std::vector<std::string>>> m_choices;
};

inline constexpr const char* k_global_group = "Global options";

struct Command {
    std::string_view path = {};         // "repo add"
    std::string_view summary = {};      // one line without a full stop
    std::string_view description = {};  // paragraphs, separated by empty lines
    std::string_view examples = {};     // command lines, one a line; %p is the program's name
    Run (*define)(CommandLine& line) = nullptr;
    // False: runs also when the configuration is broken; context.settings is then empty.
    bool needs_settings = true;
};

// A first word, or first words, that several commands share.
struct Group {
    std::string_view path = {};
    std::string_view summary = {};
};

struct Program {
    std::string_view name;
    std::string_view summary;
    std::string_view description;
    std::span<const Group> groups;
    std::span<const Command* const> commands;  // in the order in which help shows them
};

// Commands that both programs have.
extern const Command k_config_show;
extern const Command k_config_path;
extern const Command k_config_set;
extern const Command k_completion;
extern const Command k_man;

}  // namespace ely::programs
