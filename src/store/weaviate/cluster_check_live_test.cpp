// The check of clusters, against real servers: healthy ones, ones that ask for keys, and what is no server at all.

#include <algorithm>

#include <doctest/doctest.h>

#include "base/http_client.hpp"
#include "base/testing/raw_server.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

using model::Verdict;
using testing::value_of;

// "ok: what is said", or "failed: ..."
std::string said(const model::HealthReport& report, std::string_view name) {
    const auto found = std::ranges::find(report.steps, name, &model::HealthStep::name);
    REQUIRE(found != report.steps.end());
    return std::string(model::state_name(found->state)) + ": " + found->text;
}

std::string every_word(const model::HealthReport& report) {
    std::string out;
    for (const auto& step : report.steps) {
        out += step.text + step.next;
        for (const auto& detail : step.details) out += detail;
    }
    return out;
}

void ask(const testing::WeaviateServer& server, const std::string& method, const std::string& path,
         const std::string& body, bool key = true) {
    HttpRequest request;
    request.method = method;
    request.url = server.url() + path;
    request.headers = {{"Content-Type", "application/json"}};
    if (key) request.headers.push_back({"Authorization", "Bearer root-key"});
    request.body = body;
    const auto response = value_of(HttpClient().send(request));
    REQUIRE_MESSAGE(response.ok(), response.body);
}

TEST_CASE("a node that is well") {
    const auto* server = value_of(testing::shared_weaviate());
    const auto store = value_of(open_weaviate_store(access_to(*server)));
    (void)value_of(store->create(testing::test_schema("checked", 2)));
    auto report = check_cluster(access_to(*server));
    CHECK(model::verdict(report) == Verdict::healthy);
    for (const auto& step : report.steps) {
        CAPTURE(step.name);
        CAPTURE(step.text);
        CHECK(step.state == model::HealthState::ok);
    }
    CHECK(report.version == "1.35.2");
    REQUIRE(report.nodes.size() == 1);
    CHECK(said(report, "raft") == "ok: node0 leads, alone");
    CHECK(said(report, "shards") == "ok: 1 of 1 ready");
    // What is set by hand is seen.
    const auto shards = R"({"status":"READONLY"})";
    HttpRequest request;
    request.url = server->url() + "/v1/schema/Checked/shards";
    const auto listed = value_of(HttpClient().send(request)).body;
    const auto name =
        listed.substr(listed.find("\"name\":\"") + 8, listed.find("\",") - listed.find("\"name\":\"") - 8);
    ask(*server, "PUT", "/v1/schema/Checked/shards/" + name, shards, false);
    report = check_cluster(access_to(*server));
    CHECK(said(report, "shards") == "failed: 0 of 1 ready; nothing can be written to Checked");
    CHECK(model::verdict(report) == Verdict::unhealthy);
    value_of(store->drop("checked"));
}

TEST_CASE("a clock that differs from the server's") {
    class Late final : public Clock {
      public:
        [[nodiscard]] Timestamp now() const override { return system_clock().now() - std::chrono::hours(1); }
    };
    const auto* server = value_of(testing::shared_weaviate());
    const auto report = check_cluster(access_to(*server), Late());
    CHECK(said(report, "clock").starts_with("warning: the server's is 1 h"));
    CHECK(model::verdict(report) == Verdict::warnings);
}

TEST_CASE("keys: all rights, some, none, a wrong one, none at all") {
    testing::WeaviateServerOptions options;
    options.api_keys = true;
    const auto* server = value_of(testing::shared_weaviate(options));
    auto access = access_to(*server);
    access.api_key = "root-key";
    auto report = check_cluster(access);
    CHECK(model::verdict(report) == Verdict::healthy);
    CHECK(said(report, "key") == "ok: accepted");
    CHECK(said(report, "rights") == "ok: root-user (root) may search and index");
    access.api_key = "reader-key";
    report = check_cluster(access);
    CHECK(said(report, "key") == "ok: accepted");
    CHECK(said(report, "grpc").starts_with("ok: "));
    CHECK(said(report, "rights") == "failed: reader-user has no role, and may do nothing");
    CHECK(said(report, "raft") == "untold: this key may not ask");
    ask(*server, "POST", "/v1/authz/roles",
        R"({"name":"lookers","permissions":[{"action":"read_collections","collections":{"collection":"Docs"}},
            {"action":"read_data","data":{"collection":"Docs"}}]})");
    ask(*server, "POST", "/v1/authz/users/reader-user/assign", R"({"roles":["lookers"],"userType":"db"})");
    report = check_cluster(access);
    CHECK(said(report, "rights") == "warning: reader-user (lookers) may search, in Docs alone, and not index");
    CHECK(model::verdict(report) == Verdict::warnings);
    ask(*server, "POST", "/v1/authz/users/reader-user/revoke", R"({"roles":["lookers"],"userType":"db"})");
    ask(*server, "DELETE", "/v1/authz/roles/lookers", "");
    access.api_key = "not-the-key";
    report = check_cluster(access);
    CHECK(said(report, "rest").starts_with("ok: "));
    CHECK(said(report, "grpc").starts_with("ok: "));
    CHECK(said(report, "key") == "failed: the server does not accept it");
    CHECK(said(report, "nodes") == "untold: not asked");
    CHECK(model::verdict(report) == Verdict::unhealthy);
    CHECK(every_word(report).find("not-the-key") == std::string::npos);
    access.api_key.clear();
    CHECK(said(check_cluster(access), "key") == "failed: the server asks for one, and the profile has none");
}

TEST_CASE("TLS: with the authority, and without") {
    testing::WeaviateServerOptions options;
    options.tls = true;
    const auto* server = value_of(testing::shared_weaviate(options));
    auto access = access_to(*server);
    const auto refused = check_cluster(access);
    CHECK(model::verdict(refused) == Verdict::no_answer);
    CHECK(said(refused, "rest").starts_with("failed: "));
    CHECK(model::next_steps(refused).front().find("--ca-file") != std::string::npos);
    access.ca_file = server->ca_file();
    CHECK(model::verdict(check_cluster(access)) == Verdict::healthy);
}

TEST_CASE("nobody listens; one side listens; somebody else does") {
    const auto* server = value_of(testing::shared_weaviate());
    auto access = access_to(*server);
    access.url = "http://127.0.0.1:1";
    auto report = check_cluster(access);
    CHECK(said(report, "rest").starts_with("failed: "));
    CHECK(said(report, "grpc").starts_with("ok: "));
    CHECK(model::verdict(report) == Verdict::unhealthy);
    access.grpc = "127.0.0.1:1";
    report = check_cluster(access);
    CHECK(model::verdict(report) == Verdict::no_answer);
    access.url = server->url();
    report = check_cluster(access);
    CHECK(said(report, "rest").starts_with("ok: "));
    CHECK(said(report, "nodes") == "ok: one, healthy");
    CHECK(said(report, "grpc") == "failed: 127.0.0.1:1 does not answer (gRPC)");
    // Somebody else: no Weaviate here, no gRPC there.
    const ely::testing::RawServer stranger([](ely::testing::RawConnection& connection, int) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n<html>hi</html>\n");
    });
    access.url = stranger.url("");
    report = check_cluster(access);
    CHECK(said(report, "rest") == "failed: what answers at " + access.url + " is no Weaviate");
    CHECK(model::verdict(report) == Verdict::unhealthy);
    access.url = server->url();
    access.grpc = server->url().substr(std::string_view("http://").size());
    CHECK(said(check_cluster(access), "grpc").starts_with("failed: "));
}

}  // namespace
}  // namespace ely::store
