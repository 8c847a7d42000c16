#include "changes/scan/ordered_work.hpp"

#include <atomic>
#include <functional>

#include <doctest/doctest.h>

namespace ely::scan {
namespace {

using Make = std::function<Result<std::size_t>(std::size_t)>;

TEST_CASE("pieces are used in order, each once") {
    for (const unsigned threads : {1U, 2U, 5U}) {
        std::vector<std::size_t> seen;
        const auto maker = []() -> Result<Make> {
            return Make([](std::size_t piece) -> Result<std::size_t> { return piece * 3; });
        };
        const auto done = in_order<std::size_t>(500, threads, maker,
                                                [&](std::size_t value) -> Result<void> {
                                                    seen.push_back(value);
                                                    return {};
                                                },
                                                {});
        REQUIRE(done);
        REQUIRE(seen.size() == 500);
        for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == i * 3);
    }
    const auto maker = []() -> Result<Make> { return Make(); };
    CHECK(in_order<std::size_t>(0, 2, maker, [](std::size_t) -> Result<void> { return {}; }, {}));
}

TEST_CASE("only a few finished pieces wait") {
    std::atomic<std::size_t> made = 0;
    std::size_t used = 0;
    std::size_t most = 0;
    const auto maker = [&]() -> Result<Make> {
        return Make([&](std::size_t piece) -> Result<std::size_t> {
            ++made;
            return piece;
        });
    };
    REQUIRE(in_order<std::size_t>(1000, 2, maker,
                                  [&](std::size_t) -> Result<void> {
                                      most = std::max(most, made.load() - used);
                                      ++used;
                                      return {};
                                  },
                                  {}));
    CHECK(most <= 2 * 4 + 3);
}

TEST_CASE("the first error ends it, from whichever side") {
    const auto use = [](std::size_t piece) -> Result<void> {
        if (piece == 30) return fail(Code::io, "use");
        return {};
    };
    const auto good = []() -> Result<Make> {
        return Make([](std::size_t piece) -> Result<std::size_t> { return piece; });
    };
    CHECK(in_order<std::size_t>(100, 2, good, use, {}).error().message == "use");
    const auto bad = []() -> Result<Make> {
        return Make([](std::size_t piece) -> Result<std::size_t> {
            if (piece == 20) return fail(Code::corrupt, "make");
            return piece;
        });
    };
    CHECK(in_order<std::size_t>(100, 2, bad, use, {}).error().message == "make");
    const auto broken = []() -> Result<Make> { return fail(Code::not_found, "maker"); };
    CHECK(in_order<std::size_t>(100, 2, broken, use, {}).error().message == "maker");
    std::stop_source stopped;
    stopped.request_stop();
    CHECK(in_order<std::size_t>(100, 2, good, use, stopped.get_token()).error().code == Code::cancelled);
}

}  // namespace
}  // namespace ely::scan
