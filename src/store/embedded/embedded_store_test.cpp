#include "store/open.hpp"

#include <doctest/doctest.h>

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

}  // namespace
}  // namespace ely::store
