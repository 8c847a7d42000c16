#include "base/crash_point.hpp"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.hpp"

namespace ely {
namespace {

// Run by the test below in a process of its own, because a process reads the variable once.
TEST_CASE("child: five passes through two crash points" * doctest::skip()) {
    for (int i = 0; i < 5; ++i) {
        crash_point("test.other");
        crash_point("test.place");
        MESSAGE("survived a pass");
    }
}

struct Outcome {
    int exit_status;
    int passes;
};

Outcome run_with(const std::string& plan) {
    ProcessOptions options;
    options.arguments = {own_executable().string(), "-ns", "-tc=child: five passes through two crash points"};
    options.environment = {{"ELYSIACTL_CRASH_AT", plan}};
    Outcome out{0, 0};
    options.on_output_line = [&](std::string_view line) {
        if (line.find("survived a pass") != std::string_view::npos) ++out.passes;
    };
    const auto result = run_process(options);
    REQUIRE(result.has_value());
    out.exit_status = result->exit_status;
    return out;
}

TEST_CASE("the process is killed at the pass that is asked for") {
    for (const auto* plan : {"test.place", "test.place:1"}) {
        CHECK(run_with(plan).exit_status == 128 + SIGKILL);
        CHECK(run_with(plan).passes == 0);
    }
    CHECK(run_with("test.place:3").exit_status == 128 + SIGKILL);
    for (const auto* plan : {"test.place:6", "test.elsewhere", ""}) {
        CHECK(run_with(plan).exit_status == 0);
        CHECK(run_with(plan).passes == 5);
    }
}

TEST_CASE("the process is held at the pass that is asked for, and goes on when it is told to") {
    const auto program = own_executable().string();
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::setenv("ELYSIACTL_STOP_AT", "test.place:2", 1);
        ::execl(program.c_str(), program.c_str(), "-ns", "-m", "-tc=child: five passes through two crash points",
                nullptr);
        ::_exit(127);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    CHECK(WIFSTOPPED(status));
    REQUIRE(::kill(child, SIGCONT) == 0);
    REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace ely
