#include "elysia/metadata_object.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace ely::elysia {
namespace {

using model::DataType;
using nlohmann::json;

json stored_class(const json& vectorizer) {
    return {{"class", "Shop"},
            {"invertedIndexConfig", {{"indexNullState", true}}},
            {"vectorConfig", {{"default", {{"vectorIndexType", "hnsw"}, {"vectorizer", vectorizer}}}}}};
}

CollectionFacts facts() {
    CollectionFacts out;
    out.schema.name = "Shop";
    out.schema.properties = {{"path", DataType::text, true, true, "Path of the file"},
                             {"language", DataType::text, false, true, "Its language"},
                             {"start_line", DataType::integer, false, false, "First line"},
                             {"share", DataType::number, false, true, ""},
                             {"content", DataType::text, true, false, "The lines"}};
    out.schema.vectors = {{"", 384, model::Distance::cosine, "local", "all-MiniLM-L6-v2"}};
    out.repository = "example.com/acme/shop";
    out.statistics.length = 7;
    out.statistics.fields = {
        {.name = "path", .range = std::pair(3.0, 9.0), .mean = 4.5},
        {.name = "language",
         .range = std::pair(1.0, 1.0),
         .mean = 1,
         .groups = std::vector<Group>{{"Python", 5}, {"Markdown", 1}, {std::string(k_no_group), 1}}},
        {.name = "start_line", .type = DataType::integer, .range = std::pair(1.0, 80.0), .mean = 20},
        {.name = "share", .type = DataType::number},
        {.name = "content", .range = std::pair(1.0, 200.0), .mean = 80},
    };
    out.stored_class =
        stored_class({{"text2vec-transformers", {{"properties", {"content"}}, {"vectorizeClassName", false}}}});
    out.server_modules = {"backup-filesystem", "text2vec-transformers"};
    return out;
}

json field(const json& properties, const std::string& name) {
    for (const auto& one : properties.at("fields")) {
        if (one.at("name") == name) return one;
    }
    return {};
}

}  // namespace

TEST_CASE("a first object says all that Elysia asks for") {
    const auto object = first_properties(facts());
    CHECK(object.at("name") == "Shop");
    CHECK(object.at("length") == 7);
    CHECK(object.at("index_properties") ==
          json{{"isNullIndexed", true}, {"isLengthIndexed", false}, {"isTimestampIndexed", false}});
    CHECK(object.at("fields").size() == 5);
    CHECK(field(object, "path").at("description") == "Path of the file");
    CHECK(field(object, "path").at("range") == json{3, 9});
    CHECK(field(object, "share").at("type") == "float");
    CHECK(field(object, "start_line").at("type") == "int");
    CHECK(field(object, "language").at("groups").at(0) == json{{"value", "Python"}, {"count", 5}});
    const auto summary = object.at("summary").get<std::string>();
    for (const auto* word : {"example.com/acme/shop", "7 objects", "Python (5), Markdown (1)"}) {
        CHECK_MESSAGE(summary.find(word) != std::string::npos, summary);
    }
    CHECK(summary.find(k_no_group) == std::string::npos);
    CHECK(object.at("prompts").size() >= 3);
    CHECK(object.at("prompts").at(0).get<std::string>().find("shop") != std::string::npos);
}

TEST_CASE("objects are shown as anything or as a table, never as documents, which Elysia would cut up") {
    const auto mappings = first_properties(facts()).at("mappings");
    CHECK(mappings.size() == 2);
    const auto& generic = mappings.at("generic");
    // All that its front end has; empty where there is nothing to show.
    for (const auto* name :
         {"title", "subtitle", "content", "url", "id", "author", "timestamp", "tags", "category", "subcategory"}) {
        CHECK_MESSAGE(generic.at(name).is_string(), name);
    }
    CHECK(generic.size() == 10);
    CHECK(generic.at("title") == "path");
    CHECK(generic.at("content") == "content");
    CHECK(generic.at("subtitle") == "");  // there is no "symbol" here
    CHECK(mappings.at("table").size() == 5);
    CHECK(mappings.at("table").at("path") == "path");
}

TEST_CASE("vectorizers are named as the Python client names them, and only those that work") {
    auto given = facts();
    const auto named = first_properties(given).at("named_vectors");
    CHECK(named == json::array({{{"name", "default"},
                                 {"vectorizer", "TEXT2VEC_TRANSFORMERS"},
                                 {"model", "all-MiniLM-L6-v2"},
                                 {"source_properties", {"content"}},
                                 {"enabled", true},
                                 {"description", ""}}}));
    CHECK(embeds_queries(given.stored_class, given.server_modules));

    SUBCASE("the module is not on this server") {
        given.server_modules = {"backup-filesystem"};
    }
    SUBCASE("the vectors are brought by others") {
        given.stored_class = stored_class({{"none", json::object()}});
    }
    SUBCASE("there are no vectors") {
        given.stored_class = {{"class", "Shop"}, {"vectorizer", "none"}};
    }
    const auto object = first_properties(given);
    CHECK(!object.contains("named_vectors"));
    CHECK(!object.contains("vectorizer"));
    CHECK(!embeds_queries(given.stored_class, given.server_modules));
}

