#include <doctest/doctest.h>

#include "base/testing/temporary_folder.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"

namespace ely::store {
namespace {

using model::Value;
using testing::TestObject;
using testing::value_of;

Uuid one() {
    return value_of(Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
}
Uuid two() {
    return value_of(Uuid::parse("00000000-0000-0000-0000-000000000002"));
}

std::string digest_of(const std::vector<TestObject>& objects) {
    const ely::testing::TemporaryFolder folder;
    const auto store = value_of(open_embedded_store(folder.path() / "store.db"));
    const auto collection = value_of(store->create(testing::test_schema("digest", 2)));
    testing::put(*collection, objects);
    return to_hex(value_of(digest(*collection)));
}

// doc/formats/collection-digest.md has these too.
TEST_CASE("digests are those of the format's page") {
    const TestObject bare{one(), {}, {}};
    const TestObject full{two(),
                          {{"path", Value("a/b.c")},
                           {"tags", Value(std::vector<std::string>{"x", ""})},
                           {"lines", Value(std::int64_t{-2})},
                           {"share", Value(0.5)},
                           {"tested", Value(true)},
                           {"changed", Value("2026-01-31T14:00:00.250+02:00")},
                           {"owner", Value("6ba7b810-9dad-11d1-80b4-00c04fd430c8")},
                           {"image", Value("AAEC")}},
                          {1, -0.5F}};
    CHECK(digest_of({}) == std::string(64, '0'));
    CHECK(digest_of({bare}) == "4ebc3bf944587d83baaef9d9dc2ad979c8daf2f847f200f822a9ae3a44b581d4");
    CHECK(digest_of({full}) == "b3d780942b79f676ced7ee5d1fed992defaf4fe46c7a3b601b001f75a3fec682");
    CHECK(digest_of({full, bare}) == "0293bc8d6fd273fa8986e836fc1872a7b88a42dcb46c3c583da9cdafe8b44856");
}

}  // namespace
}  // namespace ely::store
