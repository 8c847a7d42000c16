#include "base/nearest.hpp"

#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace ely {

TEST_CASE("distance counts letters inserted, left out, exchanged, swapped") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("status", "status") == 0);
    CHECK(edit_distance("status", "satus") == 1);
    CHECK(edit_distance("status", "sttaus") == 1);
    CHECK(edit_distance("status", "statuss") == 1);
    CHECK(edit_distance("abc", "xyz") == 3);
    CHECK(rc::check("it is the same both ways, and bounded by the longer word",
                    [](const std::string& a, const std::string& b) {
                        RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
                        RC_ASSERT(edit_distance(a, b) <= std::max(a.size(), b.size()));
                        RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
                    }));
}

TEST_CASE("the nearest word is offered, unless none can be meant") {
    const std::vector<std::string> words{"add", "list", "status", "sync", "remove"};
    CHECK(nearest("satus", words) == "status");
    CHECK(nearest("rem", words) == "remove");
    CHECK(nearest("lst", words) == "list");
    CHECK(!nearest("xyzzy", words));
    CHECK(!nearest("q", words));
    CHECK(!nearest("add", std::vector<std::string>{}));
}

}  // namespace ely
