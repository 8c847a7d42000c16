// kill -9 in the middle of writes: what is found afterwards is the state before the write or the one after it, whole.
// The child is this test program again, which runs one script of writes and logs each that has ended.

#include <csignal>
#include <fstream>
#include <random>
#include <regex>
#include <set>

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.hpp"
#include "base/testing/temporary_folder.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"

namespace ely::store::embedded {
namespace {

using model::Value;
using testing::put;
using testing::test_id;
using testing::test_schema;
using testing::TestObject;
using testing::value_of;

constexpr std::size_t k_steps = 30;

std::vector<TestObject> draw_objects(std::mt19937& random, std::size_t count) {
    std::vector<TestObject> out;
    for (std::size_t i = 0; i < count; ++i) {
        TestObject object{test_id(static_cast<std::uint32_t>(random() % 900)), {}, {}};
        object.properties["path"] = Value("p" + std::to_string(random() % 30));
        object.properties["content"] = Value("words number " + std::to_string(random() % 1000));
        if (random() % 3 == 0) object.vector = {static_cast<float>(random() % 100), 1};
        out.push_back(std::move(object));
    }
    return out;
}

void set_all_vectors(std::mt19937& random, Collection& collection) {
    std::vector<Uuid> ids;
    std::vector<float> values;
    for (std::uint32_t i = 0; i < 900; ++i) {
        ids.push_back(test_id(i));
        values.insert(values.end(), {static_cast<float>(random() % 1000), static_cast<float>(i)});
    }
    value_of(collection.set_vectors(ids, values));
}

// One write of the script: the same one for the same number, wherever it runs.
void run_step(Store& store, std::size_t step) {
    std::mt19937 random(static_cast<unsigned>(step + 1));
    if (step == 0) {
        value_of(store.create(test_schema("main", 2)));
        return;
    }
    if (step == k_steps - 2) {
        value_of(store.create(test_schema("other")));
        return;
    }
    if (step == k_steps - 1) {
        value_of(store.drop("main"));
        return;
    }
    const auto collection = value_of(store.open("main"));
    switch (step % 5) {
        case 0:
            value_of(collection->remove(Filter::equals("path", "p" + std::to_string(random() % 30))));
            break;
        case 3:
            set_all_vectors(random, *collection);
            break;
        default:
            put(*collection, draw_objects(random, step % 5 == 1 ? 400 : 30));
            break;
    }
}

std::string state_of(Store& store) {
    std::string out;
    for (const auto& name : value_of(store.list())) {
        out += name + " " + to_hex(value_of(digest(*value_of(store.open(name))))) + "\n";
    }
    return out;
}

// The states after 0, 1, 2, … steps.
const std::vector<std::string>& expected_states() {
    static const std::vector<std::string> states = [] {
        const ely::testing::TemporaryFolder folder;
        const auto store = value_of(open_embedded_store(folder.path() / "store.db"));
        std::vector<std::string> out{state_of(*store)};
        for (std::size_t step = 0; step < k_steps; ++step) {
            run_step(*store, step);
            out.push_back(state_of(*store));
        }
        return out;
    }();
    return states;
}

std::size_t logged_steps(const Path& folder) {
    std::error_code error;
    const auto size = std::filesystem::file_size(folder / "log", error);
    return error ? 0 : size;
}

TEST_CASE("crash child" * doctest::skip()) {
    const char* folder = std::getenv("ELY_STORE_TEST_FOLDER");
    REQUIRE(folder != nullptr);
    const auto store = value_of(open_embedded_store(Path(folder) / "store.db"));
    for (std::size_t step = logged_steps(folder); step < k_steps; ++step) {
        run_step(*store, step);
        std::ofstream(Path(folder) / "log", std::ios::app) << '.' << std::flush;
    }
}

std::vector<std::string> child_arguments() {
    return {own_executable().string(), "--test-case=crash child", "--no-skip", "--minimal"};
}

// Old or new: as many steps as were logged, or one more.
void check_state(const Path& folder) {
    const auto done = logged_steps(folder);
    const auto store = value_of(open_embedded_store(folder / "store.db"));
    CHECK(testing::code_of(store->health()) == "ok");
    const auto state = state_of(*store);
    const auto& states = expected_states();
    const bool as_before = state == states[done];
    const bool as_after = done + 1 < states.size() && state == states[done + 1];
    CHECK((as_before || as_after));
    // What was not logged is done again, and the end is that of an undisturbed run.
    if (as_after && !as_before) std::ofstream(folder / "log", std::ios::app) << '.';
}

void finish(const Path& folder) {
    ProcessOptions options;
    options.arguments = child_arguments();
    options.environment = {{"ELY_STORE_TEST_FOLDER", folder.string()}, {"ELYSIACTL_CRASH_AT", ""}};
    const auto result = value_of(run_process(options));
    CHECK(result.exit_status == 0);
    const auto store = value_of(open_embedded_store(folder / "store.db"));
    CHECK(state_of(*store) == expected_states().back());
    CHECK(testing::code_of(store->health()) == "ok");
}

// The names in this room's sources, and those of every transaction.
std::set<std::string> crash_points() {
    std::set<std::string> out{"sqlite.before_commit", "sqlite.after_commit"};
    const std::regex name("crash_point\\(\"(store\\.[a-z_.]+)\"\\)");
    for (const auto& file : std::filesystem::recursive_directory_iterator("src/store")) {
        if (file.path().extension() != ".cpp") continue;
        const auto text = value_of(read_file(file.path()));
        for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) out.insert((*at)[1]);
    }
    return out;
}

TEST_CASE("a crash at any named place leaves the old state or the new one") {
    const auto points = crash_points();
    REQUIRE(points.size() > 8);
    for (const auto& point : points) {
        for (const int pass : {1, 3}) {
            CAPTURE(point);
            CAPTURE(pass);
            const ely::testing::TemporaryFolder folder;
            ProcessOptions options;
            options.arguments = child_arguments();
            options.environment = {{"ELY_STORE_TEST_FOLDER", folder.path().string()},
                                   {"ELYSIACTL_CRASH_AT", point + ":" + std::to_string(pass)}};
            const auto result = value_of(run_process(options));
            // Every place is reached at least once.
            if (pass == 1) CHECK(result.exit_status == 128 + SIGKILL);
            check_state(folder.path());
            finish(folder.path());
        }
    }
}

TEST_CASE("kill -9 at any moment leaves the old state or the new one") {
    std::mt19937 random(5);
    for (int round = 0; round < 8; ++round) {
        CAPTURE(round);
        const ely::testing::TemporaryFolder folder;
        const auto variable = "ELY_STORE_TEST_FOLDER=" + folder.path().string();
        auto arguments = child_arguments();
        std::vector<char*> argv;
        for (auto& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        std::string setting = variable;
        std::vector<char*> environment{setting.data(), nullptr};
        pid_t child = 0;
        REQUIRE(::posix_spawn(&child, arguments[0].c_str(), nullptr, nullptr, argv.data(), environment.data()) == 0);
        // Until so many steps are logged, and then some turns more, to be in the middle of the next.
        const auto steps = random() % k_steps;
        int status = 0;
        while (logged_steps(folder.path()) < steps && ::waitpid(child, &status, WNOHANG) == 0) ::sched_yield();
        for (auto turns = random() % 20'000; turns > 0; --turns) ::sched_yield();
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        check_state(folder.path());
        finish(folder.path());
    }
}

}  // namespace
}  // namespace ely::store::embedded
