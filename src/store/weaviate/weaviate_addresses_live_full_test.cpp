// A cluster under the addresses of all its nodes, of which one after the other is killed.

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "store/open.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

using model::Value;
using testing::test_id;
using testing::value_of;
using testing::WeaviateServer;
using testing::WeaviateServerOptions;

std::vector<testing::TestObject> numbered(std::uint32_t from, std::uint32_t count) {
    std::vector<testing::TestObject> out;
    for (auto number = from; number < from + count; ++number) {
        out.push_back({test_id(number),
                       {{"path", Value("src/" + std::to_string(number))}, {"lines", Value(std::int64_t{number})}},
                       {1, 2, 3, static_cast<float>(number)}});
    }
    return out;
}

TEST_CASE("nodes of a cluster come and go while it is written to, and every object is there once") {
    WeaviateServerOptions options;
    options.nodes = 3;
    auto server = value_of(WeaviateServer::start(options));
    auto access = access_to(server);
    for (const unsigned node : {1U, 2U}) {
        access.other_urls.push_back(server.url(node));
        access.other_grpc.push_back(server.grpc(node));
    }
    const auto store = value_of(open_weaviate_store(access));
    const auto collection = value_of(store->create(testing::test_schema("spread", 4)));
    constexpr std::uint32_t k_batches = 40;
    constexpr std::uint32_t k_rows = 250;
    std::atomic<std::uint32_t> written{0};
    std::string problem;
    {
        const std::jthread writer([&] {
            for (std::uint32_t batch = 0; batch < k_batches && problem.empty(); ++batch) {
                const auto objects = numbered(batch * k_rows, k_rows);
                const auto result = collection->upsert(testing::test_batch(collection->schema(), objects));
                if (!result) problem = result.error().text();
                if (result && !result->failures.empty()) problem = result->failures[0].error.text();
                ++written;
                written.notify_one();
            }
            written = k_batches;
            written.notify_one();
        });
        const auto wait_for = [&](std::uint32_t batches) {
            for (auto seen = written.load(); seen < batches; seen = written.load()) written.wait(seen);
        };
        wait_for(5);
        server.kill(1);
        wait_for(10);
        value_of(server.restart(1));
        wait_for(20);
        // The node that is asked first of all.
        server.kill(0);
        wait_for(25);
        CHECK(value_of(store->list()).size() == 1);
        value_of(server.restart(0));
    }
    CHECK(problem == "");
    // Asked of the one node that was there all the time.
    access = access_to(server);
    access.url = server.url(2);
    access.grpc = server.grpc(2);
    const auto stayed = value_of(value_of(open_weaviate_store(access))->open("spread"));
    CHECK(value_of(stayed->count(Filter::everything())) == k_batches * k_rows);
    CHECK(testing::scan_all(*stayed) == numbered(0, k_batches * k_rows));
}

}  // namespace
}  // namespace ely::store
