#include "base/crash_point.hpp"

#include <csignal>

#include <doctest/doctest.h>

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

}  // namespace
}  // namespace ely
