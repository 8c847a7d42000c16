// What goes wrong between us and a server: each is told for what it is, and loses nothing.

#include <atomic>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/http_client.hpp"
#include "base/testing/temporary_folder.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

using model::Value;
using testing::test_id;
using testing::value_of;
using testing::WeaviateServer;
using testing::WeaviateServerOptions;

model::ClusterAccess shared_access() {
    return access_to(*value_of(testing::shared_weaviate()));
}

nlohmann::json ask(const std::string& method, const std::string& path, const nlohmann::json& body) {
    HttpRequest request;
    request.method = method;
    request.url = shared_access().url + path;
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = body.dump();
    const auto response = value_of(HttpClient().send(request));
    REQUIRE_MESSAGE(response.ok(), response.body);
    return nlohmann::json::parse(response.body, nullptr, false);
}

TEST_CASE("names become Weaviate's, and two that become one are told apart") {
    const auto store = value_of(open_weaviate_store(shared_access()));
    const auto collection = value_of(store->create(testing::test_schema("my-repo")));
    CHECK(collection->schema().name == "My_repo");
    CHECK(store->name_for("my-repo") == "My_repo");
    CHECK(value_of(store->open("my-repo"))->schema().name == "My_repo");
    const auto again = store->create(testing::test_schema("my.repo"));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::already_exists);
    CHECK(again.error().message == "'my.repo' would be called 'My_repo' in Weaviate, and there is 'My_repo' already");
    CHECK(testing::code_of(store->create(testing::test_schema("MY_REPO"))) == "already_exists");
    value_of(store->drop("my-repo"));
    CHECK(testing::code_of(store->drop("my-repo")) == "not_found");
}

TEST_CASE("a collection that somebody else made is read as it is") {
    const auto store = value_of(open_weaviate_store(shared_access()));
    ask("POST", "/v1/schema",
        {{"class", "Foreign"},
         {"vectorizer", "none"},
         {"properties",
          {{{"name", "title"}, {"dataType", {"text"}}},
           {{"name", "pages"}, {"dataType", {"int"}}},
           {{"name", "sequel"}, {"dataType", {"Foreign"}}}}}});
    for (std::uint32_t i = 0; i < 3; ++i) {
        ask("POST", "/v1/objects",
            {{"class", "Foreign"},
             {"id", test_id(i).text()},
             {"properties", {{"title", "Book number " + std::to_string(i)}, {"pages", 100 * i}}},
             {"vector", {1.0, 0.5 * i}}});
    }
    const auto collection = value_of(store->open("foreign"));
    REQUIRE(collection->schema().vectors.size() == 1);
    CHECK(collection->schema().vectors[0].dimensions == 2);
    CHECK(collection->schema().find("pages")->type == model::DataType::integer);
    const auto all = testing::scan_all(*collection);
    REQUIRE(all.size() == 3);
    CHECK(all[2] == testing::TestObject{
                        test_id(2), {{"title", Value("Book number 2")}, {"pages", Value(std::int64_t{200})}}, {1, 1}});
    CHECK(value_of(collection->count(Filter::equals("title", "Book number 1"))) == 1);
    CHECK(value_of(collection->count(Filter::equals("title", "book Number 1"))) == 0);
    CHECK(value_of(collection->search(LexicalQuery{.text = "book 2"}, {})).front().id == test_id(2));
    CHECK(value_of(collection->search(VectorQuery{.vector = {1, 0}, .limit = 1}, {})).front().id == test_id(0));
    testing::put(*collection, {{test_id(3), {{"title", Value("new")}}, {0, 1}}});
    // To set a vector is to write the object anew, and its reference would be lost.
    const auto set = collection->set_vectors(std::vector{test_id(3)}, std::vector<float>{1, 2});
    REQUIRE_FALSE(set);
    CHECK(set.error().code == Code::unsupported);
    CHECK(set.error().message.find("sequel") != std::string::npos);
    CHECK(value_of(collection->remove(Filter::compare("pages", Comparison::greater, std::int64_t{50}))) == 2);
    CHECK(value_of(collection->count(Filter::everything())) == 2);
    value_of(store->drop("Foreign"));
}

