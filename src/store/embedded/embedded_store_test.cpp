#include "store/open.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/sqlite.hpp"
#include "base/testing/temporary_folder.hpp"
#include "store/testing/contract.hpp"
#include "store/testing/objects.hpp"

namespace ely::store {
namespace {

TEST_CASE("the embedded store keeps the contract") {
    const ely::testing::TemporaryFolder folder;
    int stores = 0;
    testing::check_contract([&] { return open_embedded_store(folder.path() / std::to_string(++stores) / "store.db"); });
}

using testing::put;
using testing::test_id;
using testing::value_of;

// Two stores on one file share nothing in memory, as two processes do.
struct TwoStores {
    ely::testing::TemporaryFolder folder;
    std::unique_ptr<Store> one = value_of(open_embedded_store(folder.path() / "store.db"));
    std::unique_ptr<Store> two = value_of(open_embedded_store(folder.path() / "store.db"));
    std::shared_ptr<Collection> first = value_of(one->create(testing::test_schema("shared", 2)));
    std::shared_ptr<Collection> second = value_of(two->open("shared"));
};

TEST_CASE("what another process writes is seen at once") {
    const TwoStores stores;
    const LexicalQuery words{.text = "socket"};
    const VectorQuery nearest{.vector = {1, 0}};
    CHECK(value_of(stores.second->search(words, {})).empty());
    put(*stores.first, {{test_id(1), {{"content", model::Value("socket")}}, {1, 0}}});
    CHECK(value_of(stores.second->search(words, {})).size() == 1);
    CHECK(value_of(stores.second->search(nearest, {})).size() == 1);
    value_of(stores.first->set_vectors(std::vector{test_id(1)}, std::vector<float>{-1, 0}));
    CHECK(value_of(stores.second->search(nearest, {})).front().score == doctest::Approx(-1));
    value_of(stores.first->remove_ids(std::vector{test_id(1)}));
    CHECK(value_of(stores.second->search(words, {})).empty());
    CHECK(value_of(stores.second->search(nearest, {})).empty());
    auto wider = testing::test_schema("shared", 2);
    wider.properties.push_back({"author", model::DataType::text, true, true, ""});
    value_of(stores.first->alter(wider));
    put(*stores.second, {{test_id(2), {{"path", model::Value("x")}}, {}}});
    CHECK(stores.second->schema().find("author") != nullptr);
    value_of(stores.first->search(words, {"author"}));
    value_of(stores.two->drop("shared"));
    CHECK(testing::code_of(stores.first->search(words, {})) == "not_found");
}

TEST_CASE("a name that nothing is near to is answered with the names that there are") {
    const ely::testing::TemporaryFolder folder;
    const auto store = value_of(open_embedded_store(folder.path() / "store.db"));
    CHECK(store->open("nope").error().hint == "elysiactl repo add URL");
    CHECK(store->drop("nope").error().hint == "elysiactl repo add URL");
    value_of(store->create(testing::test_schema("flask")));
    value_of(store->create(testing::test_schema("celery")));
    CHECK(store->open("nope").error().hint == "there are: celery, flask");
    CHECK(store->drop("nope").error().hint == "there are: celery, flask");
    CHECK(store->open("falsk").error().hint == "did you mean 'flask'?");
}

TEST_CASE("a scan sees the collection as it was when it began") {
    const TwoStores stores;
    put(*stores.first,
        {{test_id(1), {{"path", model::Value("a")}}, {}}, {test_id(2), {{"path", model::Value("b")}}, {}}});
    ScanOptions options;
    options.batch_rows = 1;
    const auto scan = value_of(stores.first->scan(options));
    CHECK(value_of(scan->next()) != nullptr);
    value_of(stores.second->remove(Filter::everything()));
    put(*stores.second, {{test_id(3), {{"path", model::Value("c")}}, {}}});
    const BatchView view(value_of(scan->next()));
    CHECK(view.id(0) == test_id(2));
    CHECK(view.text(0, "path") == "b");
    CHECK(value_of(scan->next()) == nullptr);
    CHECK(testing::scan_all(*stores.first).size() == 1);
}

TEST_CASE("writers wait for each other") {
    const TwoStores stores;
    std::atomic<int> failures{0};
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t writer = 0; writer < 2; ++writer) {
            threads.emplace_back([&, writer] {
                auto& collection = writer == 0 ? *stores.first : *stores.second;
                for (std::uint32_t i = 0; i < 25; ++i) {
                    const auto batch = testing::test_batch(
                        collection.schema(), {{test_id(100 * writer + i), {{"content", model::Value("word")}}, {}}});
                    if (!collection.upsert(batch)) ++failures;
                }
            });
        }
    }
    CHECK(failures == 0);
    CHECK(value_of(stores.first->count(Filter::everything())) == 50);
    CHECK(value_of(stores.second->search(LexicalQuery{.text = "word", .limit = 100}, {})).size() == 50);
    CHECK(testing::code_of(stores.one->health()) == "ok");
}

TEST_CASE("a damaged file is told, not believed") {
    const ely::testing::TemporaryFolder folder;
    const auto file = folder.path() / "store.db";
    value_of(write_file_atomic(file, "this is no database, and long enough to be read as the header of one"));
    const auto opened = open_embedded_store(file);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::corrupt);
}

TEST_CASE("a file of a newer version is refused") {
    const ely::testing::TemporaryFolder folder;
    const auto file = folder.path() / "store.db";
    value_of(open_embedded_store(file));
    {
        auto database = value_of(sqlite::Database::open(file));
        value_of(database.execute("PRAGMA user_version=999"));
    }
    CHECK(testing::code_of(open_embedded_store(file)) == "unsupported");
}

}  // namespace
}  // namespace ely::store
