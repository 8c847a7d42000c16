#include "base/sqlite.hpp"

#include <array>
#include <barrier>
#include <thread>

#include <doctest/doctest.h>

#include "base/testing/temporary_folder.hpp"

namespace ely::sqlite {
namespace {

Database opened(const Path& path, const OpenOptions& options = {}) {
    auto database = Database::open(path, options);
    REQUIRE(database.has_value());
    return std::move(*database);
}

std::int64_t count(Database& database) {
    auto statement = database.prepare("SELECT count(*) FROM t");
    REQUIRE(statement.has_value());
    REQUIRE(*statement->step());
    return statement->integer(0);
}

TEST_CASE("values of each type come back") {
    const ely::testing::TemporaryFolder folder;
    auto database = opened(folder.path() / "new" / "a.db");
    REQUIRE(database.execute("CREATE TABLE t(i, r, s, b, n)").has_value());
    auto insert = database.prepare("INSERT INTO t VALUES(?1, ?2, ?3, ?4, ?5)");
    REQUIRE(insert.has_value());
    const std::string blob("\0\xff\0", 3);
    insert->bind(1, std::int64_t{-5}).bind(2, 0.5).bind(3, std::string_view("a\0b", 3)).bind_blob(4, blob).bind_null(5);
    REQUIRE(insert->run().has_value());
    CHECK(database.last_insert_id() == 1);
    CHECK(database.changes() == 1);
    // Empty text and an empty blob are not NULL.
    insert->bind(3, std::string_view()).bind_blob(4, std::string_view());
    REQUIRE(insert->run().has_value());

    auto select = database.prepare("SELECT * FROM t ORDER BY rowid");
    REQUIRE(select.has_value());
    REQUIRE(*select->step());
    CHECK(select->integer(0) == -5);
    CHECK(select->real(1) == 0.5);
    CHECK(select->text(2) == std::string_view("a\0b", 3));
    CHECK(select->blob(3) == blob);
    CHECK(select->is_null(4));
    REQUIRE(*select->step());
    CHECK_FALSE(select->is_null(2));
    CHECK_FALSE(select->is_null(3));
    CHECK_FALSE(*select->step());
}

TEST_CASE("a transaction that is not committed leaves nothing") {
    const ely::testing::TemporaryFolder folder;
    auto database = opened(folder.path() / "a.db");
    REQUIRE(database.execute("CREATE TABLE t(x)").has_value());
    {
        auto transaction = Transaction::begin(database);
        REQUIRE(transaction.has_value());
        REQUIRE(database.execute("INSERT INTO t VALUES(1)").has_value());
        CHECK(count(database) == 1);
    }
    CHECK(count(database) == 0);
    {
        auto transaction = Transaction::begin(database);
        REQUIRE(transaction.has_value());
        auto moved = std::move(*transaction);
        REQUIRE(database.execute("INSERT INTO t VALUES(1)").has_value());
        REQUIRE(moved.commit().has_value());
    }
    CHECK(count(database) == 1);
}

TEST_CASE("a second writer waits, then gives up with conflict") {
    const ely::testing::TemporaryFolder folder;
    auto first = opened(folder.path() / "a.db");
    REQUIRE(first.execute("CREATE TABLE t(x)").has_value());
    auto second = opened(folder.path() / "a.db", {.busy_timeout_milliseconds = 30});
    auto transaction = Transaction::begin(first);
    REQUIRE(transaction.has_value());
    REQUIRE(first.execute("INSERT INTO t VALUES(1)").has_value());
    const auto refused = Transaction::begin(second);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::conflict);
    CHECK_FALSE(refused.error().hint.empty());
    // Readers go on, and see what was committed.
    CHECK(count(second) == 0);
    REQUIRE(transaction->commit().has_value());
    CHECK(count(second) == 1);
}

TEST_CASE("a reader's view holds while another writes") {
    const ely::testing::TemporaryFolder folder;
    auto writer = opened(folder.path() / "a.db");
    REQUIRE(writer.execute("CREATE TABLE t(x); INSERT INTO t VALUES(1)").has_value());
    auto reader = opened(folder.path() / "a.db", {.read_only = true});
    {
        auto view = Transaction::begin_read(reader);
        REQUIRE(view.has_value());
        CHECK(count(reader) == 1);
        REQUIRE(writer.execute("INSERT INTO t VALUES(2)").has_value());
        CHECK(count(reader) == 1);
    }
    CHECK(count(reader) == 2);
    CHECK_FALSE(reader.execute("INSERT INTO t VALUES(3)").has_value());
}

TEST_CASE("migrations go on where the file stands, and one that fails changes nothing") {
    constexpr std::array<std::string_view, 1> k_first{"CREATE TABLE t(x)"};
    constexpr std::array<std::string_view, 3> k_more{"CREATE TABLE t(x)", "ALTER TABLE t ADD COLUMN y",
                                                     "INSERT INTO t VALUES(1, 2)"};
    constexpr std::array<std::string_view, 5> k_bad{k_more[0], k_more[1], k_more[2], "CREATE TABLE u(x)", "nonsense"};
    const ely::testing::TemporaryFolder folder;
    auto database = opened(folder.path() / "a.db");
    REQUIRE(database.migrate(k_first).has_value());
    CHECK(*database.user_version() == 1);
    REQUIRE(database.migrate(k_more).has_value());
    REQUIRE(database.migrate(k_more).has_value());
    CHECK(*database.user_version() == 3);
    CHECK(count(database) == 1);
    CHECK_FALSE(database.migrate(k_bad).has_value());
    CHECK(*database.user_version() == 3);
    CHECK_FALSE(database.prepare("SELECT * FROM u").has_value());
    const auto newer = database.migrate(k_first);
    REQUIRE_FALSE(newer.has_value());
    CHECK(newer.error().code == Code::unsupported);
}

TEST_CASE("two programs that migrate at once do it once") {
    constexpr std::array<std::string_view, 2> k_steps{"CREATE TABLE t(x)", "INSERT INTO t VALUES(1)"};
    const ely::testing::TemporaryFolder folder;
    // Again and again, because the moment at which they meet is short.
    for (int round = 0; round < 30; ++round) {
        const auto path = folder.path() / std::to_string(round);
        std::array<std::string, 4> problems;
        {
            std::barrier begin(static_cast<std::ptrdiff_t>(problems.size()));
            std::vector<std::jthread> threads;
            for (auto& problem : problems) {
                threads.emplace_back([&] {
                    begin.arrive_and_wait();
                    auto database = Database::open(path);
                    const auto done = database ? database->migrate(k_steps) : fail(database.error());
                    if (!done) problem = done.error().text();
                });
            }
        }
        for (const auto& problem : problems) CHECK(problem == "");
        auto database = opened(path);
        CHECK(count(database) == 1);
    }
}

TEST_CASE("errors say what kind they are") {
    const ely::testing::TemporaryFolder folder;
    CHECK(Database::open(folder.path() / "none.db", {.read_only = true}).error().code == Code::not_found);
    REQUIRE(write_file_atomic(folder.path() / "text.db", std::string(5000, 'x')).has_value());
    CHECK(Database::open(folder.path() / "text.db").error().code == Code::corrupt);
    auto database = opened(folder.path() / "a.db");
    REQUIRE(database.execute("CREATE TABLE t(x UNIQUE)").has_value());
    REQUIRE(database.execute("INSERT INTO t VALUES(1)").has_value());
    CHECK(database.execute("INSERT INTO t VALUES(1)").error().code == Code::already_exists);
    CHECK(database.prepare("SELEC 1").error().code == Code::internal);
    // After an error a statement may be used again.
    auto insert = database.prepare("INSERT INTO t VALUES(?)");
    REQUIRE(insert.has_value());
    CHECK_FALSE(insert->bind(1, std::int64_t{1}).run().has_value());
    CHECK(insert->bind(1, std::int64_t{2}).run().has_value());
}

TEST_CASE("how much a power cut may take is as asked for") {
    const ely::testing::TemporaryFolder folder;
    for (const bool durable : {true, false}) {
        auto database = opened(folder.path() / "a.db", {.durable = durable});
        auto statement = database.prepare("PRAGMA synchronous");
        REQUIRE(statement.has_value());
        REQUIRE(*statement->step());
        constexpr int k_normal = 1;
        constexpr int k_full = 2;
        CHECK(statement->integer(0) == (durable ? k_full : k_normal));
    }
}

TEST_CASE("a database is for its owner's eyes") {
    const ely::testing::TemporaryFolder folder;
    auto database = opened(folder.path() / "a.db");
    REQUIRE(database.execute("CREATE TABLE t(x)").has_value());
    for (const auto* name : {"a.db", "a.db-wal"}) {
        const auto mode = std::filesystem::status(folder.path() / name).permissions();
        CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
              std::filesystem::perms::none);
    }
}

}  // namespace
}  // namespace ely::sqlite
