// The contract on every version that is promised, and on a cluster where each object has three copies.

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "store/open.hpp"
#include "store/testing/contract.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

void check_contract_on(const testing::WeaviateServerOptions& options) {
    const auto server = testing::value_of(testing::WeaviateServer::start(options));
    testing::check_contract([&] { return testing::emptied_store(access_to(server)); });
}

TEST_CASE("the oldest version that works keeps the contract") {
    check_contract_on({.version = "1.27.0"});
}

TEST_CASE("1.29 keeps the contract") {
    check_contract_on({.version = "1.29.0"});
}

TEST_CASE("1.39 keeps the contract") {
    check_contract_on({.version = "1.39.0"});
}

TEST_CASE("three nodes keep the contract, with three copies of each object") {
    for (const auto* version : {"1.27.0", "1.29.0", "1.35.2", "1.39.0"}) {
        CAPTURE(version);
        check_contract_on({.version = version, .nodes = 3});
    }
}

TEST_CASE("what is written while a node is away reaches it when it returns") {
    testing::WeaviateServerOptions options;
    options.nodes = 3;
    options.environment = {{"ASYNC_REPLICATION_FREQUENCY", "1s"}, {"ASYNC_REPLICATION_PROPAGATION_DELAY", "1s"}};
    auto server = testing::value_of(testing::WeaviateServer::start(options));
    const auto store = testing::value_of(open_weaviate_store(access_to(server)));
    const auto collection = testing::value_of(store->create(testing::test_schema("away", 2)));
    const auto write = [&](std::uint32_t from, std::uint32_t to, const char* path) {
        std::vector<testing::TestObject> objects;
        for (auto i = from; i < to; ++i) {
            objects.push_back({testing::test_id(i), {{"path", model::Value(path)}}, {1, static_cast<float>(i)}});
        }
        testing::put(*collection, objects);
    };
    write(0, 100, "before");
    server.kill(2);
    write(90, 200, "meanwhile");
    CHECK(testing::scan_all(*collection).size() == 200);
    testing::value_of(server.restart(2));
    auto access = access_to(server);
    access.url = server.url(2);
    access.grpc = server.grpc(2);
    const auto returned = testing::value_of(testing::value_of(open_weaviate_store(access))->open("away"));
    const auto wanted = testing::value_of(digest(*collection));
    constexpr double k_patience = 120;
    const Stopwatch watch;
    while (testing::value_of(digest(*returned)) != wanted && watch.seconds() < k_patience) {
    }
    CHECK(testing::value_of(digest(*returned)) == wanted);
}

}  // namespace
}  // namespace ely::store
