#include "store/filter/filter.hpp"

#include <limits>

#include <doctest/doctest.h>

namespace ely::store {
namespace {

using model::Value;

const model::Properties k_object{{"path", Value("src/app/main.py")},
                                 {"lines", Value(std::int64_t{40})},
                                 {"share", Value(0.5)},
                                 {"tests", Value(false)},
                                 {"tags", Value(std::vector<std::string>{"web", "json"})},
                                 {"gone", Value()}};

bool holds(const Filter& filter) {
    return matches(filter, k_object, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", false);
}
bool holds(const char* property, Comparison comparison, Value value) {
    return holds(Filter::compare(property, comparison, std::move(value)));
}

TEST_CASE("a filter compares values of one type") {
    CHECK(holds("path", Comparison::equal, "src/app/main.py"));
    CHECK_FALSE(holds("path", Comparison::equal, "src/app/main.PY"));
    CHECK(holds("path", Comparison::less, "src/b"));
    CHECK(holds("lines", Comparison::greater_or_equal, std::int64_t{40}));
    CHECK_FALSE(holds("lines", Comparison::greater, std::int64_t{40}));
    CHECK(holds("lines", Comparison::less, 40.5));
    CHECK(holds("share", Comparison::less_or_equal, 0.5));
    CHECK(holds("tests", Comparison::equal, false));
}

TEST_CASE("values of different types are not equal and in no order") {
    CHECK_FALSE(holds("lines", Comparison::equal, "40"));
    CHECK(holds("lines", Comparison::not_equal, "40"));
    CHECK_FALSE(holds("lines", Comparison::less, "5"));
    CHECK_FALSE(holds("lines", Comparison::greater, "5"));
    CHECK_FALSE(holds("share", Comparison::less, std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("null answers only is_null") {
    for (const auto* name : {"gone", "never"}) {
        CHECK(holds(name, Comparison::is_null, {}));
        CHECK_FALSE(holds(name, Comparison::equal, "x"));
        CHECK_FALSE(holds(name, Comparison::not_equal, "x"));
        CHECK_FALSE(holds(name, Comparison::equal, {}));
    }
    CHECK_FALSE(holds("path", Comparison::is_null, {}));
}

TEST_CASE("globs, lists, id and vector") {
    CHECK(holds("path", Comparison::glob, "src/**/*.py"));
    CHECK_FALSE(holds("path", Comparison::glob, "src/*.py"));
    CHECK(holds("path", Comparison::glob, "*.py"));
    CHECK(holds("path", Comparison::glob, "src/"));
    CHECK(holds("tags", Comparison::contains, "json"));
    CHECK_FALSE(holds("tags", Comparison::contains, "jso"));
    CHECK(holds("path", Comparison::any_of, std::vector<std::string>{"a", "src/app/main.py"}));
    CHECK(holds("_id", Comparison::equal, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
    CHECK(holds(Filter::without_vector()));
    CHECK_FALSE(matches(Filter::without_vector(), k_object, "", true));
}

TEST_CASE("filters combine; without operands all and none hold, any does not") {
    const auto yes = Filter::equals("tests", false);
    const auto no = Filter::equals("tests", true);
    CHECK(holds(Filter::all_of({yes, yes})));
    CHECK_FALSE(holds(Filter::all_of({yes, no})));
    CHECK(holds(Filter::any_of({no, yes})));
    CHECK_FALSE(holds(Filter::any_of({no, no})));
    CHECK(holds(Filter::none_of({no, no})));
    CHECK_FALSE(holds(Filter::none_of({no, yes})));
    CHECK(holds(Filter::all_of({})));
    CHECK(holds(Filter::none_of({})));
    CHECK_FALSE(holds(Filter::any_of({})));
    CHECK(holds(Filter::everything()));
}

}  // namespace
}  // namespace ely::store
