#include "store/weaviate/object_json.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "store/testing/objects.hpp"
#include "store/weaviate/object_codec.hpp"

namespace ely::store::weaviate {
namespace {

using model::Value;

Class things() {
    Class out;
    out.schema = testing::test_schema("Things", 4);
    out.vector_name = "default";
    return out;
}

TEST_CASE("an object is the same on its way out and back as text") {
    const auto of = things();
    const testing::TestObject object{testing::test_id(7),
                                     {{"path", Value("src/a.cpp")},
                                      {"title", Value(std::string("nul \0 inside", 12))},
                                      {"content", Value("")},
                                      {"tags", Value(std::vector<std::string>{"x", "", "日本"})},
                                      {"lines", Value(std::int64_t{-9'000'000'000'000'000'000})},
                                      {"share", Value(-0.0)},
                                      {"tested", Value(true)},
                                      {"changed", Value("2026-01-31T12:00:00.25+02:00")},
                                      {"owner", Value("6ba7b810-9dad-11d1-80b4-00c04fd430c8")},
                                      {"image", Value("AAECAw==")}},
                                     {0.1F, -0.0F, std::numeric_limits<float>::denorm_min(), 3.3e38F}};
    const BatchView view(testing::test_batch(of.schema, {object}));
    ObjectEncoder encoder(of, view);
    REQUIRE(encoder.add(0));
    const auto sent = encoder.take();
    const auto text = object_to_json(sent->objects(0)).dump();
    // Whole numbers stand as such: the server takes nothing else for an int.
    CHECK(text.find("\"lines\":-9000000000000000000,") != std::string::npos);
    CHECK(text.find("\"share\":-0.0,") != std::string::npos);
    auto answer = nlohmann::json::parse(text);
    answer["creationTimeUnix"] = 1'700'000'000'123;
    const auto result = result_from_json(of, answer);
    CHECK(testing::value_of(ObjectDecoder::id(result)) == object.id);
    ObjectDecoder decoder(of);
    const auto properties = decoder.properties(result, {});
    CHECK(properties == object.properties);
    CHECK(std::signbit(std::get<double>(properties.at("share"))));
    const auto vector = decoder.vector(result);
    REQUIRE(vector.size() == object.vector.size());
    for (std::size_t i = 0; i < vector.size(); ++i) {
        CHECK(std::bit_cast<std::uint32_t>(vector[i]) == std::bit_cast<std::uint32_t>(object.vector[i]));
    }
    const auto times = ObjectDecoder::times(result);
    CHECK(times.created == Timestamp(std::chrono::milliseconds(1'700'000'000'123)));
    CHECK_FALSE(times.updated);
}

TEST_CASE("empty lists, nulls and what somebody else wrote") {
    const auto of = things();
    const BatchView view(
        testing::test_batch(of.schema, {{testing::test_id(1), {{"tags", Value(std::vector<std::string>{})}}, {}}}));
    ObjectEncoder encoder(of, view);
    REQUIRE(encoder.add(0));
    const auto sent = encoder.take();
    CHECK(object_to_json(sent->objects(0)) ==
          nlohmann::json::parse(R"({"class":"Things","id":"00000001-0000-0000-0000-000000000001",
                                    "properties":{"tags":[]}})"));
    const auto result = result_from_json(of, nlohmann::json::parse(R"({"id":"00000001-0000-0000-0000-000000000001",
        "properties":{"tags":[],"path":null,"lines":3.0,"elsewhere":"x","title":5}})"));
    const ObjectDecoder decoder(of);
    const auto properties = decoder.properties(result, {});
    CHECK(properties.at("tags") == Value(std::vector<std::string>{}));
    CHECK(properties.at("lines") == Value(std::int64_t{3}));
    CHECK(properties.count("path") == 0);
    CHECK(properties.count("elsewhere") == 0);
}

}  // namespace
}  // namespace ely::store::weaviate
