#include "base/files.hpp"

#include <csignal>
#include <cstdlib>
#include <future>
#include <optional>
#include <set>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/process.hpp"
#include "base/testing/temporary_folder.hpp"

namespace ely {
namespace {

std::set<std::string> names_in(const Path& folder) {
    std::set<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) out.insert(entry.path().filename());
    return out;
}

TEST_CASE("a file that is written whole") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "new" / "deep" / "file";
    REQUIRE(write_file_atomic(path, "one", 0600).has_value());
    CHECK(*read_file(path) == "one");
    CHECK(std::filesystem::status(path).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    REQUIRE(write_file_atomic(path, "two").has_value());
    CHECK(*read_file(path) == "two");
    CHECK(names_in(path.parent_path()) == std::set<std::string>{"file"});
}

TEST_CASE("nothing appears before commit, nothing stays without it") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "file";
    {
        auto file = AtomicFile::create(path);
        REQUIRE(file.has_value());
        REQUIRE(file->write(std::string(3'000'000, 'x')).has_value());
        CHECK(file->bytes_written() == 3'000'000);
        CHECK_FALSE(std::filesystem::exists(path));
        CHECK(names_in(folder.path()).size() == 1);
    }
    CHECK(names_in(folder.path()).empty());
}

TEST_CASE("a moved file is one file") {
    const testing::TemporaryFolder folder;
    auto first = AtomicFile::create(folder.path() / "a");
    auto second = AtomicFile::create(folder.path() / "b");
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    REQUIRE(first->write("first").has_value());
    *second = std::move(*first);
    REQUIRE(second->commit().has_value());
    CHECK(names_in(folder.path()) == std::set<std::string>{"a"});
    CHECK(*read_file(folder.path() / "a") == "first");
    CHECK_FALSE(first->commit().has_value());
}

TEST_CASE("a file that is there already can be refused") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "file";
    REQUIRE(write_file_atomic(path, "theirs").has_value());
    auto file = AtomicFile::create(path);
    REQUIRE(file.has_value());
    REQUIRE(file->write("ours").has_value());
    CHECK(file->commit(AtomicFile::Exists::refuse).error().code == Code::already_exists);
    file = AtomicFile::create(folder.path() / "other");
    CHECK(*read_file(path) == "theirs");
}

// A limit on the size of files stands in for a full disk: write(2) fails in the middle of the file.
TEST_CASE("a write that fails is final, and leaves the old file") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "file";
    REQUIRE(write_file_atomic(path, "old").has_value());
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1 << 20, 1 << 20};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        int failures = 0;
        {
            auto file = AtomicFile::create(path);
            for (int i = 0; i < 4; ++i) {
                if (file && !file->write(std::string(600'000, 'x'))) ++failures;
            }
            if (file && !file->commit()) failures += 10;
        }
        ::_exit(failures);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) > 10);
    CHECK(*read_file(path) == "old");
    CHECK(names_in(folder.path()) == std::set<std::string>{"file"});
}

// Run by the test below in a process that is killed at a crash point.
TEST_CASE("child: write a file" * doctest::skip()) {
    const char* path = std::getenv("ELY_TEST_FILE");
    REQUIRE(path != nullptr);
    REQUIRE(write_file_atomic(path, "new").has_value());
}

TEST_CASE("a crash leaves the old file or the new one") {
    for (const std::string place : {"file.written", "file.synced", "file.renamed"}) {
        const testing::TemporaryFolder folder;
        const auto path = folder.path() / "file";
        REQUIRE(write_file_atomic(path, "old").has_value());
        ProcessOptions options;
        options.arguments = {own_executable().string(), "-ns", "-tc=child: write a file"};
        options.environment = {{"ELYSIACTL_CRASH_AT", place}, {"ELY_TEST_FILE", path.string()}};
        const auto result = run_process(options);
        REQUIRE(result.has_value());
        CHECK(result->exit_status == 128 + SIGKILL);
        CHECK(*read_file(path) == (place == "file.renamed" ? "new" : "old"));
    }
}

TEST_CASE("renames") {
    const testing::TemporaryFolder folder;
    const auto from = folder.path() / "from";
    const auto to = folder.path() / "to";
    CHECK(rename_durably(from, to).error().code == Code::not_found);
    REQUIRE(write_file_atomic(from, "1").has_value());
    REQUIRE(write_file_atomic(to, "2").has_value());
    CHECK(rename_durably_new(from, to).error().code == Code::already_exists);
    CHECK(*read_file(to) == "2");
    REQUIRE(rename_durably(from, to).has_value());
    CHECK(*read_file(to) == "1");
    CHECK(names_in(folder.path()) == std::set<std::string>{"to"});
}

TEST_CASE("reading") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "file";
    REQUIRE(write_file_atomic(path, std::string("a\0b", 3)).has_value());
    CHECK(*read_file(path) == std::string("a\0b", 3));
    CHECK(*read_file_start(path, 1) == "a");
    CHECK(*read_file_start(path, 100) == std::string("a\0b", 3));
    CHECK(read_file(folder.path() / "none").error().code == Code::not_found);
    CHECK_FALSE(read_file(folder.path()).has_value());
    // A file whose size is not known beforehand.
    CHECK_FALSE(read_file("/proc/self/status")->empty());
}

TEST_CASE("a lock keeps other processes out until it is freed") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "locks" / "one";
    auto lock = FileLock::try_acquire(path);
    REQUIRE(lock.has_value());
    const auto held = [&] {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto theirs = FileLock::try_acquire(path);
            const bool conflict = !theirs && theirs.error().code == Code::conflict &&
                                  theirs.error().message.find(std::to_string(::getppid())) != std::string::npos;
            ::_exit(theirs ? 1 : conflict ? 2 : 3);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WEXITSTATUS(status);
    };
    CHECK(held() == 2);
    std::optional<FileLock> moved(std::move(*lock));
    CHECK(held() == 2);
    moved.reset();
    CHECK(held() == 1);
    // The child that took it has ended: it is free again.
    CHECK(FileLock::try_acquire(path).has_value());
}

TEST_CASE("a lock is waited for, but not for ever") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "lock";
    std::optional<FileLock> held(FileLock::try_acquire(path).value());
    const auto given_up = FileLock::acquire(path, std::chrono::milliseconds(20));
    REQUIRE_FALSE(given_up);
    CHECK(given_up.error().code == Code::conflict);
    auto waiting =
        std::async(std::launch::async, [&] { return FileLock::acquire(path, std::chrono::minutes(1)).has_value(); });
    held.reset();
    CHECK(waiting.get());
}

TEST_CASE("the home folder") {
    const char* home = std::getenv("HOME");
    REQUIRE(home != nullptr);
    CHECK(expand_home("~") == Path(home));
    CHECK(expand_home("~/a/b") == Path(home) / "a/b");
    CHECK(expand_home("~other/a") == Path("~other/a"));
    CHECK(expand_home("/a/~") == Path("/a/~"));
    CHECK(expand_home("") == Path());
}

}  // namespace
}  // namespace ely
