#include "store/weaviate/patience.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/clock.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::chrono::minutes k_long(5);

Error away() {
    return {Code::unavailable, "nobody listens", "elysiactl cluster check", {}, 0};
}

TEST_CASE("what can pass is asked again, what cannot is told at once") {
    int asked = 0;
    const auto served = with_patience(k_long, {}, [&]() -> Result<int> {
        if (++asked < 3) return fail(away());
        return 7;
    });
    CHECK(served == 7);
    CHECK(asked == 3);
    asked = 0;
    const auto refused = with_patience(k_long, {}, [&]() -> Result<int> {
        ++asked;
        return fail(Code::unauthorized, "no");
    });
    CHECK(refused.error().code == Code::unauthorized);
    CHECK(asked == 1);
    const auto impatient = with_patience(std::chrono::milliseconds(0), {}, [&]() -> Result<int> {
        ++asked;
        return fail(away());
    });
    CHECK(impatient.error().code == Code::unavailable);
    CHECK(asked == 2);
}

TEST_CASE("an interruption ends a pause at once") {
    std::stop_source source;
    const Stopwatch watch;
    const std::jthread user([&] { source.request_stop(); });
    CHECK_FALSE(pause(k_long, source.get_token()));
    CHECK(watch.seconds() < 30);
    CHECK(pause(std::chrono::milliseconds(1), {}));
}

TEST_CASE("an interruption ends the asking, and says what was waited for") {
    std::stop_source source;
    std::atomic<int> asked = 0;
    const auto ask = [&]() -> Result<int> {
        ++asked;
        asked.notify_one();
        return fail(away());
    };
    const std::jthread user([&] {
        for (auto seen = asked.load(); seen < 3; seen = asked.load()) asked.wait(seen);
        source.request_stop();
    });
    const auto result = with_patience(k_long, source.get_token(), ask);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::cancelled);
    CHECK(result.error().message == "interrupted while waiting for the server: nobody listens");
    CHECK(result.error().hint == "elysiactl cluster check");
    // Nor is anything waited for afterwards.
    const auto before = asked.load();
    CHECK(with_patience(k_long, source.get_token(), ask).error().code == Code::cancelled);
    CHECK(asked == before + 1);
}

}  // namespace
}  // namespace ely::store::weaviate
