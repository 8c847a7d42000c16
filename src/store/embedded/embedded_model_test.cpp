// Random histories against a map in memory: the store has what the map has, whatever happened before.

#include <map>
#include <random>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/testing/temporary_folder.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"

namespace ely::store::embedded {
namespace {

using model::Value;
using testing::put;
using testing::test_id;
using testing::test_schema;
using testing::TestObject;
using testing::value_of;

using Model = std::map<Uuid, TestObject>;

TestObject draw_object(std::mt19937& random) {
    TestObject out{test_id(static_cast<std::uint32_t>(random() % 300)), {}, {}};
    out.properties["path"] = Value("dir/" + std::to_string(random() % 20));
    if (random() % 2 == 0) out.properties["language"] = Value(random() % 2 == 0 ? "C" : "Go");
    if (random() % 3 == 0) out.properties["lines"] = Value(static_cast<std::int64_t>(random() % 50));
    if (random() % 9 == 0) out.properties["path"] = Value(std::string(260 + random() % 3, 'p'));
    if (random() % 3 == 0) out.properties["tags"] = Value(std::vector<std::string>{"a", std::to_string(random() % 4)});
    if (random() % 2 == 0) out.vector = {static_cast<float>(random() % 9), 1, -2};
    return out;
}

Filter draw_filter(std::mt19937& random, int depth = 2) {
    const auto number = std::to_string(random() % 20);
    switch (random() % (depth > 0 ? 14 : 11)) {
        case 0:
            return Filter::equals("path", "dir/" + number);
        case 1:
            return Filter::compare("path", Comparison::glob, "dir/1*");
        case 2:
            return Filter::compare("language", Comparison::not_equal, "C");
        case 3:
            return Filter::compare("language", Comparison::is_null, {});
        case 4:
            return Filter::compare("lines", Comparison::less, static_cast<std::int64_t>(random() % 50));
        case 5:
            return Filter::compare("tags", Comparison::contains, "1");
        case 6:
            return Filter::without_vector();
        case 7:
            return Filter::compare("path", Comparison::greater, "dir/" + number);
        case 8:
            return Filter::compare("path", Comparison::any_of,
                                   std::vector<std::string>{"dir/3", std::string(260, 'p')});
        case 9:
            return Filter::equals("_id", test_id(static_cast<std::uint32_t>(random() % 300)).text());
        case 10:
            return Filter::compare("path", Comparison::not_equal, std::string(261, 'p'));
        case 11:
            return Filter::all_of({draw_filter(random, depth - 1), draw_filter(random, depth - 1)});
        case 12:
            return Filter::any_of({draw_filter(random, depth - 1), draw_filter(random, depth - 1)});
        default:
            return Filter::none_of({draw_filter(random, depth - 1)});
    }
}

bool holds(const Filter& filter, const TestObject& object) {
    return matches(filter, object.properties, object.id.text(), !object.vector.empty());
}

void upsert(std::mt19937& random, Collection& collection, Model& model) {
    std::vector<TestObject> objects;
    for (auto left = random() % 60; left > 0; --left) objects.push_back(draw_object(random));
    put(collection, objects);
    for (auto& object : objects) model[object.id] = object;
}

void set_vectors(std::mt19937& random, Collection& collection, Model& model) {
    std::vector<Uuid> ids;
    std::vector<float> values;
    for (auto left = 1 + random() % 80; left > 0; --left) {
        ids.push_back(test_id(static_cast<std::uint32_t>(random() % 300)));
        const std::vector<float> vector{static_cast<float>(left), static_cast<float>(random() % 5), 1};
        values.insert(values.end(), vector.begin(), vector.end());
        const auto found = model.find(ids.back());
        if (found != model.end()) found->second.vector = vector;
    }
    value_of(collection.set_vectors(ids, values));
}

void remove_some(std::mt19937& random, Collection& collection, Model& model) {
    const auto filter = draw_filter(random);
    const auto removed = value_of(collection.remove(filter));
    const auto expected = std::erase_if(model, [&](const auto& entry) { return holds(filter, entry.second); });
    RC_ASSERT(removed == expected);
}

void compare(std::mt19937& random, Collection& collection, const Model& model) {
    RC_ASSERT(value_of(collection.count(Filter::everything())) == model.size());
    const auto filter = draw_filter(random);
    ScanOptions options;
    options.vectors = true;
    options.filter = filter;
    options.batch_rows = static_cast<std::uint32_t>(1 + random() % 40);
    std::vector<TestObject> expected;
    for (const auto& [id, object] : model) {
        if (holds(filter, object)) expected.push_back(object);
    }
    RC_ASSERT(testing::scan_all(collection, options) == expected);
    RC_ASSERT(value_of(collection.count(filter)) == expected.size());
}

TEST_CASE("any history leaves what a map would have") {
    CHECK(rc::check([](std::uint32_t seed) {
        std::mt19937 random(seed);
        const ely::testing::TemporaryFolder folder;
        auto store = value_of(open_embedded_store(folder.path() / "store.db"));
        auto collection = value_of(store->create(test_schema("history", 3)));
        Model model;
        for (auto steps = random() % 25; steps > 0; --steps) {
            switch (random() % 5) {
                case 0:
                case 1:
                    upsert(random, *collection, model);
                    break;
                case 2:
                    set_vectors(random, *collection, model);
                    break;
                case 3:
                    if (!model.empty()) remove_some(random, *collection, model);
                    break;
                default:
                    collection.reset();
                    store = value_of(open_embedded_store(folder.path() / "store.db"));
                    collection = value_of(store->open("history"));
                    break;
            }
            compare(random, *collection, model);
        }
        value_of(store->health());
        std::vector<TestObject> objects;
        for (const auto& [id, object] : model) objects.push_back(object);
        RC_ASSERT(testing::scan_all(*collection) == objects);
        const auto fresh = value_of(store->create(test_schema("fresh", 3)));
        put(*fresh, objects);
        RC_ASSERT(value_of(digest(*fresh)) == value_of(digest(*collection)));
    }));
}

}  // namespace
}  // namespace ely::store::embedded