TEST_CASE("an object that the server refuses is told by its id, and the others are kept") {
    const auto store = value_of(open_weaviate_store(shared_access()));
    const auto collection = value_of(store->create(testing::test_schema("refused", 2)));
    constexpr std::int64_t k_beyond_float64 = (std::int64_t{1} << 53U) + 1;
    const auto batch =
        testing::test_batch(collection->schema(), {{test_id(1), {{"lines", Value(k_beyond_float64)}}, {1, 2}},
                                                   {test_id(2), {{"changed", Value("0001-01-01T00:00:00Z")}}, {1, 2}}});
    const auto result = value_of(collection->upsert(batch));
    CHECK(result.written == 1);
    REQUIRE(result.failures.size() == 1);
    CHECK(result.failures[0].id == test_id(1));
    CHECK(result.failures[0].error.message.find("9007199254740993") != std::string::npos);
    value_of(store->drop("refused"));
}

TEST_CASE("a wrong address is told within seconds") {
    auto access = shared_access();
    const Stopwatch watch;
    access.url = "http://127.0.0.1:1";
    const auto store = open_weaviate_store(access);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Code::unavailable);
    CHECK(store.error().text().find("127.0.0.1:1") != std::string::npos);
    CHECK(watch.seconds() < 6);
}

TEST_CASE("keys: none, a wrong one, and one that may only look") {
    WeaviateServerOptions options;
    options.api_keys = true;
    const auto* server = value_of(testing::shared_weaviate(options));
    auto access = access_to(*server);
    CHECK(testing::code_of(open_weaviate_store(access)) == "unauthorized");
    access.api_key = "not-the-key";
    const auto refused = open_weaviate_store(access);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::unauthorized);
    CHECK(refused.error().text().find("not-the-key") == std::string::npos);
    access.api_key = "root-key";
    const auto store = value_of(open_weaviate_store(access));
    const auto collection = value_of(store->create(testing::test_schema("keys")));
    testing::put(*collection, {{test_id(1), {{"path", Value("a")}}, {}}});
    access.api_key = "reader-key";
    const auto reader = open_weaviate_store(access);
    if (reader) {
        CHECK(testing::code_of((*reader)->create(testing::test_schema("denied"))) == "unauthorized");
    } else {
        CHECK(reader.error().code == Code::unauthorized);
    }
    value_of(store->drop("keys"));
}

TEST_CASE("a certificate is trusted when its authority is given, and not otherwise") {
    WeaviateServerOptions options;
    options.tls = true;
    const auto* server = value_of(testing::shared_weaviate(options));
    auto access = access_to(*server);
    const auto refused = open_weaviate_store(access);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::unauthorized);
    CHECK(refused.error().hint.find("--ca-file") != std::string::npos);
    access.ca_file = server->ca_file();
    const auto store = value_of(open_weaviate_store(access));
    const auto collection = value_of(store->create(testing::test_schema("tls")));
    testing::put(*collection, {{test_id(1), {{"path", Value("a")}}, {}}});
    CHECK(value_of(collection->count(Filter::everything())) == 1);
    value_of(store->drop("tls"));
}

TEST_CASE("a server that is killed while it is written to, and comes back, has every object once") {
    auto server = value_of(WeaviateServer::start({}));
    const auto store = value_of(open_weaviate_store(access_to(server)));
    const auto collection = value_of(store->create(testing::test_schema("killed", 4)));
    constexpr std::uint32_t k_batches = 30;
    constexpr std::uint32_t k_rows = 400;
    std::atomic<std::uint32_t> written{0};
    std::string problem;
    {
        const std::jthread writer([&] {
            for (std::uint32_t batch = 0; batch < k_batches && problem.empty(); ++batch) {
                std::vector<testing::TestObject> objects;
                for (std::uint32_t row = 0; row < k_rows; ++row) {
                    const auto number = batch * k_rows + row;
                    objects.push_back({test_id(number),
                                       {{"path", Value("src/" + std::to_string(number))}},
                                       {1, 2, 3, static_cast<float>(number)}});
                }
                const auto result = collection->upsert(testing::test_batch(collection->schema(), objects));
                if (!result) problem = result.error().text();
                if (result && !result->failures.empty()) problem = result->failures[0].error.text();
                ++written;
                written.notify_one();
            }
            written = k_batches;
            written.notify_one();
        });
        const auto wait_for = [&](std::uint32_t batches) {
            for (auto seen = written.load(); seen < batches; seen = written.load()) written.wait(seen);
        };
        wait_for(3);
        server.kill();
        value_of(server.restart());
        wait_for(k_batches / 2);
        server.kill();
        value_of(server.restart());
    }
    CHECK(problem == "");
    CHECK(value_of(collection->count(Filter::everything())) == k_batches * k_rows);
    std::set<Uuid> ids;
    for (const auto& object : testing::scan_all(*collection)) {
        ids.insert(object.id);
        CHECK(object.vector.size() == 4);
    }
    CHECK(ids.size() == k_batches * k_rows);
}

}  // namespace
}  // namespace ely::store
