// The contract on every version that is promised, and on a cluster where each object has three copies.

#include <doctest/doctest.h>

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

}  // namespace
}  // namespace ely::store
