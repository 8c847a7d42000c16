#include "base/process.hpp"

#include <csignal>
#include <thread>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "base/testing/temporary_folder.hpp"

namespace ely {
namespace {

ProcessOptions shell(const std::string& script) {
    ProcessOptions options;
    options.arguments = {"sh", "-c", script};
    return options;
}

TEST_CASE("output, errors and status of a program") {
    const auto result = run_process(shell("echo out; echo err >&2; exit 3"));
    REQUIRE(result.has_value());
    CHECK(result->output == "out\n");
    CHECK(result->errors == "err\n");
    CHECK(result->exit_status == 3);
    CHECK_FALSE(result->ok());
    CHECK(run_process(shell("kill -9 $$"))->exit_status == 128 + SIGKILL);
}

TEST_CASE("arguments reach the program as they are") {
    ProcessOptions options;
    options.arguments = {"printf", "%s|", "a b", "", "$HOME", "'\"", "\n"};
    CHECK(run_process(options)->output == "a b||$HOME|'\"|\n|");
}

TEST_CASE("environment and working folder") {
    const testing::TemporaryFolder folder;
    auto options = shell("echo $ELY_TEST_VALUE $HOME; pwd");
    options.environment = {{"ELY_TEST_VALUE", "7"}, {"HOME", "/elsewhere"}};
    options.working_directory = folder.path();
    CHECK(run_process(options)->output == "7 /elsewhere\n" + folder.path().string() + "\n");
    options.working_directory = folder.path() / "none";
    CHECK(run_process(options).error().code == Code::not_found);
}

TEST_CASE("much input and output at once") {
    ProcessOptions options;
    options.arguments = {"cat"};
    options.input = std::string(5'000'000, 'x') + "\nend";
    CHECK(run_process(options)->output == options.input);
    // A program that does not read its input.
    options.arguments = {"true"};
    CHECK(run_process(options)->ok());
}

TEST_CASE("lines as they come, the last one without an end too") {
    auto options = shell("printf 'a\\n\\nb c\\r\\nlast'; printf '10%%\\r20%%\\n' >&2");
    std::vector<std::string> lines;
    std::vector<std::string> errors;
    options.on_output_line = [&](std::string_view line) { lines.emplace_back(line); };
    options.on_error_line = [&](std::string_view line) { errors.emplace_back(line); };
    REQUIRE(run_process(options).has_value());
    CHECK(lines == std::vector<std::string>{"a", "", "b c\r", "last"});
    CHECK(errors == std::vector<std::string>{"10%", "20%"});
}

TEST_CASE("one very long line") {
    auto options = shell("head -c 30000000 /dev/zero");
    std::size_t size = 0;
    options.on_output_line = [&](std::string_view line) { size += line.size(); };
    const Stopwatch watch;
    REQUIRE(run_process(options).has_value());
    CHECK(size == 30'000'000);
    CHECK(watch.seconds() < 20);  // looking for its end from the start each time takes minutes
}

TEST_CASE("a program that is not there") {
    ProcessOptions options;
    options.arguments = {"ely-no-such-program"};
    CHECK(run_process(options).error().code == Code::not_found);
    options.arguments = {"/nowhere/ely-no-such-program"};
    CHECK(run_process(options).error().code == Code::not_found);
    options.arguments = {};
    CHECK_FALSE(run_process(options).has_value());
}

TEST_CASE("a time limit ends the program and its children") {
    for (const std::string script : {"sleep 60", "sleep 60 & wait", "exec >&- 2>&-; sleep 60"}) {
        CAPTURE(script);
        auto options = shell(script);
        options.timeout_seconds = 0.2;
        const auto result = run_process(options);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == Code::timeout);
    }
}

TEST_CASE("a program that ignores the request to end is killed") {
    auto options = shell("trap '' TERM; while true; do sleep 0.1; done");
    options.timeout_seconds = 0.2;
    const Stopwatch watch;
    CHECK(run_process(options).error().code == Code::timeout);
    CHECK(watch.seconds() < 20);
}

TEST_CASE("stopping") {
    std::stop_source source;
    auto options = shell("echo ready; sleep 60");
    options.on_output_line = [&](std::string_view) { source.request_stop(); };
    const auto result = run_process(options, source.get_token());
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::cancelled);
}

TEST_CASE("a child that outlives the program does not hold it up") {
    const Stopwatch watch;
    const auto result = run_process(shell("echo done; sleep 30 &"));
    REQUIRE(result.has_value());
    CHECK(result->output == "done\n");
    CHECK(watch.seconds() < 25);
}

TEST_CASE("credentials are starred out") {
    CHECK(redact_urls("https://user:secret@host/x") == "https://***@host/x");
    CHECK(redact_urls("a https://token@h b ssh://git@h/x 'http://u:p@h'") ==
          "a https://***@h b ssh://git@h/x 'http://***@h'");
    CHECK(redact_urls("https://u:p@ss@host/x") == "https://***@host/x");
    CHECK(redact_urls("https://host/a@b") == "https://host/a@b");
    CHECK(redact_urls("") == "");
    const auto shown = redacted_command({"git", "-c", "http.extraHeader=Authorization: Basic c2VjcmV0", "clone",
                                         "https://x:secret@h/r", "--token", "secret", "--api-key=secret", "a b"});
    CHECK(shown.find("secret") == std::string::npos);
    CHECK(shown.find("c2VjcmV0") == std::string::npos);
    CHECK(shown.find("'a b'") != std::string::npos);
    CHECK(shown.starts_with("git -c "));
}

TEST_CASE("the program's own file") {
    CHECK(std::filesystem::exists(own_executable()));
    CHECK(own_executable().is_absolute());
}

}  // namespace
}  // namespace ely
