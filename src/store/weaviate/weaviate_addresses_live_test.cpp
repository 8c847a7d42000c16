// A cluster under several addresses, and one whose gRPC cannot be reached.

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

using model::Value;
using testing::test_id;
using testing::value_of;
using testing::WeaviateServer;

std::vector<testing::TestObject> numbered(std::uint32_t from, std::uint32_t count) {
    std::vector<testing::TestObject> out;
    for (auto number = from; number < from + count; ++number) {
        out.push_back({test_id(number),
                       {{"path", Value("src/" + std::to_string(number))}, {"lines", Value(std::int64_t{number})}},
                       {1, 2, 3, static_cast<float>(number)}});
    }
    return out;
}

TEST_CASE("a cluster is reached though the first of its addresses is not there") {
    auto access = access_to(*value_of(testing::shared_weaviate()));
    access.other_urls = {access.url};
    access.other_grpc = {access.grpc};
    access.url = "http://127.0.0.1:1";
    access.grpc = "127.0.0.1:1";
    std::vector<std::string> warnings;
    const auto store =
        value_of(open_weaviate_store(access, {.warn = [&](std::string_view text) { warnings.emplace_back(text); }}));
    const auto collection = value_of(store->create(testing::test_schema("second", 4)));
    testing::put(*collection, numbered(0, 1000));
    CHECK(testing::scan_all(*collection) == numbered(0, 1000));
    CHECK(warnings.empty());
    value_of(store->drop("second"));
}

TEST_CASE("without gRPC objects travel over REST, which is said once") {
    auto access = access_to(*value_of(testing::shared_weaviate()));
    access.name = "team";
    const auto grpc = access.grpc;
    access.grpc = "127.0.0.1:1";
    std::vector<std::string> warnings;
    const Stopwatch watch;
    const auto store =
        value_of(open_weaviate_store(access, {.warn = [&](std::string_view text) { warnings.emplace_back(text); }}));
    CHECK(watch.seconds() < 5);
    const auto collection = value_of(store->create(testing::test_schema("by_rest", 4)));
    testing::put(*collection, numbered(0, 1500));
    CHECK(testing::scan_all(*collection) == numbered(0, 1500));
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("127.0.0.1:1 ") != std::string::npos);
    CHECK(warnings[0].find("elysiactl cluster check team") != std::string::npos);
    // It is the same collection.
    access.grpc = grpc;
    const auto by_grpc = value_of(value_of(open_weaviate_store(access))->open("by_rest"));
    CHECK(value_of(digest(*by_grpc)) == value_of(digest(*collection)));
    CHECK(value_of(by_grpc->search(LexicalQuery{.text = "src"}, {})).size() ==
          value_of(collection->search(LexicalQuery{.text = "src"}, {})).size());
    value_of(store->drop("by_rest"));
}

TEST_CASE("an interruption ends the waiting for a server that is away, and nothing is lost") {
    auto server = value_of(WeaviateServer::start({}));
    for (const bool over_rest : {false, true}) {
        CAPTURE(over_rest);
        auto access = access_to(server);
        if (over_rest) access.grpc.clear();
        std::stop_source user;
        const auto store = value_of(open_weaviate_store(access, {.stop = user.get_token()}));
        const auto schema = testing::test_schema(over_rest ? "rest" : "grpc", 4);
        const auto collection = value_of(store->create(schema));
        const auto batch = testing::test_batch(schema, numbered(0, 600));
        value_of(collection->upsert(batch));
        server.kill();
        const Stopwatch watch;
        {
            std::atomic<int> begun = 0;
            const auto impatient = [&](auto ask) {
                return std::jthread([&begun, ask] {
                    ++begun;
                    begun.notify_one();
                    CHECK(ask().error().code == Code::cancelled);
                });
            };
            const auto writer = impatient([&] { return collection->upsert(batch); });
            const auto reader = impatient([&] { return collection->count(Filter::everything()); });
            const auto lister = impatient([&] { return store->list(); });
            for (auto seen = begun.load(); seen < 3; seen = begun.load()) begun.wait(seen);
            user.request_stop();
        }
        CHECK(watch.seconds() < 10);
        value_of(server.restart());
        const auto again = value_of(value_of(open_weaviate_store(access))->open(schema.name));
        value_of(again->upsert(batch));
        CHECK(testing::scan_all(*again) == numbered(0, 600));
    }
}

}  // namespace
}  // namespace ely::store
