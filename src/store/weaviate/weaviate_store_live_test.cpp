#include <doctest/doctest.h>

#include "store/testing/contract.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

TEST_CASE("the Weaviate store keeps the contract") {
    const auto access = access_to(*testing::value_of(testing::shared_weaviate()));
    testing::check_contract([&] { return testing::emptied_store(access); });
}

TEST_CASE("over REST it keeps the contract as well") {
    auto access = access_to(*testing::value_of(testing::shared_weaviate()));
    access.grpc.clear();
    testing::check_contract([&] { return testing::emptied_store(access); });
}

}  // namespace
}  // namespace ely::store
