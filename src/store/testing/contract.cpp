#include "store/testing/contract.hpp"

#include <doctest/doctest.h>

#include "store/testing/objects.hpp"

namespace ely::store::testing {
namespace {

using model::Value;

void names_collections(Store& store) {
    CHECK(value_of(store.list()).empty());
    value_of(store.create(test_schema("beta")));
    value_of(store.create(test_schema("alpha")));
    CHECK(value_of(store.list()) == std::vector<std::string>{store.name_for("alpha"), store.name_for("beta")});
    CHECK(value_of(store.open("alpha"))->schema().name == store.name_for("alpha"));
    CHECK(value_of(store.open(store.name_for("alpha")))->schema().name == store.name_for("alpha"));
    CHECK(code_of(store.create(test_schema("alpha"))) == "already_exists");
    const auto missing = store.open("alhpa");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Code::not_found);
    CHECK(missing.error().hint.find(store.name_for("alpha")) != std::string::npos);
    CHECK_FALSE(store.location().empty());
    CHECK(code_of(store.health()) == "ok");
}

void drops_collections(Store& store) {
    const auto first = value_of(store.create(test_schema("gone", 4)));
    put(*first, {{test_id(1), {{"path", Value("a")}}, {1, 2, 3, 4}}});
    value_of(store.drop("gone"));
    CHECK(value_of(store.list()).empty());
    CHECK(code_of(store.open("gone")) == "not_found");
    CHECK(code_of(store.drop("gone")) == "not_found");
    CHECK(code_of(first->count(Filter::everything())) == "not_found");
    CHECK(code_of(first->remove_ids(std::vector{test_id(1)})) == "not_found");
    const auto second = value_of(store.create(test_schema("gone", 4)));
    CHECK(value_of(second->count(Filter::everything())) == 0);
    CHECK(scan_all(*second).empty());
}

void refuses_bad_schemas(Store& store) {
    auto schema = test_schema("bad");
    schema.properties.push_back(schema.properties[0]);
    CHECK(code_of(store.create(schema)) == "usage");
    schema = test_schema("bad");
    schema.properties[0].name = "_id";
    CHECK(code_of(store.create(schema)) == "usage");
    schema.properties[0].name = "";
    CHECK(code_of(store.create(schema)) == "usage");
    for (const auto* name : {"", "../up", "a/b", "a b", "-a", "."}) {
        CHECK_MESSAGE(code_of(store.create(test_schema(name))) == "usage", name);
    }
    CHECK(code_of(store.create(test_schema(std::string(300, 'a')))) == "usage");
    CHECK(value_of(store.list()).empty());
}

void keeps_the_schema(Store& store) {
    const auto wanted = test_schema("kept", 8, model::Distance::dot);
    value_of(store.create(wanted));
    const auto collection = value_of(store.open("kept"));
    const auto& got = collection->schema();
    REQUIRE(got.properties.size() == wanted.properties.size());
    for (std::size_t i = 0; i < wanted.properties.size(); ++i) {
        CHECK(got.properties[i].name == wanted.properties[i].name);
        CHECK(got.properties[i].type == wanted.properties[i].type);
        CHECK(got.properties[i].searchable == wanted.properties[i].searchable);
        CHECK(got.properties[i].filterable == wanted.properties[i].filterable);
        CHECK(got.properties[i].description == wanted.properties[i].description);
    }
    REQUIRE(got.vectors.size() == 1);
    CHECK(got.vectors[0].dimensions == 8);
    CHECK(got.vectors[0].distance == model::Distance::dot);
    CHECK(got.description == wanted.description);
}

void alters_schemas(Store& store) {
    const auto collection = value_of(store.create(test_schema("alter", 2)));
    put(*collection, {{test_id(1), {{"path", Value("old")}}, {1, 0}}});
    auto wider = test_schema("alter", 2);
    wider.description = "now with authors";
    wider.properties.push_back({"author", model::DataType::text, true, true, "who"});
    value_of(collection->alter(wider));
    CHECK(collection->schema().description == "now with authors");
    REQUIRE(collection->schema().find("author") != nullptr);
    put(*collection, {{test_id(2), {{"path", Value("new")}, {"author", Value("Ada Lovelace")}}, {}}});
    CHECK(value_of(collection->count(Filter::compare("author", Comparison::is_null, {}))) == 1);
    CHECK(value_of(collection->count(Filter::compare("author", Comparison::not_equal, "x"))) == 1);
    CHECK(value_of(collection->count(Filter::equals("author", "Ada Lovelace"))) == 1);
    CHECK(value_of(collection->search(LexicalQuery{.text = "lovelace"}, {})).size() == 1);
    CHECK(scan_all(*collection)[0].properties.at("path") == Value("old"));

    auto other_type = test_schema("alter", 2);
    other_type.properties[0].type = model::DataType::integer;
    CHECK(code_of(collection->alter(other_type)) == "conflict");
    CHECK(code_of(collection->alter(test_schema("alter", 3))) == "conflict");
    CHECK(collection->schema().find("author") != nullptr);
}

// One object with every type.
TestObject full_object() {
    return {test_id(7),
            {{"path", Value("src/a.cpp")},
             {"language", Value("C++")},
             {"title", Value(std::string("nul \0 inside", 12))},
             {"content", Value("")},
             {"tags", Value(std::vector<std::string>{"x", "", "日本"})},
             {"lines", Value(std::int64_t{-9'000'000'000'000'000'000})},
             {"share", Value(-0.0)},
             {"tested", Value(true)},
             {"changed", Value("2026-01-31T12:00:00.25+02:00")},
             {"owner", Value("6ba7b810-9dad-11d1-80b4-00c04fd430c8")},
             {"image", Value("AAECAw==")},
             {"note", Value(std::string(100'000, 'n'))}},
            {0.5F, -1.25F, 3e30F, 1e-30F}};
}

void gives_back_what_was_written(Store& store) {
    const auto collection = value_of(store.create(test_schema("types", 4)));
    const TestObject empty{test_id(9), {}, {}};
    put(*collection, {full_object(), empty});
    const auto all = scan_all(*collection);
    REQUIRE(all.size() == 2);
    CHECK(all[0] == full_object());
    CHECK(all[1] == empty);
    const auto hits = value_of(collection->get(std::vector{test_id(9), test_id(8), test_id(7)}, {}));
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].id == test_id(9));
    CHECK(hits[1].properties == full_object().properties);
    const auto some = value_of(collection->get(std::vector{test_id(7)}, {"lines", "path"}));
    REQUIRE(some.size() == 1);
    CHECK(some[0].properties.size() == 2);
    ScanOptions options;
    options.properties = {"changed"};
    const auto chosen = scan_all(*collection, options);
    CHECK(chosen[0].properties == model::Properties{{"changed", Value("2026-01-31T12:00:00.25+02:00")}});
    CHECK(chosen[0].vector.empty());
    options.properties = {"nothing"};
    CHECK(code_of(collection->scan(options)) == "usage");
}

void keeps_every_type(Store& store) {
    const auto collection = value_of(store.create(schema_of_every_type("every")));
    const auto& house = *value_of(store.open("every"))->schema().find("house");
    REQUIRE(house.nested.size() == 11);
    REQUIRE(house.nested.back().nested.size() == 4);
    CHECK(house.nested.back().description == "one each");
    CHECK(house.nested.back().nested[2].type == model::DataType::integer_array);

    const auto object = object_of_every_type();
    const TestObject empty{test_id(8),
                           {{"path", Value("empty lists")},
                            {"counts", Value(std::vector<std::int64_t>{})},
                            {"shares", Value(std::vector<double>{})},
                            {"flags", Value(std::vector<bool>{})},
                            {"days", Value(std::vector<std::string>{})},
                            {"owners", Value(std::vector<std::string>{})},
                            {"rooms", Value("[]")},
                            {"house", Value("{}")}},
                           {}};
    put(*collection, {object, empty, {test_id(9), {}, {}}});
    const auto all = scan_all(*collection);
    REQUIRE(all.size() == 3);
    for (const auto& [name, value] : object.properties) {
        INFO(name);
        REQUIRE(all[0].properties.count(name) == 1);
        CHECK(all[0].properties.at(name) == value);
    }
    CHECK(all[1].properties == empty.properties);
    CHECK(all[2].properties.empty());
    const auto hits = value_of(collection->get(std::vector{test_id(7)}, {}));
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].properties == object.properties);
    CHECK(value_of(collection->get(std::vector{test_id(7)}, {"place", "house"}))[0].properties.size() == 2);

    const auto count = [&](const char* property, Comparison comparison, Value value) {
        return value_of(collection->count(Filter::compare(property, comparison, std::move(value))));
    };
    CHECK(count("counts", Comparison::contains, std::int64_t{3}) == 1);
    CHECK(count("shares", Comparison::contains, 0.1) == 1);
    CHECK(count("flags", Comparison::contains, false) == 1);
    CHECK(count("owners", Comparison::contains, "00000000-0000-0000-0000-000000000001") == 1);
    CHECK(count("counts", Comparison::equal, std::vector<std::int64_t>{}) == 1);
    CHECK(count("counts", Comparison::is_null, {}) == 1);
    CHECK(count("house", Comparison::is_null, {}) == 1);
    CHECK(count("place", Comparison::is_null, {}) == 2);
}

void digests_every_type(Store& store) {
    const auto one = value_of(store.create(schema_of_every_type("one")));
    put(*one, {object_of_every_type()});
    const auto before = value_of(digest(*one));
    // The format's page has it.
    CHECK(to_hex(before) == "20d6049fe79e657b6fd01743a5fb605e85ab615ff4e2ca82019f32d6ae13a64c");
    auto other = object_of_every_type();
    other.properties["rooms"] = Value(R"([{"doors":[4],"name":"attic"},{"area":1e+300}])");
    put(*one, {other});
    CHECK(value_of(digest(*one)) != before);
}

void brings_objects_into_one_form(Store& store) {
    const auto collection = value_of(store.create(schema_of_every_type("form")));
    put(*collection, {{test_id(1),
                       {{"house", Value(R"({ "street": "x", "number": 7.0, "built": "1975-05-01t08:00:00.50+00:00",
                                             "plan": null, "rooms": [{"area": 12}] })")},
                        {"place", Value(R"({"longitude": 4.83744141234, "latitude": 52})")},
                        {"phone", Value(R"({"input":"+31201234567","valid":true})")}},
                       {}}});
    CHECK(scan_all(*collection)[0].properties ==
          model::Properties{
              {"house", Value(R"({"built":"1975-05-01T08:00:00.5Z","number":7,"rooms":[{"area":12.0}],"street":"x"})")},
              {"place", Value(R"({"latitude":52.0,"longitude":4.8374414})")},
              {"phone", Value(R"({"input":"+31201234567"})")}});
    auto builder = value_of(BatchBuilder::create(collection->schema()));
    for (const auto* wrong : {"", "7", R"({"street":7})", R"({"number":1.5})", R"({"cellar":1})", R"({"built":"now"})",
                              R"({"rooms":{}})", R"({"rooms":[{"doors":[true]}]})"}) {
        CHECK_MESSAGE(code_of(builder.append(test_id(1), {{"house", Value(wrong)}})) == "usage", wrong);
    }
    CHECK(code_of(builder.append(test_id(1), {{"place", Value(R"({"latitude":91,"longitude":0})")}})) == "usage");
    CHECK(code_of(builder.append(test_id(1), {{"phone", Value(R"({"number":1})")}})) == "usage");
    CHECK(code_of(builder.append(test_id(1), {{"days", Value(std::vector<std::string>{"now"})}})) == "usage");
    CHECK(code_of(builder.append(test_id(1), {{"counts", Value(std::vector<double>{1})}})) == "usage");
    CHECK(builder.rows() == 0);

    auto bad = schema_of_every_type("bad");
    bad.properties.back().nested.clear();
    CHECK(code_of(store.create(bad)) == "usage");
    bad = schema_of_every_type("bad");
    bad.properties.back().nested.push_back({"name", model::DataType::text, false, true, ""});
    CHECK(code_of(store.create(bad)) == "usage");
    auto other_parts = schema_of_every_type("form");
    other_parts.properties.back().nested[0].type = model::DataType::integer;
    CHECK(code_of(collection->alter(other_parts)) == "conflict");
}

void replaces_whole_objects(Store& store) {
    const auto collection = value_of(store.create(test_schema("replace", 2)));
    put(*collection, {{test_id(1), {{"path", Value("old")}, {"lines", Value(std::int64_t{1})}}, {1, 0}}});
    put(*collection, {{test_id(1), {{"path", Value("new")}}, {}}});
    const auto all = scan_all(*collection);
    REQUIRE(all.size() == 1);
    CHECK(all[0].properties == model::Properties{{"path", Value("new")}});
    CHECK(all[0].vector.empty());
    CHECK(value_of(collection->count(Filter::without_vector())) == 1);
    CHECK(value_of(collection->search(LexicalQuery{.text = "old"}, {})).empty());
    CHECK(value_of(collection->search(VectorQuery{.vector = {1, 0}}, {})).empty());
    const auto stats = value_of(collection->stats());
    CHECK(stats.objects == 1);
    CHECK(stats.vectors == 0);
    // The last of those with one id counts.
    put(*collection, {{test_id(1), {{"path", Value("first")}}, {}}, {test_id(1), {{"path", Value("last")}}, {0, 1}}});
    CHECK(scan_all(*collection) == std::vector<TestObject>{{test_id(1), {{"path", Value("last")}}, {0, 1}}});
}

void refuses_batches_that_do_not_fit(Store& store) {
    const auto collection = value_of(store.create(test_schema("fit", 2)));
    const auto other = test_batch(test_schema("fit", 3), {{test_id(1), {}, {1, 2, 3}}});
    CHECK(code_of(collection->upsert(other)) == "usage");
    model::CollectionSchema foreign{"fit", "", {{"unknown", model::DataType::text, false, true, ""}}, {}};
    CHECK(code_of(collection->upsert(test_batch(foreign, {{test_id(1), {{"unknown", Value("x")}}, {}}}))) == "usage");
    foreign.properties = {{"lines", model::DataType::text, false, true, ""}};
    CHECK(code_of(collection->upsert(test_batch(foreign, {{test_id(1), {{"lines", Value("x")}}, {}}}))) == "usage");
    CHECK(value_of(collection->count(Filter::everything())) == 0);
    // Fewer columns do fit.
    foreign.properties = {{"lines", model::DataType::integer, false, true, ""}};
    value_of(collection->upsert(test_batch(foreign, {{test_id(1), {{"lines", Value(std::int64_t{3})}}, {}}})));
    CHECK(scan_all(*collection)[0].properties.size() == 1);
    value_of(collection->upsert(test_batch(collection->schema(), {})));
    CHECK(value_of(collection->count(Filter::everything())) == 1);
}

void sets_vectors(Store& store) {
    const auto collection = value_of(store.create(test_schema("vectors", 2)));
    put(*collection, {{test_id(1), {{"path", Value("a")}}, {}}, {test_id(2), {{"path", Value("b")}}, {1, 1}}});
    CHECK(value_of(collection->count(Filter::without_vector())) == 1);
    const std::vector<float> values{3, 4, 5, 6, 7, 8};
    CHECK(value_of(collection->set_vectors(std::vector{test_id(1), test_id(3), test_id(2)}, values)) == 2);
    const auto all = scan_all(*collection);
    CHECK(all[0] == TestObject{test_id(1), {{"path", Value("a")}}, {3, 4}});
    CHECK(all[1] == TestObject{test_id(2), {{"path", Value("b")}}, {7, 8}});
    CHECK(value_of(collection->count(Filter::without_vector())) == 0);
    CHECK(value_of(collection->stats()).vectors == 2);
    CHECK(code_of(collection->set_vectors(std::vector{test_id(1)}, std::vector<float>{1, 2, 3})) == "usage");
    CHECK(code_of(collection->set_vectors(std::vector{test_id(1)}, std::vector<float>{1, 0.0F / 0.0F})) == "usage");
    CHECK(scan_all(*collection) == all);
}

void learns_dimensions(Store& store) {
    auto schema = test_schema("learn", 1);
    schema.vectors[0].dimensions = 0;
    const auto collection = value_of(store.create(schema));
    put(*collection, {{test_id(1), {}, {}}});
    value_of(collection->set_vectors(std::vector{test_id(1)}, std::vector<float>{1, 2, 3}));
    CHECK(collection->schema().vectors[0].dimensions == 3);
    CHECK(code_of(collection->set_vectors(std::vector{test_id(1)}, std::vector<float>{1, 2})) == "usage");
}

void reports_objects_that_fail(Store& store) {
    const auto collection = value_of(store.create(test_schema("partial", 2)));
    const auto batch = test_batch(collection->schema(), {{test_id(1), {{"path", Value("good")}}, {1, 2}},
                                                         {test_id(2), {{"path", Value("bad")}}, {1, 1.0F / 0.0F}}});
    const auto result = value_of(collection->upsert(batch));
    CHECK(result.written == 1);
    REQUIRE(result.failures.size() == 1);
    CHECK(result.failures[0].id == test_id(2));
    CHECK(value_of(collection->count(Filter::everything())) == 1);
}

// Thirty objects of three languages.
void put_thirty(Collection& collection) {
    std::vector<TestObject> objects;
    for (std::uint32_t i = 0; i < 30; ++i) {
        model::Properties properties{{"path", Value("src/" + std::to_string(i) + ".py")},
                                     {"lines", Value(static_cast<std::int64_t>(i))},
                                     {"tags", Value(std::vector<std::string>{i % 2 == 0 ? "even" : "odd", "all"})}};
        if (i % 3 != 0) properties["language"] = Value(i % 3 == 1 ? "Python" : "Rust");
        if (i == 5) properties["path"] = Value(std::string(300, 'l') + ".py");
        objects.push_back({test_id(i), properties, {}});
    }
    put(collection, objects);
}

void filters_objects(Store& store) {
    const auto collection = value_of(store.create(test_schema("filters")));
    put_thirty(*collection);
    const auto count = [&](const Filter& filter) { return value_of(collection->count(filter)); };
    const auto compare = [&](const char* property, Comparison comparison, Value value) {
        return count(Filter::compare(property, comparison, std::move(value)));
    };
    CHECK(count(Filter::everything()) == 30);
    CHECK(compare("language", Comparison::equal, "Python") == 10);
    CHECK(compare("language", Comparison::equal, std::int64_t{1}) == 0);
    CHECK(compare("language", Comparison::not_equal, "Python") == 10);
    CHECK(compare("language", Comparison::not_equal, std::int64_t{1}) == 20);
    CHECK(compare("language", Comparison::is_null, {}) == 10);
    CHECK(compare("language", Comparison::greater, "Python") == 10);
    CHECK(compare("language", Comparison::less_or_equal, "Python") == 10);
    CHECK(compare("language", Comparison::any_of, std::vector<std::string>{"Python", "Rust", "Go"}) == 20);
    CHECK(compare("language", Comparison::any_of, "Python") == 0);
    CHECK(compare("language", Comparison::equal, std::vector<std::string>{"Python"}) == 0);
    CHECK(compare("path", Comparison::glob, "src/1*.py") == 11);
    CHECK(compare("path", Comparison::glob, "**/*.py") == 30);
    CHECK(compare("path", Comparison::glob, "1?.py") == 10);
    CHECK(compare("path", Comparison::glob, "src/") == 29);
    CHECK(compare("path", Comparison::glob, "/src/2*") == 11);
    CHECK(compare("path", Comparison::glob, "l*.py") == 1);
    CHECK(compare("path", Comparison::equal, std::string(300, 'l') + ".py") == 1);
    CHECK(compare("path", Comparison::not_equal, std::string(300, 'l') + ".py") == 29);
    CHECK(compare("path", Comparison::less, "src/") == 1);
    CHECK(compare("tags", Comparison::contains, "odd") == 15);
    CHECK(compare("tags", Comparison::equal, std::vector<std::string>{"odd", "all"}) == 15);
    CHECK(compare("lines", Comparison::greater_or_equal, std::int64_t{20}) == 10);
    CHECK(compare("lines", Comparison::less, 2.5) == 3);
    CHECK(compare("nothing", Comparison::is_null, {}) == 30);
    CHECK(compare("nothing", Comparison::equal, "x") == 0);
    CHECK(compare("_id", Comparison::equal, test_id(4).text()) == 1);
    CHECK(compare("_id", Comparison::less, test_id(4).text()) == 4);
    CHECK(count(Filter::without_vector()) == 30);
    CHECK(count(Filter::all_of({Filter::equals("language", "Rust"),
                                Filter::compare("lines", Comparison::less, std::int64_t{10})})) == 3);
    CHECK(count(Filter::any_of({Filter::equals("language", "Rust"),
                                Filter::compare("lines", Comparison::less, std::int64_t{3})})) == 12);
    CHECK(count(Filter::none_of({Filter::equals("language", "Rust"), Filter::equals("language", "Python")})) == 10);
    CHECK(count(Filter::any_of({})) == 0);
    CHECK(count(Filter::all_of({})) == 30);
}

void removes_objects(Store& store) {
    const auto collection = value_of(store.create(test_schema("remove")));
    put_thirty(*collection);
    CHECK(value_of(collection->remove(
              Filter::all_of({Filter::equals("path", "src/7.py"), Filter::equals("language", "Python")}))) == 1);
    CHECK(value_of(collection->remove(Filter::equals("path", "src/7.py"))) == 0);
    CHECK(value_of(collection->remove_ids(std::vector{test_id(1), test_id(1), test_id(99)})) == 1);
    CHECK(value_of(collection->count(Filter::everything())) == 28);
    CHECK(value_of(collection->count(Filter::equals("language", "Python"))) == 8);
    CHECK(value_of(collection->remove(Filter::equals("language", "Python"))) == 8);
    CHECK(scan_all(*collection).size() == 20);
    put(*collection, {{test_id(1), {{"path", Value("again")}}, {}}});
    CHECK(value_of(collection->count(Filter::everything())) == 21);
    CHECK(value_of(collection->remove(Filter::everything())) == 21);
    CHECK(value_of(collection->count(Filter::everything())) == 0);
    CHECK(scan_all(*collection).empty());
    put_thirty(*collection);
    CHECK(value_of(collection->count(Filter::everything())) == 30);
    CHECK(code_of(store.health()) == "ok");
}

void scans_in_order(Store& store) {
    const auto collection = value_of(store.create(test_schema("scan")));
    put_thirty(*collection);
    ScanOptions options;
    options.batch_rows = 7;
    const auto scan = value_of(collection->scan(options));
    std::uint32_t seen = 0;
    while (const auto batch = value_of(scan->next())) {
        const BatchView view(batch);
        CHECK(view.rows() <= 7);
        for (std::size_t i = 0; i < view.rows(); ++i) CHECK(view.id(i) == test_id(seen++));
    }
    CHECK(seen == 30);
    CHECK(value_of(scan->next()) == nullptr);
    options.range = {test_id(10), test_id(20)};
    CHECK(scan_all(*collection, options).size() == 10);
    options.filter = Filter::equals("path", "src/12.py");
    CHECK(scan_all(*collection, options).size() == 1);
    options.range.upper = test_id(12);
    CHECK(scan_all(*collection, options).empty());
}

void splits_without_gap(Store& store) {
    const auto collection = value_of(store.create(test_schema("split")));
    CHECK(value_of(collection->split(4)).size() == 1);
    put_thirty(*collection);
    for (const std::uint32_t parts : {1U, 3U, 8U, 100U}) {
        const auto ranges = value_of(collection->split(parts));
        REQUIRE_FALSE(ranges.empty());
        CHECK(ranges.front().lower == Uuid{});
        CHECK_FALSE(ranges.back().upper);
        std::size_t rows = 0;
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            if (i > 0) CHECK(ranges[i - 1].upper == ranges[i].lower);
            ScanOptions options;
            options.range = ranges[i];
            rows += scan_all(*collection, options).size();
        }
        CHECK(rows == 30);
    }
}

