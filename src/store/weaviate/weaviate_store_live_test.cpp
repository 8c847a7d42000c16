#include <doctest/doctest.h>

#include "store/testing/contract.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

TEST_CASE("the Weaviate store keeps the contract") {
    const auto* server = testing::value_of(testing::shared_weaviate());
    testing::check_contract([&] { return testing::emptied_store(*server); });
}

}  // namespace
}  // namespace ely::store
