#include "elysia/statistics.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/testing/temporary_folder.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"

namespace ely::elysia {
namespace {

using model::DataType;
using store::testing::test_id;
using store::testing::TestObject;
using store::testing::value_of;

// A collection in the embedded store: measuring is the same on any.
class Measured {
  public:
    Measured(DataType type, const std::vector<model::Properties>& objects) {
        model::CollectionSchema schema;
        schema.name = "measured";
        schema.properties = {{"it", type, false, true, ""}};
        m_collection = value_of(m_store->create(schema));
        std::vector<TestObject> rows;
        for (std::uint32_t i = 0; i < objects.size(); ++i) rows.push_back({test_id(i), objects[i], {}});
        if (!rows.empty()) store::testing::put(*m_collection, rows);
    }
    [[nodiscard]] CollectionStatistics all(std::uint64_t sample = k_sample) {
        return value_of(measure(*m_collection, sample));
    }
    // Of the only property.
    [[nodiscard]] FieldStatistics one(std::uint64_t sample = k_sample) { return all(sample).fields.at(0); }
    [[nodiscard]] store::Collection& collection() { return *m_collection; }

  private:
    ely::testing::TemporaryFolder m_folder;
    std::unique_ptr<store::Store> m_store = value_of(store::open_embedded_store(m_folder.path() / "store.db"));
    std::shared_ptr<store::Collection> m_collection;
};

std::vector<model::Properties> values(const std::vector<model::Value>& all) {
    std::vector<model::Properties> out;
    for (const auto& value : all) out.push_back({{"it", value}});
    return out;
}

}  // namespace

TEST_CASE("tokens are words, marks, and white space that is more than a blank") {
    CHECK(count_tokens("") == 0);
    CHECK(count_tokens("one") == 1);
    CHECK(count_tokens("one two") == 2);
    CHECK(count_tokens("one, two.") == 4);
    CHECK(count_tokens("snake_case x2") == 2);
    CHECK(count_tokens("def f():\n    return 1") == 8);
    CHECK(count_tokens("größer als") == 2);
    CHECK(count_tokens(" ") == 0);
    CHECK(count_tokens("  ") == 1);
    CHECK(count_tokens("\t") == 1);
    CHECK(rc::check("as many in two texts, with a blank between, as in both",
                    [](const std::string& a, const std::string& b) {
                        const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
                        // In brackets: the macro's own && would evaluate both sides.
                        RC_PRE((!a.empty() && !b.empty() && !is_space(a.back()) && !is_space(b.front())));
                        RC_ASSERT(count_tokens(a + " " + b) == count_tokens(a) + count_tokens(b));
                    }));
}

TEST_CASE("of texts: the lengths in tokens, and the values where they are few") {
    Measured measured(
        DataType::text,
        values({std::string("go"), std::string("c plus plus"), std::string("go"), {}, std::string("go")}));
    const auto field = measured.one();
    CHECK(field.range == std::pair(1.0, 3.0));
    CHECK(field.mean.value() == doctest::Approx(1.5));
    REQUIRE(field.groups);
    CHECK(*field.groups == std::vector<Group>{{"go", 3}, {"c plus plus", 1}, {std::string(k_no_group), 1}});
    CHECK(measured.all().length == 5);
    CHECK(!field.date_range);
}

TEST_CASE("groups say nothing where there is one, where most objects have none, or where each has its own") {
    const std::string same("same");
    CHECK(!Measured(DataType::text, values({same, same})).one().groups);
    // Half of the objects are just enough.
    CHECK(Measured(DataType::text, values({same, same, {}, {}})).one().groups);
    CHECK(!Measured(DataType::text, values({same, same, {}, {}, {}})).one().groups);
    std::vector<model::Value> own;
    for (int i = 0; i < 15; ++i) own.emplace_back("value " + std::to_string(i));
    CHECK(Measured(DataType::text, values(own)).one().groups->size() == 15);
    // Of many values only those count that several objects share.
    own.emplace_back(std::string("value 15"));
    CHECK(!Measured(DataType::text, values(own)).one().groups);
    for (int i = 0; i < 20; ++i) own.emplace_back(std::string("value 3"));
    const auto shared = Measured(DataType::text, values(own)).one().groups;
    REQUIRE(shared);
    CHECK(*shared == std::vector<Group>{{"value 3", 21}, {std::string(k_no_group), 15}});
    // A long text is no name of a group.
    const std::string text(500, 'x');
    CHECK(!Measured(DataType::text, values({text, text, text, same})).one().groups);
}

TEST_CASE("of numbers the values, of lists the lengths, of booleans the share") {
    const auto integers = Measured(DataType::integer, values({std::int64_t{3}, std::int64_t{-1}, {}})).one();
    CHECK(integers.range == std::pair(-1.0, 3.0));
    CHECK(integers.mean.value() == doctest::Approx(1));
    CHECK(integers.groups->at(0) == Group{"-1.0", 1});
    const auto numbers = Measured(DataType::number, values({0.5, 2.5})).one();
    CHECK(numbers.range == std::pair(0.5, 2.5));
    CHECK(!numbers.groups);
    const auto lists =
        Measured(DataType::text_array, values({std::vector<std::string>{"a", "b"}, std::vector<std::string>{"c"}}))
            .one();
    CHECK(lists.range == std::pair(1.0, 2.0));
    const auto booleans = Measured(DataType::boolean, values({true, true, true, false})).one();
    CHECK(booleans.range == std::pair(0.0, 1.0));
    CHECK(booleans.mean.value() == doctest::Approx(0.75));
    CHECK(*booleans.groups == std::vector<Group>{{"True", 3}, {"False", 1}});
}

TEST_CASE("of dates: from when to when, and the middle one") {
    const auto dates =
        Measured(DataType::date, values({std::string("2026-03-01T00:00:00Z"), std::string("2026-01-01T00:00:00+00:00"),
                                         std::string("2026-01-02T12:30:00Z")}))
            .one();
    REQUIRE(dates.date_range);
    CHECK(dates.date_range->first == "2026-01-01T00:00:00Z");
    CHECK(dates.date_range->second == "2026-03-01T00:00:00Z");
    CHECK(dates.date_median == "2026-01-02T12:30:00Z");
    CHECK(!dates.mean);
}

TEST_CASE("of nothing nothing is said") {
    for (const auto type : {DataType::text, DataType::text_array, DataType::integer, DataType::number, DataType::date,
                            DataType::uuid, DataType::blob}) {
        Measured measured(type, {});
        const auto field = measured.one();
        CHECK((!field.range && !field.mean && !field.groups && !field.date_range && !field.date_median));
        CHECK(measured.all().length == 0);
    }
}

TEST_CASE("a sample is enough, and counts are scaled up from it") {
    std::vector<model::Value> all;
    for (int i = 0; i < 3000; ++i) all.emplace_back(std::string(i % 3 == 0 ? "one" : "two words"));
    Measured measured(DataType::text, values(all));
    const auto sampled = measured.all(1500);
    CHECK(sampled.sampled == 1500);
    CHECK(sampled.length == 3000);
    CHECK(*sampled.fields.at(0).groups == std::vector<Group>{{"two words", 2000}, {"one", 1000}});
    CHECK(sampled.find("it")->mean.value() == doctest::Approx(5.0 / 3));
    CHECK(sampled.find("other") == nullptr);
    std::stop_source stopped;
    stopped.request_stop();
    CHECK(measure(measured.collection(), 10, stopped.get_token()).error().code == Code::cancelled);
}

}  // namespace ely::elysia