void digests_content_alone(Store& store) {
    const auto one = value_of(store.create(test_schema("one", 4)));
    const auto two = value_of(store.create(test_schema("two", 4)));
    CHECK(value_of(digest(*one)) == Sha256Digest{});
    const TestObject other{test_id(1), {{"path", Value("b")}}, {}};
    put(*one, {full_object(), other});
    put(*two, {other});
    CHECK(value_of(digest(*one)) != value_of(digest(*two)));
    put(*two, {{test_id(7), {{"path", Value("will be replaced")}}, {}}});
    put(*two, {full_object()});
    CHECK(value_of(digest(*one)) == value_of(digest(*two)));
    value_of(two->set_vectors(std::vector{test_id(7)}, std::vector<float>{0.5F, -1.25F, 3e30F, 2e-30F}));
    CHECK(value_of(digest(*one)) != value_of(digest(*two)));
}

constexpr Promise k_schema_promises[]{
    {"a store has collections by name", names_collections},
    {"a dropped collection is gone with all it had", drops_collections},
    {"schemas that make no sense are refused", refuses_bad_schemas},
    {"a schema is kept as it was given", keeps_the_schema},
    {"a schema can grow and never change its types", alters_schemas},
};
constexpr Promise k_object_promises[]{
    {"what is written comes back, whatever its type", gives_back_what_was_written},
    {"lists and objects come back as they were written", keeps_every_type},
    {"the digest sees lists and objects", digests_every_type},
    {"equal objects have one form", brings_objects_into_one_form},
    {"an upsert replaces whole objects", replaces_whole_objects},
    {"a batch that does not fit the schema is refused whole", refuses_batches_that_do_not_fit},
    {"vectors can be set later", sets_vectors},
    {"dimensions are learnt from the first vector", learns_dimensions},
    {"an object that fails does not take others along", reports_objects_that_fail},
    {"filters hold as filter.hpp says", filters_objects},
    {"objects can be removed by filter and by id", removes_objects},
    {"a scan goes in the order of ids", scans_in_order},
    {"ranges cover the ids without gap or overlap", splits_without_gap},
    {"the digest is that of the content, however it came about", digests_content_alone},
};

}  // namespace

std::span<const Promise> schema_promises() {
    return k_schema_promises;
}
std::span<const Promise> object_promises() {
    return k_object_promises;
}

void check_contract(const StoreFactory& factory) {
    for (const auto promises : {schema_promises(), object_promises(), search_promises()}) {
        for (const auto& promise : promises) {
            INFO(std::string(promise.name));
            const auto store = value_of(factory());
            promise.check(*store);
        }
    }
}

}  // namespace ely::store::testing
