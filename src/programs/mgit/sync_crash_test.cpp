#include <cstdlib>
#include <regex>
#include <set>

#include <doctest/doctest.h>

#include "base/process.hpp"
#include "changes/git/testing/sandbox.hpp"
#include "changes/scan/testing/receiver.hpp"

// mgit killed at every point where something has just become durable, and at each pass through it; then run again. The
// receiver, who takes what there is at any time, must end up with the commit.

namespace ely::programs {
namespace {

using git::testing::Sandbox;
using git::testing::WorkTree;
using scan::testing::Receiver;

// The crash points that a sync can pass, read from the sources, so that none is forgotten.
std::set<std::string> crash_points() {
    std::set<std::string> out;
    const std::regex pattern(R"re(crash_point\("((mirror|sync|stream|file|rename)\.[a-z_.]+)"\))re");
    for (const auto* folder : {"src/changes/git", "src/changes/scan", "src/changes/stream", "src/base"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() != ".cpp") continue;
            const auto text = *read_file(entry.path());
            for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) out.insert((*it)[1]);
        }
    }
    return out;
}

enum class Way { file, pending, spool };

struct Setting {
    Sandbox sandbox;
    WorkTree tree{sandbox.path() / "project"};
    Way way;
    Receiver receiver;

    explicit Setting(Way chosen) : way(chosen) {}

    [[nodiscard]] Path file() const {
        return sandbox.path() / (way == Way::pending ? "pending" : "out") / "project.jsonl";
    }

    // Its exit status.
    [[nodiscard]] int mgit(const std::string& crash_at) const {
        const char* programs = std::getenv("ELY_PROGRAMS_DIR");
        ProcessOptions options;
        options.arguments = {Path(programs != nullptr ? programs : "build/release") / "mgit", "sync", tree.file_url(),
                             "--quiet"};
        if (way == Way::spool) {
            options.arguments.insert(options.arguments.end(),
                                     {"--spool", sandbox.path() / "spool", "--collection", "Project"});
        } else {
            options.arguments.insert(options.arguments.end(), {"--output", file()});
        }
        options.environment = {{"ELYSIACTL_HOME", sandbox.path() / "home"}, {"ELYSIACTL_CRASH_AT", crash_at}};
        const auto result = run_process(options);
        REQUIRE(result);
        INFO(result->errors);
        return result->exit_status;
    }

    void take() {
        if (way == Way::spool) REQUIRE(receiver.take_all(sandbox.path() / "spool" / "pending" / "Project"));
        if (way == Way::pending) REQUIRE(receiver.take_all(sandbox.path() / "pending"));
        std::error_code code;
        if (way == Way::file && std::filesystem::exists(file(), code)) {
            const auto stream = scan::testing::read_stream(file());
            REQUIRE(stream);
            REQUIRE(receiver.receive(*stream));
        }
    }
};

constexpr int k_killed = 128 + 9;

// True while the n-th pass through the point exists.
bool survives(Way way, const std::string& point, int pass, bool taken_before, bool moved_on) {
    Setting setting(way);
    setting.tree.write("a", "1\n");
    setting.tree.write("b", "1\n");
    setting.tree.commit();
    REQUIRE(setting.mgit("") == 0);
    if (taken_before) setting.take();
    setting.tree.write("a", "2\n");
    setting.tree.remove("b");
    setting.tree.commit();
    const auto status = setting.mgit(point + ":" + std::to_string(pass));
    if (status == 0) return false;
    REQUIRE(status == k_killed);
    if (taken_before) setting.take();
    if (moved_on) {
        // What the lost run saw is taken back: a receiver that has it must hear of it.
        setting.tree.write("a", "1\n");
        setting.tree.write("c", "3\n");
        setting.tree.commit();
    }
    REQUIRE(setting.mgit("") == 0);
    setting.take();
    CHECK(setting.receiver.files() == scan::testing::committed(setting.tree));
    REQUIRE(setting.mgit("") == 0);
    setting.take();
    CHECK(setting.receiver.files() == scan::testing::committed(setting.tree));
    return true;
}

void kill_everywhere(Way way) {
    int hits = 0;
    bool moved_on = false;
    for (const auto& point : crash_points()) {
        for (int pass = 1;; ++pass) {
            CAPTURE(point);
            CAPTURE(pass);
            moved_on = !moved_on;
            if (!survives(way, point, pass, true, moved_on)) break;
            if (way != Way::file) survives(way, point, pass, false, !moved_on);
            ++hits;
        }
    }
    CHECK(hits >= 8);
}

TEST_CASE("killed at every point of the first run") {
    int hits = 0;
    for (const auto& point : crash_points()) {
        for (int pass = 1;; ++pass) {
            CAPTURE(point);
            CAPTURE(pass);
            Setting setting(Way::spool);
            setting.tree.write("a", "1\n");
            setting.tree.commit();
            if (setting.mgit(point + ":" + std::to_string(pass)) == 0) break;
            setting.tree.write("a", "2\n");
            setting.tree.commit();
            REQUIRE(setting.mgit("") == 0);
            setting.take();
            CHECK(setting.receiver.files() == scan::testing::committed(setting.tree));
            ++hits;
        }
    }
    CHECK(hits >= 8);
}

TEST_CASE("killed at every point, a stream in a file") {
    kill_everywhere(Way::file);
}
TEST_CASE("killed at every point, a file that is handed over") {
    kill_everywhere(Way::pending);
}
TEST_CASE("killed at every point, a spool") {
    kill_everywhere(Way::spool);
}

TEST_CASE("the points of mgit are known") {
    const auto points = crash_points();
    for (const auto* point : {"mirror.fetched", "mirror.prepared", "sync.announced", "sync.stream_appeared",
                              "sync.remembered", "sync.superseded_set_aside", "file.renamed"}) {
        CHECK(points.contains(point));
    }
}

}  // namespace
}  // namespace ely::programs
