#include <doctest/doctest.h>

#include "store/open.hpp"
#include "store/testing/contract.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

using testing::value_of;

// The program's server without any collection.
Result<std::unique_ptr<Store>> empty_store() {
    ELY_TRY_ASSIGN(const auto* server, testing::shared_weaviate());
    ELY_TRY_ASSIGN(auto store, open_weaviate_store(access_to(*server)));
    ELY_TRY_ASSIGN(const auto names, store->list());
    for (const auto& name : names) ELY_TRY(store->drop(name));
    return store;
}

TEST_CASE("the Weaviate store keeps the contract") {
    testing::check_contract(empty_store);
}

}  // namespace
}  // namespace ely::store
