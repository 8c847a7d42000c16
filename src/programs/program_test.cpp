#include "programs/program.hpp"

#include <array>
#include <map>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace ely::programs {
namespace {

struct Options {
    std::string name;
    std::vector<std::string> patterns;
    std::uint64_t size = 0;
    std::string mode = "hybrid";
};

Run define_add(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("URL", options->name, "what to add")->required();
    line.add_list("--include-pattern", options->patterns, "only these");
    line.add_size("--max-file-size", options->size, "larger files are left out");
    line.add_choice("--mode", options->mode, {"hybrid", "lexical"}, "how");
    line.add_setting("--limit", "search.limit", "how many");
    line.add_yes();
    line.add_dry_run();
    return [options](Context& context) -> Result<int> {
        nlohmann::ordered_json out{{"name", options->name},
                                   {"patterns", options->patterns},
                                   {"size", options->size},
                                   {"mode", options->mode},
                                   {"limit", context.settings.search_limit()},
                                   {"dry_run", context.dry_run},
                                   {"verbosity", context.verbosity}};
        context.print_json(out);
        return k_exit_ok;
    };
}

Run define_ask(CommandLine& line) {
    line.add_yes();
    return [](Context& context) -> Result<int> {
        ELY_TRY_ASSIGN(const bool go, context.confirm("Remove everything?"));
        if (!go) return context.refused();
        context.out.line("removed");
        return k_exit_ok;
    };
}

Run define_fail(CommandLine&) {
    return [](Context&) -> Result<int> {
        return fail(Error{Code::corrupt, "bad page", "restore a backup", {"page 3", "store.db"}, 0});
    };
}

Run define_throw(CommandLine&) {
    return [](Context&) -> Result<int> { throw std::runtime_error("broken invariant"); };
}

const Command k_add{
    .path = "repo add", .summary = "Add a repository", .examples = "%p repo add X", .define = define_add};
const Command k_ask{.path = "repo remove", .summary = "Remove one", .define = define_ask};
const Command k_fail{.path = "check", .summary = "Fail", .define = define_fail};
const Command k_throw{.path = "throw", .summary = "Throw", .define = define_throw};
constexpr std::array k_groups{Group{"repo", "Repositories"}};
constexpr std::array k_commands{&k_add, &k_ask, &k_fail, &k_throw, &k_completion, &k_man, &k_config_show};
const Program k_program{
    .name = "tool", .summary = "does things", .description = "Text.", .groups = k_groups, .commands = k_commands};

class FixedInput final : public ui::Input {
  public:
    explicit FixedInput(std::vector<std::string> lines) : m_lines(std::move(lines)) {}
    Result<std::optional<std::string>> read_line(std::stop_token) override {
        if (m_at == m_lines.size()) return std::optional<std::string>{};
        return m_lines[m_at++];
    }