TEST_CASE("a class with the one vector of old has a vectorizer, and no named ones") {
    auto given = facts();
    given.server_modules.emplace_back("text2vec-palm");
    given.stored_class = {{"class", "Shop"},
                          {"vectorizer", "text2vec-palm"},
                          {"moduleConfig", {{"text2vec-palm", {{"model", "gecko"}}}}}};
    const auto object = first_properties(given);
    CHECK(!object.contains("named_vectors"));
    CHECK(object.at("vectorizer") == json{{"vectorizer", "TEXT2VEC_GOOGLE"}, {"model", "gecko"}});
    CHECK(embeds_queries(given.stored_class, given.server_modules));
}

TEST_CASE("what the collection says is kept right, what somebody wrote stays") {
    auto given = facts();
    auto known = first_properties(given);
    CHECK(changed_properties(known, given).empty());
    known["summary"] = "My own words";
    known["mappings"] = {{"product", {{"name", "path"}}}};
    known["prompts"] = {"Why?"};
    known["fields"][0]["description"] = "Where it is";
    known["named_vectors"][0]["enabled"] = false;
    known["named_vectors"][0]["description"] = "By meaning";
    // Something of Elysia's that we know nothing about.
    known["fields"].push_back({{"name", "search_words"}, {"type", "text"}, {"description", "d"}, {"mean", 3}});
    CHECK(changed_properties(known, given).empty());

    given.statistics.length = 9;
    given.statistics.fields[0].mean = 6;
    given.schema.vectors[0].model = "other";
    given.stored_class["invertedIndexConfig"]["indexTimestamps"] = true;
    const auto changed = changed_properties(known, given);
    CHECK(changed.size() == 4);
    CHECK(changed.at("length") == 9);
    CHECK(changed.at("index_properties").at("isTimestampIndexed") == true);
    CHECK(changed.at("named_vectors").at(0) == json{{"name", "default"},
                                                    {"vectorizer", "TEXT2VEC_TRANSFORMERS"},
                                                    {"model", "other"},
                                                    {"source_properties", {"content"}},
                                                    {"enabled", false},
                                                    {"description", "By meaning"}});
    CHECK(field(changed, "path").at("description") == "Where it is");
    CHECK(field(changed, "path").at("mean") == 6);
    CHECK(field(changed, "language").at("description") == "Its language");
    CHECK(field(changed, "search_words").at("description") == "d");
    CHECK(changed_settings(known, given).size() == 3);

    // Without a vectorizer Elysia must not try to ask by meaning.
    given.server_modules.clear();
    CHECK(changed_properties(known, given).at("named_vectors").is_null());
}

TEST_CASE("an object without prompts gets some: Elysia's list of collections fails without") {
    auto known = first_properties(facts());
    known.erase("prompts");
    CHECK(changed_properties(known, facts()).at("prompts").size() >= 3);
}

TEST_CASE("whatever is in an object of somebody else's, only what follows the collection is changed") {
    const std::vector<json> odd{json(),
                                true,
                                7,
                                "text",
                                json::array(),
                                json::array({1, nullptr}),
                                json::object(),
                                json::array({json{{"name", 1}}, json{{"x", "y"}}})};
    CHECK(rc::check("nothing else, and once is enough", [&odd] {
        json known = json::object();
        for (const auto* key : {"name", "summary", "length", "index_properties", "named_vectors", "vectorizer",
                                "fields", "mappings", "prompts"}) {
            known[key] = odd.at(*rc::gen::inRange<std::size_t>(0, odd.size()));
        }
        const auto changed = changed_properties(known, facts());
        for (const auto* kept : {"name", "summary", "mappings"}) RC_ASSERT(!changed.contains(kept));
        known.update(changed);
        RC_ASSERT(changed_properties(known, facts()).empty());
    }));
}

TEST_CASE("the class has every property of its objects") {
    const auto made = metadata_class(facts().schema);
    CHECK(made.at("class") == "ELYSIA_METADATA__");
    CHECK(made.at("invertedIndexConfig").at("indexNullState") == true);
    json types;
    for (const auto& property : made.at("properties")) types[property.at("name")] = property.at("dataType").at(0);
    CHECK(types == json{{"name", "text"},
                        {"length", "number"},
                        {"summary", "text"},
                        {"index_properties", "object"},
                        {"named_vectors", "object[]"},
                        {"vectorizer", "object"},
                        {"fields", "object[]"},
                        {"mappings", "object"},
                        {"prompts", "text[]"}});
    CHECK(made.at("properties").at(0).at("tokenization") == "field");
    const auto object = first_properties(facts());
    for (const auto& [key, value] : object.items()) CHECK_MESSAGE(types.contains(key), key);
}

}  // namespace ely::elysia
