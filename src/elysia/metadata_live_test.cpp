#include "elysia/metadata.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/testing/temporary_folder.hpp"
#include "elysia/names.hpp"
#include "elysia/statistics.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/rest.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

// Against a real server: what is written is read back over REST, as Elysia reads it.

namespace ely::elysia {
namespace {

using nlohmann::json;
using store::testing::code_of;
using store::testing::test_id;
using store::testing::TestObject;
using store::testing::value_of;

model::CollectionSchema code_like(const std::string& name) {
    using enum model::DataType;
    model::CollectionSchema out;
    out.name = name;
    out.properties = {{"path", text, true, true, "Path of the file"},
                      {"language", text, false, true, "Its language"},
                      {"start_line", integer, false, false, "First line"},
                      {"changed", date, false, true, "When"},
                      {"content", text, true, false, "The lines"}};
    return out;
}

TestObject chunk(std::uint32_t number) {
    return {test_id(number),
            {{"path", "src/file" + std::to_string(number) + ".py"},
             {"language", std::string(number % 4 == 3 ? "Markdown" : "Python")},
             {"start_line", std::int64_t{number}},
             {"changed", "2026-01-0" + std::to_string(1 + number % 3) + "T00:00:00Z"},
             {"content", std::string("def f(): return 1")}},
            {}};
}

class Desk {
  public:
    explicit Desk(const std::string& name, const store::testing::WeaviateServerOptions& options = {})
        : m_name(name), m_server(value_of(store::testing::shared_weaviate(options))) {
        model::ClusterAccess access;
        access.name = "test";
        access.url = m_server->url();
        access.grpc = m_server->grpc();
        m_store = value_of(store::open_weaviate_store(access));
        m_rest = store::rest_of(*m_store);
        for (const auto& left : value_of(m_store->list())) value_of(m_store->drop(left));
        m_collection = value_of(m_store->create(code_like(name)));
        put(0, 8);
    }
    void put(std::uint32_t from, std::uint32_t to) {
        std::vector<TestObject> objects;
        for (auto i = from; i < to; ++i) objects.push_back(chunk(i));
        store::testing::put(*m_collection, objects);
    }
    Reach write(bool changed = true) {
        return value_of(write_metadata(*m_store, *m_collection, {"example.com/acme/" + m_name, changed, true}));
    }
    // All objects of Elysia's metadata.
    json objects() {
        return value_of(m_rest->get(std::string("/v1/objects?class=") + k_metadata_collection)).at("objects");
    }
    json only() {
        const auto all = objects();
        REQUIRE(all.size() == 1);
        return all.front();
    }
    // As Elysia saves what its user edited: all of the object anew.
    void replace(const json& object) {
        value_of(m_rest->send(
            "PUT", "/v1/objects/" + std::string(k_metadata_collection) + "/" + object.at("id").get<std::string>(),
            object));
    }
    store::Store& store() { return *m_store; }
    const store::weaviate::Rest& rest() { return *m_rest; }
    store::Collection& collection() { return *m_collection; }

