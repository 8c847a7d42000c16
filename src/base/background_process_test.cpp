#include "base/background_process.hpp"

#include <csignal>
#include <fstream>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/testing/temporary_folder.hpp"

namespace ely {
namespace {

constexpr std::chrono::seconds k_long{60};

BackgroundOptions shell(const Path& folder, const std::string& script, Lifetime lifetime = Lifetime::ends_with_us) {
    BackgroundOptions options;
    options.arguments = {"sh", "-c", script};
    options.log = folder / "log";
    options.lifetime = lifetime;
    return options;
}

// Makes a named pipe; whoever opens it for reading waits for the one that writes, so no test waits for a time.
Path make_pipe(const Path& folder, const std::string& name) {
    auto path = folder / name;
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    return path;
}

TEST_CASE("output goes to the log, which nobody else may read; a second start adds to it") {
    const testing::TemporaryFolder folder;
    for (int i = 0; i < 2; ++i) {
        const auto process = start_background(shell(folder.path(), "echo out; echo err >&2"));
        REQUIRE(process.has_value());
        CHECK(wait_for_end(*process, k_long));
        CHECK_FALSE(is_running(*process));
    }
    CHECK(read_file(folder.path() / "log") == "out\nerr\nout\nerr\n");
    struct stat status {};
    REQUIRE(::stat((folder.path() / "log").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("environment and working folder of a program in the background") {
    const testing::TemporaryFolder folder;
    auto options = shell(folder.path(), "echo $ELY_TEST_VALUE ${ELY_TEST_OWN:-none}; pwd");
    options.environment = {{"ELY_TEST_VALUE", "7"}};
    options.working_directory = folder.path();
    ::setenv("ELY_TEST_OWN", "ours", 1);
    for (const bool inherit : {true, false}) {
        options.inherit_environment = inherit;
        const auto process = start_background(options);
        REQUIRE(process.has_value());
        CHECK(wait_for_end(*process, k_long));
    }
    ::unsetenv("ELY_TEST_OWN");
    const auto where = folder.path().string();
    CHECK(read_file(folder.path() / "log") == "7 ours\n" + where + "\n7 none\n" + where + "\n");
}

TEST_CASE("a program that is not there, a folder that is not there, a log that cannot be") {
    const testing::TemporaryFolder folder;
    auto options = shell(folder.path(), "true");
    options.working_directory = folder.path() / "none";
    CHECK(start_background(options).error().code == Code::not_found);
    options = shell(folder.path(), "true");
    options.arguments[0] = "/no/such/program";
    CHECK(start_background(options).error().code == Code::not_found);
    options.arguments[0] = "no-such-program-anywhere";
    CHECK(start_background(options).error().code == Code::not_found);
    options = shell(folder.path(), "true");
    options.log = folder.path() / "none" / "log";
    CHECK(start_background(options).error().code == Code::not_found);
}

TEST_CASE("a process is ended politely, and killed when that does not help") {
    const testing::TemporaryFolder folder;
    const auto ready = make_pipe(folder.path(), "ready");
    for (const auto lifetime : {Lifetime::ends_with_us, Lifetime::outlives_us}) {
        const auto polite = start_background(shell(folder.path(), "exec sleep 1000", lifetime));
        REQUIRE(polite.has_value());
        CHECK(is_running(*polite));
        CHECK(end_process(*polite, k_long) == Ended::by_itself);
        CHECK_FALSE(is_running(*polite));
        CHECK(end_process(*polite, k_long) == Ended::was_not_running);

        const auto stubborn = start_background(
            shell(folder.path(), "trap '' TERM; echo >" + ready.string() + "; while :; do sleep 1000; done", lifetime));
        REQUIRE(stubborn.has_value());
        CHECK(read_file(ready) == "\n");  // from here on it ignores SIGTERM
        CHECK_FALSE(wait_for_end(*stubborn, std::chrono::milliseconds(0)));
        CHECK(end_process(*stubborn, std::chrono::milliseconds(100)) == Ended::killed);
        CHECK(wait_for_end(*stubborn, k_long));
    }
}

TEST_CASE("another process with the same number is not touched") {
    const testing::TemporaryFolder folder;
    const auto process = start_background(shell(folder.path(), "exec sleep 1000"));
    REQUIRE(process.has_value());
    auto earlier = *process;
    earlier.started -= 1;
    auto other_boot = *process;
    other_boot.boot = "another";
    for (const auto& other : {earlier, other_boot, ProcessIdentity{}}) {
        CHECK_FALSE(is_running(other));
        CHECK(wait_for_end(other, k_long));
        CHECK(end_process(other, k_long) == Ended::was_not_running);
    }
    CHECK(is_running(*process));
    CHECK(end_process(*process, std::chrono::milliseconds(0)) == Ended::killed);
}

// In a process of its own, which then ends: what it has started with each lifetime.
std::vector<ProcessIdentity> starter_that_ends(const Path& folder) {
    const auto report = make_pipe(folder, "report");
    const pid_t starter = ::fork();
    REQUIRE(starter >= 0);
    if (starter == 0) {
        std::string pids;
        for (const auto lifetime : {Lifetime::ends_with_us, Lifetime::outlives_us}) {
            const auto process = start_background(shell(folder, "exec sleep 1000", lifetime));
            pids += std::to_string(process ? process->pid : 0) + " ";
        }
        // Identities are taken by the test while the starter still lives: it waits here until it is killed.
        std::ofstream(report) << pids << std::flush;
        while (true) ::pause();
    }
    const auto pids = read_file(report);
    REQUIRE(pids.has_value());
    std::vector<ProcessIdentity> out;
    std::size_t end = 0;
    for (std::size_t at = 0; (end = pids->find(' ', at)) != std::string::npos; at = end + 1) {
        const auto identity = identify_process(std::stoi(pids->substr(at, end - at)));
        REQUIRE(identity.has_value());
        CHECK(is_running(*identity));
        out.push_back(*identity);
    }
    ::kill(starter, SIGKILL);
    ::waitpid(starter, nullptr, 0);
    return out;
}

TEST_CASE("of what a killed program has started, only what was meant to outlive it does") {
    const testing::TemporaryFolder folder;
    const auto started = starter_that_ends(folder.path());
    REQUIRE(started.size() == 2);
    CHECK(wait_for_end(started[0], k_long));
    CHECK(is_running(started[1]));
    CHECK(end_process(started[1], k_long) == Ended::by_itself);
}

TEST_CASE("a process is found by what it was started with, and where") {
    const testing::TemporaryFolder folder;
    BackgroundOptions options;
    options.arguments = {"sleep", "1000.5"};
    options.working_directory = std::filesystem::canonical(folder.path());
    options.log = folder.path() / "log";
    CHECK_FALSE(find_process(options.arguments, options.working_directory).has_value());
    const auto process = start_background(options);
    REQUIRE(process.has_value());
    CHECK(find_process(options.arguments, options.working_directory) == process.value());
    CHECK_FALSE(find_process({"sleep", "1000"}, options.working_directory).has_value());
    CHECK_FALSE(find_process({"sleep", "1000.5", ""}, options.working_directory).has_value());
    CHECK_FALSE(find_process(options.arguments, "/").has_value());
    CHECK(end_process(*process, k_long) == Ended::by_itself);
    CHECK_FALSE(find_process(options.arguments, options.working_directory).has_value());
}

TEST_CASE("what else is open here stays closed there") {
    const testing::TemporaryFolder folder;
    const int descriptor = ::dup(1);  // not close-on-exec
    const auto process = start_background(shell(folder.path(), "ls /proc/self/fd | wc -l"));
    REQUIRE(process.has_value());
    CHECK(wait_for_end(*process, k_long));
    ::close(descriptor);
    CHECK(read_file(folder.path() / "log") == "4\n");  // 0, 1, 2 and the listing itself
}

}  // namespace
}  // namespace ely