  private:
    std::vector<std::string> m_lines;
    std::size_t m_at = 0;
};

struct Outcome {
    int status = 0;
    std::string out;
    std::string err;
};

Outcome run(const std::vector<std::string>& arguments, std::vector<std::string> answers = {}, bool terminal = false) {
    ui::StringOutput out;
    ui::StringOutput err;
    FixedInput input(std::move(answers));
    ui::Terminal facts;
    facts.input_is_tty = terminal;
    const std::map<std::string, std::string> variables{{"ELYSIACTL_HOME", "/nonexistent/home"}};
    const auto variable = [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    Surroundings surroundings{out, err, input, facts, variable, system_clock(), {}, nullptr, {}};
    const int status = run_program(k_program, arguments, surroundings);
    return {status, out.text(), err.text()};
}

nlohmann::json run_json(const std::vector<std::string>& arguments) {
    const auto outcome = run(arguments);
    REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
    return nlohmann::json::parse(outcome.out);
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a command gets its options and arguments in any order") {
    const auto got = run_json({"-v", "repo", "add", "--limit", "5", "--include-pattern", "*.py,*.md", "URL",
                               "--include-pattern=*.{a,b}", "-v", "--max-file-size", "1MB", "-n"});
    CHECK(got["name"] == "URL");
    CHECK(got["patterns"] == nlohmann::json{"*.py", "*.md", "*.{a,b}"});
    CHECK(got["size"] == 1048576);
    CHECK(got["mode"] == "hybrid");
    CHECK(got["limit"] == 5);
    CHECK(got["dry_run"] == true);
    CHECK(got["verbosity"] == 2);
}

TEST_CASE("a list option takes one word, so that an argument may follow it") {
    CHECK(run_json({"repo", "add", "--include-pattern", "*.py", "URL"})["name"] == "URL");
    CHECK(run_json({"--set", "search.limit=7", "repo", "add", "URL"})["limit"] == 7);
    CHECK(run_json({"repo", "add", "--set", "search.limit=7", "URL"})["limit"] == 7);
}

TEST_CASE("what cannot be understood is told with a suggestion, and is status 2") {
    const auto check = [](const std::vector<std::string>& arguments, std::string_view part) {
        const auto outcome = run(arguments);
        CHECK(outcome.status == k_exit_usage);
        CHECK(outcome.out.empty());
        CHECK_MESSAGE(contains(outcome.err, part), outcome.err);
    };
    check({"rpeo", "add"}, "next:  tool repo\n");
    check({"repo", "ad"}, "unknown command: repo ad\nnext:  tool repo add\n");
    check({"repo", "zzzzzzz"}, "next:  tool repo --help\n");
    check({"repo"}, "Commands:\n  add     Add a repository\n");
    check({"repo", "add"}, "URL");
    check({"repo", "add", "a", "b"}, "one argument too many: b");
    check({"repo", "add", "--incldue-pattern", "x"}, "did you mean --include-pattern?");
    check({"repo", "add", "a", "--max-file-size", "many"}, "--max-file-size");
    check({"repo", "add", "a", "--mode", "fast"}, "\"fast\" is none of hybrid, lexical");
    check({"repo", "add", "a", "--limit", "few"}, "few");
    check({"repo", "add", "a", "--set", "search.limt=3"}, "unknown setting search.limt");
    check({"repo", "add", "\x1b[2J", "\x1b[2J"}, "one argument too many");
    check({"repo", "add", "a", "--", "--limti"}, "one argument too many: --limti\nnext:  tool repo add --help\n");
    check({"repo", "add", "--", "a", "--limti"}, "one argument too many: --limti\n");
    check({"repo", "add", "a", "--limti", "--", "b"}, "unknown option: --limti\nnext:  did you mean --limit?\n");
}

TEST_CASE("a mistyped option or a missing command is an error where there is no command, too") {
    const auto check = [](const std::vector<std::string>& arguments, std::string_view message, std::string_view hint) {
        auto outcome = run(arguments);
        CHECK(outcome.status == k_exit_usage);
        CHECK(outcome.out.empty());
        CHECK(outcome.err == fmt::format("error: {}\nnext:  {}\n", message, hint));
        auto as_json = arguments;
        as_json.insert(as_json.begin(), "--json");
        outcome = run(as_json);
        CHECK(outcome.status == k_exit_usage);
        CHECK(outcome.out.empty());
        const auto error = nlohmann::json::parse(outcome.err)["error"];
        CHECK(error["message"] == message);
        CHECK(error["hint"] == hint);
    };
    check({"--verison"}, "unknown option: --verison", "did you mean --version?");
    check({"--qiuet"}, "unknown option: --qiuet", "did you mean --quiet?");
    check({"--zzzzzzzz"}, "unknown option: --zzzzzzzz", "tool --help");
    check({"repo", "--zzzzzzzz"}, "unknown option: --zzzzzzzz", "tool repo --help");
    check({"-v"}, "a command is missing", "tool --help");
    check({"--", "--verison"}, "one argument too many: --verison", "tool --help");
    CHECK(nlohmann::json::parse(run({"--json"}).err)["error"]["message"] == "a command is missing");
    CHECK(nlohmann::json::parse(run({"repo", "--json"}).err)["error"]["hint"] == "tool repo --help");
    CHECK(run({"repo", "--json"}).status == k_exit_usage);
    CHECK(run({"--verison", "--help"}).status == k_exit_ok);
    CHECK(run({"-qh"}).out == run({"--help"}).out);
}

TEST_CASE("nobody can drive the terminal through a mistyped word") {
    CHECK(!contains(run({"\x1b[2J"}).err, "\x1b"));
    CHECK(!contains(run({"repo", "add", "x", "\x1b[2J"}).err, "\x1b"));
}

TEST_CASE("errors become text with a next step, or one JSON object, and a status by their code") {
    const auto text = run({"check"});
    CHECK(text.status == k_exit_corrupt);
    CHECK(text.err == "error: store.db: page 3: bad page\nnext:  restore a backup\n");
    const auto json = run({"check", "--json"});
    CHECK(json.status == k_exit_corrupt);
    const auto error = nlohmann::json::parse(json.err)["error"];
    CHECK(error["code"] == "corrupt");
    CHECK(error["message"] == "bad page");
    CHECK(error["hint"] == "restore a backup");
    CHECK(error["context"] == nlohmann::json{"page 3", "store.db"});
    CHECK(nlohmann::json::parse(run({"--json", "nothing"}).err)["error"]["code"] == "usage");
    CHECK(run({"throw"}).status == k_exit_failure);
    CHECK(run({"throw"}).err == "error: unexpected: broken invariant\n");
}

TEST_CASE("a question needs a terminal or --yes, and a refused one changes nothing") {
    const auto blind = run({"repo", "remove"});
    CHECK(blind.status == k_exit_usage);
    CHECK(contains(blind.err, "--yes"));
    CHECK(run({"repo", "remove", "--yes"}).out == "removed\n");
    const auto refused = run({"repo", "remove"}, {"n"}, true);
    CHECK(refused.status == k_exit_failure);
    CHECK(refused.out.empty());
    CHECK(contains(refused.err, "Nothing was changed."));
    CHECK(run({"repo", "remove"}, {""}, true).status == k_exit_failure);
    CHECK(run({"repo", "remove"}, {"what?", "y"}, true).out == "removed\n");
    const auto unanswered = run({"repo", "remove"}, {}, true);
    CHECK(unanswered.status == k_exit_interrupted);
    CHECK(contains(unanswered.err, "next:  run the same command again to go on\n"));
}

TEST_CASE("help comes from the table") {
    for (const auto& arguments : {std::vector<std::string>{}, {"--help"}, {"help"}, {"-h"}}) {
        const auto outcome = run(arguments);
        CHECK(outcome.status == k_exit_ok);
        CHECK(contains(outcome.out, "\n  repo        Repositories\n  check       Fail\n"));
    }
    for (const auto& arguments :
         {std::vector<std::string>{"repo", "add", "--help"}, {"help", "repo", "add"}, {"repo", "--help", "add", "x"}}) {
        const auto outcome = run(arguments);
        CHECK(outcome.status == k_exit_ok);
        CHECK(contains(outcome.out, "Usage: tool repo add [OPTIONS] URL\n\nAdd a repository.\n"));
        CHECK(contains(outcome.out, "--max-file-size SIZE"));
        CHECK(contains(outcome.out, "how (default: hybrid)"));
        CHECK(contains(outcome.out, "Examples:\n  tool repo add X\n"));
    }
    CHECK(contains(run({"help", "repo"}).out, "Usage: tool repo COMMAND"));
}

TEST_CASE("completion and manual know every command and option") {
    for (const auto* shell : {"bash", "zsh", "fish"}) {
        const auto script = run({"completion", shell}).out;
        for (const auto* word : {"repo add", "include-pattern", "dry-run", "lexical"}) {
            if (std::string_view(shell) == "zsh" && std::string_view(word) == "lexical") continue;
            CHECK_MESSAGE(contains(script, word), shell << ": " << word);
        }
    }
    const auto manual = run({"man"}).out;
    CHECK(contains(manual, ".SS repo add\n"));
    CHECK(contains(manual, "\\-\\-include\\-pattern"));
    CHECK(contains(manual, ".TP\n130\ninterrupted\n"));
    CHECK(!contains(run({"man", "check"}).out, ".SS repo add\n"));
    CHECK(run({"man", "nothing"}).status == k_exit_usage);
}

}  // namespace ely::programs
