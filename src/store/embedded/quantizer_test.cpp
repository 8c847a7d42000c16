#include "store/embedded/quantizer.hpp"

#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace ely::store::embedded {
namespace {

using model::Distance;

std::vector<float> draw(std::mt19937& random, std::size_t dimensions, double scale) {
    std::normal_distribution<double> normal;
    std::vector<float> out(dimensions);
    for (auto& value : out) value = static_cast<float>(normal(random) * scale);
    return out;
}

TEST_CASE("every machine's dot product is the portable one") {
    CHECK(rc::check([](std::uint32_t seed) {
        std::mt19937 random(seed);
        const std::size_t size = 32 * (1 + random() % 40);
        std::vector<std::int8_t> codes(size);
        std::vector<std::int16_t> query(size);
        const int limit = static_cast<int>(2147483647 / (128 * size));
        for (auto& code : codes) code = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
        for (auto& code : query)
            code = static_cast<std::int16_t>(std::min(32767, limit) * (random() % 2 == 0 ? 1 : -1));
        RC_ASSERT(dot_function()(codes.data(), query.data(), size) == dot_portable(codes.data(), query.data(), size));
    }));
}

// The promise that the exactness of a search hangs on.
TEST_CASE("the exact value is within the bounds of the estimate") {
    CHECK(rc::check([](std::uint32_t seed) {
        std::mt19937 random(seed);
        const std::size_t dimensions = 1 + random() % 100;
        const auto distance = static_cast<Distance>(random() % 3);
        const auto scale = [&] { return std::pow(10.0, static_cast<double>(random() % 61) - 40); };
        auto query = draw(random, dimensions, scale());
        if (random() % 8 == 0) query.assign(dimensions, 0);
        QuantizedBlock block;
        std::vector<std::vector<float>> vectors;
        for (int i = 0; i < 20; ++i) {
            auto vector = draw(random, dimensions, scale());
            if (i == 0) vector = query;
            if (i == 1) vector.assign(dimensions, 0);
            if (i == 2) {
                vector.assign(dimensions, 0);
                vector[0] = 1;
            }
            block.append(vector, distance);
            vectors.push_back(std::move(vector));
        }
        const QuantizedQuery quantized(query, distance);
        std::vector<Estimate> estimates(vectors.size());
        quantized.estimate(block, estimates);
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            const double exact = quantized.rank_value(exact_score(distance, query, vectors[i]));
            RC_ASSERT(std::isfinite(estimates[i].value));
            RC_ASSERT(exact <= estimates[i].value + estimates[i].slack);
            RC_ASSERT(exact >= estimates[i].value - estimates[i].slack);
        }
    }));
}

TEST_CASE("blocks come back as they were stored") {
    std::mt19937 random(7);
    QuantizedBlock block;
    for (int i = 0; i < 5; ++i) block.append(draw(random, 40, 1), Distance::cosine);
    const auto back = QuantizedBlock::decode(block.encode(), 5, code_stride(40));
    REQUIRE(back);
    CHECK(back->scales == block.scales);
    CHECK(back->errors == block.errors);
    CHECK(back->norms == block.norms);
    CHECK(back->codes == block.codes);
    CHECK_FALSE(QuantizedBlock::decode(block.encode(), 4, code_stride(40)));
}

TEST_CASE("scores are what a plain computation gives") {
    const std::vector<float> query{1, 2, 2};
    const std::vector<float> vector{2, 4, -4};
    CHECK(exact_score(Distance::dot, query, vector) == 2);
    CHECK(exact_score(Distance::cosine, query, vector) == doctest::Approx(2.0 / 18));
    CHECK(exact_score(Distance::euclidean, query, vector) == doctest::Approx(-std::sqrt(41.0)));
    CHECK(exact_score(Distance::cosine, query, std::vector<float>{0, 0, 0}) == 0);
}

}  // namespace
}  // namespace ely::store::embedded
