#include "store/weaviate/rotation.hpp"

#include <doctest/doctest.h>

namespace ely::store::weaviate {
namespace {

using Order = std::vector<std::size_t>;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Not 0: a node that never failed rests until then.
constexpr Rotation::Time k_start{std::chrono::hours(1)};

TEST_CASE("work goes round, questions stay with the first node") {
    Rotation rotation(3);
    CHECK(rotation.from_next(k_start) == Order{0, 1, 2});
    CHECK(rotation.from_next(k_start) == Order{1, 2, 0});
    CHECK(rotation.from_next(k_start) == Order{2, 0, 1});
    CHECK(rotation.from_next(k_start) == Order{0, 1, 2});
    CHECK(rotation.from_first(k_start) == Order{0, 1, 2});
    CHECK(rotation.from_first(k_start) == Order{0, 1, 2});
}

TEST_CASE("a node that does not answer is asked last, and has its turn again after a second") {
    Rotation rotation(3);
    rotation.failed(0, k_start);
    CHECK(rotation.from_first(k_start) == Order{1, 2, 0});
    CHECK(rotation.from_first(k_start + milliseconds(999)) == Order{1, 2, 0});
    CHECK(rotation.from_first(k_start + seconds(1)) == Order{0, 1, 2});
    // What it would do is shared by the others.
    CHECK(rotation.from_next(k_start) == Order{1, 2, 0});
    CHECK(rotation.from_next(k_start) == Order{2, 1, 0});
    CHECK(rotation.from_next(k_start) == Order{1, 2, 0});
}

TEST_CASE("it rests longer each time, half a minute at most, and an answer is the end of it") {
    Rotation rotation(2);
    auto now = k_start;
    for (const int rest : {1, 2, 4, 8, 16, 30, 30, 30}) {
        rotation.failed(0, now);
        CHECK(rotation.from_first(now + seconds(rest) - milliseconds(1)) == Order{1, 0});
        now += seconds(rest);
        CHECK(rotation.from_first(now) == Order{0, 1});
    }
    rotation.failed(0, now);
    rotation.answered(0);
    CHECK(rotation.from_first(now) == Order{0, 1});
    rotation.failed(0, now);
    CHECK(rotation.from_first(now + seconds(1)) == Order{0, 1});
}

TEST_CASE("requests that fail together are one failure") {
    Rotation rotation(2);
    for (int i = 0; i < 10; ++i) rotation.failed(0, k_start);
    CHECK(rotation.from_first(k_start + seconds(1)) == Order{0, 1});
}

TEST_CASE("when all rest, the one that began first is asked first") {
    Rotation rotation(3);
    rotation.failed(1, k_start);
    rotation.failed(0, k_start + milliseconds(10));
    rotation.failed(2, k_start + milliseconds(20));
    CHECK(rotation.from_first(k_start + milliseconds(30)) == Order{1, 0, 2});
    Rotation alone(1);
    alone.failed(0, k_start);
    CHECK(alone.from_next(k_start) == Order{0});
}

}  // namespace
}  // namespace ely::store::weaviate