  private:
    std::string m_name;
    store::testing::WeaviateServer* m_server;
    std::unique_ptr<store::Store> m_store;
    const store::weaviate::Rest* m_rest = nullptr;
    std::shared_ptr<store::Collection> m_collection;
};

json by_name(const json& list, const std::string& name) {
    for (const auto& one : list) {
        if (one.at("name") == name) return one;
    }
    return {};
}

// What foreign hands put there, with the same name.
json foreign_object(const std::string& id, const std::string& summary) {
    return {{"class", k_metadata_collection},
            {"id", id},
            {"properties", {{"name", "Shop"}, {"summary", summary}, {"length", 1}, {"prompts", {"Why?"}}}}};
}

}  // namespace

TEST_CASE("a first object is written as Elysia would, and read back") {
    Desk desk("Shop");
    CHECK(desk.write() == Reach::words);
    const auto properties = desk.only().at("properties");
    CHECK(properties.at("name") == "Shop");
    CHECK(properties.at("length") == 8);
    CHECK(properties.at("index_properties") ==
          json{{"isNullIndexed", true}, {"isLengthIndexed", false}, {"isTimestampIndexed", false}});
    // Nobody there embeds queries: Elysia must see that it can only filter and search words.
    CHECK(properties.value("named_vectors", json()).is_null());
    CHECK(properties.value("vectorizer", json()).is_null());
    CHECK(properties.at("mappings").at("generic").at("title") == "path");
    CHECK(properties.at("mappings").at("table").at("start_line") == "start_line");
    CHECK(properties.at("prompts").size() >= 3);
    const auto& fields = properties.at("fields");
    // Those that the store keeps for itself are nobody's.
    CHECK(fields.size() == 5);
    CHECK(by_name(fields, "content").at("mean") == count_tokens("def f(): return 1"));
    CHECK(by_name(fields, "start_line").at("range") == json{0, 7});
    CHECK(by_name(fields, "language").at("groups").at(0) == json{{"value", "Python"}, {"count", 6}});
    CHECK(by_name(fields, "changed").at("date_range") == json{"2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"});
    CHECK(by_name(fields, "path").at("description") == "Path of the file");
    // The name is compared as a whole.
    const auto known = value_of(desk.rest().get("/v1/schema/ELYSIA_METADATA__"));
    CHECK(by_name(known.at("properties"), "name").at("tokenization") == "field");
    CHECK(by_name(known.at("properties"), "mappings").at("dataType") == json{"object"});
    CHECK(known.at("invertedIndexConfig").at("indexNullState") == true);
    // Again: the same object.
    CHECK(desk.write() == Reach::words);
    CHECK(desk.only().at("properties") == properties);
}

TEST_CASE("the numbers follow the collection, and what a user wrote stays") {
    Desk desk("Shop");
    desk.write();
    auto object = desk.only();
    auto& edited = object["properties"];
    edited["summary"] = "My own words";
    edited["prompts"] = {"Why?"};
    edited["mappings"] = {{"product", {{"name", "path"}, {"price", ""}}}, {"table", {{"path", "path"}}}};
    for (auto& field : edited["fields"]) {
        if (field.at("name") == "path") field["description"] = "Where it is";
    }
    desk.replace(object);
    const auto before = desk.only().at("properties");
    desk.put(8, 12);
    desk.write();
    const auto after = desk.only().at("properties");
    CHECK(after.at("length") == 12);
    CHECK(by_name(after.at("fields"), "start_line").at("range") == json{0, 11});
    CHECK(by_name(after.at("fields"), "path").at("description") == "Where it is");
    for (const auto* kept : {"name", "summary", "prompts", "mappings", "index_properties"}) {
        CHECK_MESSAGE(after.at(kept) == before.at(kept), kept);
    }
    CHECK(after.at("mappings").at("product").at("name") == "path");
}

TEST_CASE("a sync that changed nothing measures nothing, unless the object is wrong") {
    Desk desk("Shop");
    desk.write(false);  // there was none
    auto object = desk.only();
    object["properties"]["fields"] = json::array({{{"name", "path"}, {"type", "text"}, {"mean", 77}}});
    desk.replace(object);
    desk.write(false);
    CHECK(desk.only().at("properties").at("fields").size() == 1);
    object["properties"]["length"] = 3;
    desk.replace(object);
    desk.write(false);
    CHECK(desk.only().at("properties").at("length") == 8);
    CHECK(desk.only().at("properties").at("fields").size() == 5);
    // Without the right to make one, none is made.
    value_of(remove_metadata(desk.store(), "Shop"));
    value_of(write_metadata(desk.store(), desk.collection(), {"example.com/acme/shop", true, false}));
    CHECK(desk.objects().empty());
}

TEST_CASE("there is one object for a name: somebody else's is taken over where it is") {
    Desk desk("Shop");
    desk.write();
    const std::string foreign = "11111111-2222-4333-8444-555555555555";
    value_of(desk.rest().send("POST", "/v1/objects", foreign_object(foreign, "Written by a language model")));
    REQUIRE(desk.objects().size() == 2);
    // Names that only look alike are other collections'.
    auto other = foreign_object("11111111-2222-4333-8444-666666666666", "Another");
    other["properties"]["name"] = "shop";
    value_of(desk.rest().send("POST", "/v1/objects", other));
    desk.write();
    json ours;
    for (const auto& one : desk.objects()) {
        if (one.at("properties").at("name") == "Shop") ours.push_back(one);
    }
    REQUIRE(ours.size() == 1);
    CHECK(ours[0].at("id") == foreign);
    CHECK(ours[0].at("properties").at("summary") == "Written by a language model");
    CHECK(ours[0].at("properties").at("prompts") == json{"Why?"});
    CHECK(ours[0].at("properties").at("length") == 8);
    CHECK(ours[0].at("properties").at("fields").size() == 5);
    value_of(remove_metadata(desk.store(), "Shop"));
    CHECK(desk.only().at("properties").at("name") == "shop");
}

TEST_CASE("a metadata collection that Elysia made, without what it lets the server guess, is completed") {
    Desk desk("Shop");
    value_of(desk.rest().send("POST", "/v1/schema",
                              {{"class", k_metadata_collection},
                               {"vectorizer", "none"},
                               {"properties",
                                {{{"name", "name"}, {"dataType", {"text"}}, {"tokenization", "field"}},
                                 {{"name", "summary"}, {"dataType", {"text"}}}}}}));
    desk.write();
    CHECK(desk.only().at("properties").at("mappings").at("generic").at("content") == "content");
    const auto known = value_of(desk.rest().get("/v1/schema/ELYSIA_METADATA__"));
    CHECK(known.at("properties").size() == 9);
}

TEST_CASE("a server that guesses nothing is told everything") {
    store::testing::WeaviateServerOptions options;
    options.environment = {{"AUTOSCHEMA_ENABLED", "false"}};
    Desk desk("Shop", options);
    desk.write();
    CHECK(desk.only().at("properties").at("mappings").at("table").size() == 5);
    desk.put(8, 9);
    desk.write();
    CHECK(desk.only().at("properties").at("length") == 9);
}

TEST_CASE("what Elysia made of a collection goes with it, and nothing of others") {
    Desk desk("Shop");
    CHECK(code_of(remove_metadata(desk.store(), "Shop")) == "ok");  // there is nothing yet
    desk.write();
    const auto other = value_of(desk.store().create(code_like("Other")));
    value_of(write_metadata(desk.store(), *other, {"example.com/acme/other", true, true}));
    for (const auto* name : {"ELYSIA_CHUNKED_shop__", "ELYSIA_CHUNKED_other__"}) {
        value_of(desk.rest().send("POST", "/v1/schema", {{"class", name}, {"vectorizer", "none"}}));
    }
    CHECK(code_of(remove_metadata(desk.store(), "Shop")) == "ok");
    CHECK(desk.only().at("properties").at("name") == "Other");
    CHECK(value_of(desk.store().list()) ==
          std::vector<std::string>{"ELYSIA_CHUNKED_other__", "ELYSIA_METADATA__", "Other", "Shop"});
    CHECK(code_of(remove_metadata(desk.store(), "Shop")) == "ok");
}

TEST_CASE("an empty collection is described as such") {
    Desk desk("Shop");
    value_of(desk.collection().remove(store::Filter::everything()));
    desk.write();
    const auto properties = desk.only().at("properties");
    CHECK(properties.at("length") == 0);
    CHECK(!by_name(properties.at("fields"), "path").contains("mean"));
}

TEST_CASE("the vectorizer is told as long as the server has it, and what was set for its vectors stays") {
    // No text is embedded: that the module is there is what counts.
    store::testing::WeaviateServerOptions options;
    options.modules = {"text2vec-ollama"};
    Desk desk("Shop", options);
    value_of(desk.store().drop("Shop"));
    value_of(desk.rest().send(
        "POST", "/v1/schema",
        {{"class", "Shop"},
         {"properties", {{{"name", "content"}, {"dataType", {"text"}}}}},
         {"vectorConfig",
          {{"default",
            {{"vectorIndexType", "hnsw"},
             {"vectorizer",
              {{"text2vec-ollama",
                {{"model", "nomic"}, {"apiEndpoint", "http://127.0.0.1:1"}, {"properties", {"content"}}}}}}}}}}}));
    const auto collection = value_of(desk.store().open("Shop"));
    const auto write = [&] {
        return value_of(write_metadata(desk.store(), *collection, {"example.com/acme/shop", true, true}));
    };
    CHECK(write() == Reach::meaning);
    auto object = desk.only();
    json vector = object.at("properties").at("named_vectors").at(0);
    CHECK(vector.at("name") == "default");
    CHECK(vector.at("vectorizer") == "TEXT2VEC_OLLAMA");
    CHECK(vector.at("model") == "nomic");
    CHECK(vector.at("source_properties") == json{"content"});
    CHECK(vector.at("enabled") == true);
    object["properties"]["named_vectors"][0]["enabled"] = false;
    object["properties"]["named_vectors"][0]["description"] = "Not this one";
    object["properties"]["named_vectors"][0]["vectorizer"] = "TEXT2VEC_OLD";
    object["properties"]["vectorizer"] = {{"vectorizer", "TEXT2VEC_OLD"}, {"model", "m"}};
    desk.replace(object);
    write();
    object = desk.only();
    vector = object.at("properties").at("named_vectors").at(0);
    CHECK(vector.at("vectorizer") == "TEXT2VEC_OLLAMA");
    CHECK(vector.at("enabled") == false);
    CHECK(vector.at("description") == "Not this one");
    // With named vectors there is no other.
    CHECK(object.at("properties").value("vectorizer", json()).is_null());
}

TEST_CASE("a store that is no cluster's is none of Elysia's") {
    const ely::testing::TemporaryFolder folder;
    const auto store = value_of(store::open_embedded_store(folder.path() / "store.db"));
    const auto collection = value_of(store->create(code_like("Shop")));
    CHECK(!is_readable(*store));
    CHECK(code_of(write_metadata(*store, *collection, {})) == "unsupported");
    CHECK(code_of(remove_metadata(*store, "Shop")) == "ok");
}

}  // namespace ely::elysia
