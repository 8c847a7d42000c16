#include "store/weaviate/testing/weaviate_server.hpp"

#include <csignal>
#include <set>

#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/http_client.hpp"

namespace ely::store::testing {
namespace {

HttpResponse ask(const HttpClient& client, const std::string& method, const std::string& url,
                 const std::string& body = {}, const std::string& key = {}) {
    HttpRequest request;
    request.method = method;
    request.url = url;
    request.body = body;
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    if (!key.empty()) request.headers.push_back({"Authorization", "Bearer " + key});
    const auto response = client.send(request);
    REQUIRE_MESSAGE(response.has_value(), response.error().text());
    return *response;
}

nlohmann::json get(const HttpClient& client, const std::string& url, const std::string& key = {}) {
    const auto response = ask(client, "GET", url, {}, key);
    REQUIRE_MESSAGE(response.ok(), response.status, response.body);
    return nlohmann::json::parse(response.body);
}

TEST_CASE("one node answers, and the program's test cases share it") {
    const auto server = shared_weaviate();
    REQUIRE_MESSAGE(server.has_value(), server.error().text());
    const HttpClient client;
    CHECK(get(client, (*server)->url() + "/v1/meta")["version"] == "1.35.2");
    CHECK(std::filesystem::exists((*server)->data_folder() / "schema.db"));
    CHECK((*server)->log_tail().find("level=info") != std::string::npos);

    const auto again = shared_weaviate();
    REQUIRE(again.has_value());
    CHECK((*again)->process_id() == (*server)->process_id());
}

TEST_CASE("what a killed node had written is there when it returns") {
    const auto server = shared_weaviate();
    REQUIRE_MESSAGE(server.has_value(), server.error().text());
    const HttpClient client;
    const auto objects = (*server)->url() + "/v1/objects";
    REQUIRE(ask(client, "POST", objects, R"({"class":"Restart","properties":{"word":"kept"}})").status == 200);
    const auto before = (*server)->process_id();
    (*server)->kill();
    CHECK(::kill(before, 0) == -1);
    HttpRequest request;
    request.url = objects;
    CHECK(client.send(request).error().code == Code::unavailable);
    REQUIRE((*server)->restart().has_value());
    CHECK((*server)->process_id() != before);
    CHECK((*server)->restart().error().code == Code::conflict);
    const auto kept = get(client, objects + "?class=Restart")["objects"];
    REQUIRE(kept.size() == 1);
    CHECK(kept[0]["properties"]["word"] == "kept");
}

TEST_CASE("with API keys nobody gets in without one, and the reader may do what it is allowed") {
    WeaviateServerOptions options;
    options.api_keys = true;
    const auto server = WeaviateServer::start(options);
    REQUIRE_MESSAGE(server.has_value(), server.error().text());
    const HttpClient client;
    const auto schema = server->url() + "/v1/schema";
    const std::string collection = R"({"class":"Guarded"})";
    CHECK(ask(client, "GET", schema).status == 401);
    CHECK(ask(client, "GET", schema, {}, "wrong-key").status == 401);
    CHECK(ask(client, "POST", schema, collection, "reader-key").status == 403);
    CHECK(ask(client, "POST", schema, collection, "root-key").status == 200);
    const auto assigned = ask(client, "POST", server->url() + "/v1/authz/users/reader-user/assign",
                              R"({"roles":["viewer"],"userType":"db"})", "root-key");
    CHECK_MESSAGE(assigned.ok(), assigned.body);
    CHECK(get(client, schema + "/Guarded", "reader-key")["class"] == "Guarded");
    CHECK(ask(client, "DELETE", schema + "/Guarded", {}, "reader-key").status == 403);
}

TEST_CASE("with TLS it is trusted by its own authority alone") {
    WeaviateServerOptions options;
    options.tls = true;
    const auto server = WeaviateServer::start(options);
    REQUIRE_MESSAGE(server.has_value(), server.error().text());
    CHECK(server->url().starts_with("https://"));
    HttpClientOptions trusting;
    trusting.ca_file = server->ca_file();
    CHECK(get(HttpClient(trusting), server->url() + "/v1/meta")["version"] == "1.35.2");
    HttpRequest request;
    request.url = server->url() + "/v1/meta";
    CHECK(HttpClient().send(request).error().code == Code::unauthorized);
}

// Asks until the cluster says so, for gossip takes its time.
std::set<std::string> healthy_nodes(const HttpClient& client, const std::string& url, std::size_t wanted) {
    std::set<std::string> out;
    for (const Stopwatch watch; watch.seconds() < 60 && out.size() != wanted;) {
        ::poll(nullptr, 0, 50);
        const auto response = ask(client, "GET", url + "/v1/nodes");
        if (!response.ok()) continue;
        out.clear();
        const auto nodes = nlohmann::json::parse(response.body)["nodes"];
        for (const auto& node : nodes) {
            if (node["status"] == "HEALTHY") out.insert(node["name"]);
        }
    }
    return out;
}

TEST_CASE("three nodes are one cluster; one is killed and returns, also the one that the others joined") {
    WeaviateServerOptions options;
    options.nodes = 3;
    auto server = WeaviateServer::start(options);
    REQUIRE_MESSAGE(server.has_value(), server.error().text());
    const HttpClient client;
    const std::set<std::string> all{"node0", "node1", "node2"};
    CHECK(get(client, server->url(1) + "/v1/nodes")["nodes"].size() == 3);
    for (const unsigned node : {2U, 0U}) {
        const auto other = server->url(1);
        server->kill(node);
        CHECK(healthy_nodes(client, other, 2).size() == 2);
        const auto returned = server->restart(node);
        REQUIRE_MESSAGE(returned.has_value(), returned.error().text());
        CHECK(healthy_nodes(client, other, 3) == all);
        CHECK(healthy_nodes(client, server->url(node), 3) == all);
    }
    server->stop(2);
    CHECK(healthy_nodes(client, server->url(0), 2) == std::set<std::string>{"node0", "node1"});
}

TEST_CASE("nothing is left of a server: neither a process nor its folder") {
    int process = 0;
    Path folder;
    {
        const auto server = WeaviateServer::start({});
        REQUIRE_MESSAGE(server.has_value(), server.error().text());
        process = server->process_id();
        folder = server->data_folder().parent_path();
        CHECK(::kill(process, 0) == 0);
    }
    CHECK(::kill(process, 0) == -1);
    CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("a server that does not start says why") {
    WeaviateServerOptions options;
    options.modules = {"no-such-module"};
    options.environment = {{"DEFAULT_VECTORIZER_MODULE", "no-such-module"}};
    const auto server = WeaviateServer::start(options);
    REQUIRE_FALSE(server.has_value());
    CHECK(server.error().code == Code::unavailable);
    CHECK(server.error().message.find("no-such-module") != std::string::npos);
    options.version = "0.0.1";
    CHECK(WeaviateServer::start(options).error().code == Code::not_found);
}

}  // namespace
}  // namespace ely::store::testing
