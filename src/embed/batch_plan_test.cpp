#include "embed/batch_plan.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using ely::embed::plan_batches;

TEST_CASE("no texts, no batches") {
    CHECK(plan_batches({}, {.tokens = 64, .step = 8, .longest = 32}).empty());
}

TEST_CASE("texts of one padded length share batches, the longest first") {
    const std::vector<std::size_t> lengths = {3, 17, 8, 24, 2};
    const auto batches = plan_batches(lengths, {.tokens = 16, .step = 8, .longest = 32});
    REQUIRE(batches.size() == 4);
    CHECK(batches[0].length == 24);  // longer than a batch: alone
    CHECK(batches[0].texts == std::vector<std::uint32_t>{1});
    CHECK(batches[1].texts == std::vector<std::uint32_t>{3});
    CHECK(batches[2].length == 8);
    CHECK(batches[2].texts == std::vector<std::uint32_t>{0, 2});
    CHECK(batches[3].texts == std::vector<std::uint32_t>{4});
}

TEST_CASE("every text is in one batch, padded by its own length alone, and no batch is too large") {
    CHECK(rc::check([] {
        const auto lengths = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(2, 251));
        const ely::embed::BatchLimits limits{.tokens = *rc::gen::inRange<std::size_t>(1, 600),
                                             .step = *rc::gen::inRange<std::size_t>(1, 40),
                                             .longest = 250};
        std::vector<int> seen(lengths.size(), 0);
        std::size_t before = limits.longest;
        for (const auto& batch : plan_batches(lengths, limits)) {
            RC_ASSERT(batch.length <= before);
            before = batch.length;
            RC_ASSERT(batch.texts.size() == 1 || batch.texts.size() * batch.length <= limits.tokens);
            for (const auto text : batch.texts) {
                ++seen[text];
                RC_ASSERT(batch.length >= lengths[text]);
                RC_ASSERT(batch.length < lengths[text] + limits.step);
                RC_ASSERT(batch.length % limits.step == 0 || batch.length == limits.longest);
            }
        }
        RC_ASSERT(std::all_of(seen.begin(), seen.end(), [](int count) { return count == 1; }));
    }));
}
