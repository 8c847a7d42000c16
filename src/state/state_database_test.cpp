#include "state/state_database.hpp"

#include <doctest/doctest.h>

#include "base/testing/temporary_folder.hpp"
using namespace ely;

namespace {

model::RepoEntry sample() {
    model::RepoEntry entry;
    entry.name = "flask";
    entry.url = "https://example.com/pallets/flask";
    entry.repository = "example.com/pallets/flask";
    entry.collection = "flask";
    entry.include_patterns = {"*.py", "*.md"};
    entry.max_file_size = 1000;
    entry.elysia = false;
    entry.status = "ready";
    entry.commit = "c1";
    entry.documents = 7;
    return entry;
}

}  // namespace

TEST_CASE("a repository is remembered across openings, and forgotten with its runs") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "state.db";
    {
        auto state = state::StateDatabase::open(file).value();
        REQUIRE(state.put_repository(sample()));
        model::IngestReport report;
        report.indexed = 3;
        report.seconds = 1.5;
        const Timestamp start{};
        REQUIRE(state.record_sync(sample(), start, start + std::chrono::seconds(2), &report, nullptr));
        Error error;
        error.code = Code::unavailable;
        error.message = "no network";
        REQUIRE(state.record_sync(sample(), start, start, nullptr, &error));
    }
    auto state = state::StateDatabase::open(file).value();
    const auto found = state.find_repository("flask").value();
    REQUIRE(found.has_value());
    CHECK(found->include_patterns == std::vector<std::string>{"*.py", "*.md"});
    CHECK(found->max_file_size == 1000);
    CHECK(!found->elysia);
    CHECK(found->documents == 7);
    const auto runs = state.runs("flask", 10).value();
    REQUIRE(runs.size() == 2);
    CHECK(runs[0].outcome == "unavailable");
    CHECK(runs[0].message == "no network");
    CHECK(runs[1].outcome == "ok");
    CHECK(runs[1].indexed == 3);
    CHECK(runs[1].ended_at == "1970-01-01T00:00:02.000Z");
    REQUIRE(state.remove_repository("flask"));
    CHECK(!state.find_repository("flask").value().has_value());
    CHECK(state.runs("flask", 10).value().empty());
}

TEST_CASE("what was kept before there were clusters is in the embedded store") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "state.db";
    {
        // As the first version made it.
        auto database = sqlite::Database::open(file).value();
        REQUIRE(database.execute(
            "CREATE TABLE repositories(name TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID;"
            "CREATE TABLE runs(id INTEGER PRIMARY KEY, repository TEXT NOT NULL, started_at TEXT NOT NULL,"
            " ended_at TEXT NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL, commit_id TEXT NOT NULL,"
            " indexed INTEGER NOT NULL, removed INTEGER NOT NULL, failed INTEGER NOT NULL, seconds REAL NOT NULL);"
            "CREATE TABLE subprocesses(id INTEGER PRIMARY KEY, repository TEXT NOT NULL, started_at TEXT NOT NULL,"
            " command TEXT NOT NULL, exit_status INTEGER NOT NULL, seconds REAL NOT NULL);"
            "CREATE TABLE rates(name TEXT PRIMARY KEY, units_per_second REAL NOT NULL) WITHOUT ROWID;"
            "INSERT INTO repositories VALUES('flask', '{\"url\":\"u\",\"repository\":\"r\",\"collection\":\"code\","
            "\"documents\":7}');"
            "PRAGMA user_version = 1;"));
    }
    auto state = state::StateDatabase::open(file).value();
    auto found = state.find_repository("flask").value();
    REQUIRE(found.has_value());
    CHECK(found->cluster.empty());
    CHECK(found->address() == model::CollectionAddress{"", "code"});
    CHECK(found->documents == 7);
    // Elysia is told of it, as of what is added now.
    CHECK(found->elysia);
    found->cluster = "team";
    REQUIRE(state.put_repository(*found));
    // A program that knows no clusters must not take it for a file of its own: it sees a later version.
    auto database = sqlite::Database::open(file).value();
    CHECK(database.user_version().value() == 3);
    CHECK(state::StateDatabase::open(file)->find_repository("flask").value()->cluster == "team");
}

TEST_CASE("repositories come sorted by name") {
    const testing::TemporaryFolder folder;
    auto state = state::StateDatabase::open(folder.path() / "state.db").value();
    for (const auto* name : {"c", "a", "b"}) {
        auto entry = sample();
        entry.name = name;
        REQUIRE(state.put_repository(entry));
    }
    const auto all = state.repositories().value();
    REQUIRE(all.size() == 3);
    CHECK(all[0].name == "a");
    CHECK(all[2].name == "c");
}

TEST_CASE("a rate moves towards what was measured last") {
    const testing::TemporaryFolder folder;
    auto state = state::StateDatabase::open(folder.path() / "state.db").value();
    CHECK(!state.rate("embed_chunks").value().has_value());
    REQUIRE(state.record_rate("embed_chunks", 40));
    CHECK(state.rate("embed_chunks").value().value() == doctest::Approx(40));
    REQUIRE(state.record_rate("embed_chunks", 60));
    CHECK(state.rate("embed_chunks").value().value() == doctest::Approx(50));
}

TEST_CASE("subprocesses are listed newest first") {
    const testing::TemporaryFolder folder;
    auto state = state::StateDatabase::open(folder.path() / "state.db").value();
    REQUIRE(state.record_subprocess("flask", {"t1", "mgit sync x", 0, 0.5}));
    REQUIRE(state.record_subprocess("flask", {"t2", "mgit sync y", 13, 0.7}));
    const auto all = state.subprocesses("flask", 10).value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].command == "mgit sync y");
    CHECK(all[0].exit_status == 13);
}
