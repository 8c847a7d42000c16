// What real servers (1.35.2, where nothing else is said) have answered, cut down to what is read, and what comes of it.

#include "store/weaviate/cluster_judgement.hpp"

#include <doctest/doctest.h>

#include "store/testing/objects.hpp"

namespace ely::store::weaviate {
namespace {

using model::HealthState;
using model::Verdict;
using nlohmann::json;

constexpr std::string_view k_date = "Thu, 26 Nov 2026 02:08:13 GMT";

RestAnswer answer(const char* text) {
    RestAnswer out;
    out.status = 200;
    out.date = from_http_date(k_date);
    out.seconds = 0.004;
    out.body = json::parse(text);
    return out;
}

RestAnswer refusal(int status, Code code, std::string message) {
    RestAnswer out;
    out.status = status;
    out.body = fail(code, std::move(message), "elysiactl cluster check");
    return out;
}

std::string node_statistics(const std::string& name, const std::string& state, const std::string& members) {
    return R"({"bootstrapped":true,"candidates":{},"dbLoaded":true,"isVoter":true,"leaderAddress":"127.0.0.1:18084",
        "leaderId":"node0","name":")" +
           name +
           R"(","open":true,"raft":{"appliedIndex":"4","commitIndex":"4","lastLogIndex":"4","latestConfiguration":[)" +
           members + R"(],"numPeers":"2","state":")" + state + R"("},"ready":true,"status":"HEALTHY"})";
}

constexpr const char* k_three_members =
    R"({"address":"127.0.0.1:18084","id":"node0","suffrage":0},{"address":"127.0.0.1:18096","id":"node2","suffrage":0},
       {"address":"127.0.0.1:18090","id":"node1","suffrage":0})";

ClusterAnswers one_node() {
    ClusterAnswers out;
    out.name = "local";
    out.url = "http://127.0.0.1:18080";
    out.grpc = {{"h:50051", 0.002}};
    out.meta = answer(R"({"grpcMaxMessageSize":104858000,"hostname":"http://127.0.0.1:18080","modules":
        {"backup-filesystem":{"backupsPath":"/b"},"text2vec-openai":{"name":"OpenAI Module"}},"version":"1.35.2"})");
    out.met_at = *from_http_date(k_date);
    out.ready = answer("null");
    out.nodes = answer(R"({"nodes":[{"batchStats":{"queueLength":0,"ratePerSecond":0},"name":"node0",
        "operationalMode":"ReadWrite","shards":[{"asyncReplicationStatus":[],"class":"Thing","compressed":false,
        "loaded":true,"name":"qTUOUGgsJUUK","numberOfReplicas":1,"objectCount":12,"replicationFactor":1,
        "vectorIndexingStatus":"READY","vectorQueueLength":0}],"stats":{"objectCount":12,"shardCount":1},
        "status":"HEALTHY","version":"1.35.2"}]})");
    out.statistics = answer((R"({"statistics":[)" +
                             node_statistics("node0", "Leader", R"({"address":"127.0.0.1:18084","id":"node0"})") +
                             R"(],"synchronized":true})")
                                .c_str());
    out.schema = answer(
        R"({"classes":[{"class":"Thing","replicationConfig":{"asyncEnabled":false,"factor":1},"vectorizer":"none"}]})");
    out.own_info = refusal(401, Code::unauthorized, "does not accept the key");
    out.shards["Thing"] = answer(R"([{"name":"qTUOUGgsJUUK","status":"READY","vectorQueueSize":0}])");
    return out;
}

// Of three nodes node2 has been killed; the others have noticed.
ClusterAnswers two_of_three() {
    auto out = one_node();
    out.nodes = answer(R"({"nodes":[
        {"name":"node0","operationalMode":"ReadWrite","shards":[{"class":"Thing","name":"a","vectorQueueLength":0}],
         "stats":{"objectCount":4,"shardCount":1},"status":"HEALTHY","version":"1.35.2"},
        {"name":"node1","operationalMode":"ReadWrite","shards":[{"class":"Thing","name":"a","vectorQueueLength":0}],
         "stats":{"objectCount":4,"shardCount":1},"status":"HEALTHY","version":"1.35.2"}]})");
    out.statistics = answer((R"({"statistics":[)" + node_statistics("node0", "Leader", k_three_members) + "," +
                             node_statistics("node1", "Follower", k_three_members) + R"(],"synchronized":true})")
                                .c_str());
    out.schema = answer(R"({"classes":[{"class":"Thing","replicationConfig":{"factor":3},"vectorizer":"none"},
                                       {"class":"Single","replicationConfig":{"factor":1},"vectorizer":"none"}]})");
    return out;
}

const model::HealthStep& step(const model::HealthReport& report, std::string_view name) {
    for (const auto& one : report.steps) {
        if (one.name == name) return one;
    }
    FAIL("no step ", std::string(name));
    throw 0;
}

// "ok", "warning: what is said"
std::string said(const ClusterAnswers& answers, std::string_view name) {
    const auto report = judge(answers);
    const auto& found = step(report, name);
    if (found.state == HealthState::failed || found.state == HealthState::warning) {
        CHECK_MESSAGE(!found.next.empty(), name);
        CHECK(found.next.find("elysiactl cluster check") == std::string::npos);
    }
    return std::string(model::state_name(found.state)) + ": " + found.text;
}

TEST_CASE("a healthy node") {
    const auto answers = one_node();
    const auto report = judge(answers);
    CHECK(model::verdict(report) == Verdict::healthy);
    CHECK(report.version == "1.35.2");
    REQUIRE(report.nodes.size() == 1);
    CHECK(report.nodes[0].objects == 12);
    CHECK(said(answers, "rest") == "ok: reached in 4 ms");
    CHECK(said(answers, "grpc") == "ok: reached in 2 ms");
    CHECK(said(answers, "key") == "ok: none, and none is asked for");
    CHECK(said(answers, "rights") == "ok: everything: nobody is asked for a key");
    CHECK(said(answers, "nodes") == "ok: one, healthy");
    CHECK(step(report, "nodes").details == std::vector<std::string>{"node0: healthy, 1.35.2, 1 shard, 12 objects"});
    CHECK(said(answers, "raft") == "ok: node0 leads, alone");
    CHECK(said(answers, "replication") == "ok: one of each collection, on the one node");
    CHECK(said(answers, "shards") == "ok: 1 of 1 ready");
    CHECK(said(answers, "vector_queues") == "ok: none waits to be indexed");
    CHECK(said(answers, "modules") == "ok: 1 vectorizers, 1 others");
    CHECK(said(answers, "clock") == "ok: the server's agrees with this machine's");
    CHECK(said(answers, "elysia") == "ok: ELYSIA_METADATA__ is not there yet");
    CHECK(model::next_steps(report).empty());
}

TEST_CASE("of several addresses some do not answer") {
    auto answers = one_node();
    answers.grpc.push_back({"h:50052", 0.007});
    CHECK(said(answers, "grpc") == "ok: reached in 7 ms");
    answers.grpc.push_back({"h:50053", fail(Code::unavailable, "h:50053 does not answer (gRPC)")});
    answers.silent_urls = {"http://h:8082"};
    const auto report = judge(answers);
    CHECK(model::verdict(report) == Verdict::warnings);
    CHECK(said(answers, "grpc") == "warning: 2 of 3 addresses answer; not h:50053");
    CHECK(step(report, "grpc").next.find("h:50053") != std::string::npos);
    CHECK(said(answers, "rest") == "warning: reached in 4 ms; no answer from http://h:8082");
}

TEST_CASE("1.27 does not tell of users, and is old enough") {
    auto answers = one_node();
    answers.key = true;
    answers.meta = answer(R"({"modules":{},"version":"1.27.0"})");
    answers.own_info = refusal(404, Code::not_found, "path /v1/users/own-info was not found");
    CHECK(said(answers, "version") == "ok: 1.27.0");
    CHECK(said(answers, "rights") == "untold: this version does not tell");
    answers.meta = answer(R"({"modules":{},"version":"1.26.9"})");
    CHECK(said(answers, "version") == "failed: 1.26.9, and 1.27 is the oldest that works");
}

TEST_CASE("nobody answers, or somebody else") {
    ClusterAnswers answers;
    answers.name = "team";
    answers.url = "http://h:8080";
    answers.meta = refusal(0, Code::unavailable, "cannot connect to h:8080");
    answers.grpc = {{"h:50051", fail(Code::unavailable, "h:50051 does not answer (gRPC)")}};
    auto report = judge(answers);
    CHECK(model::verdict(report) == Verdict::no_answer);
    CHECK(said(answers, "rest") == "failed: cannot connect to h:8080");
    CHECK(said(answers, "grpc") == "failed: h:50051 does not answer (gRPC)");
    for (const auto* rest : {"version", "key", "rights", "nodes", "raft", "replication", "shards", "vector_queues",
                             "modules", "clock", "elysia"}) {
        CAPTURE(rest);
        CHECK(said(answers, rest) == "untold: not asked");
    }
    answers.meta = answer(R"({"hello":"world"})");
    CHECK(said(answers, "rest") == "failed: what answers at http://h:8080 is no Weaviate");
    CHECK(model::verdict(judge(answers)) == Verdict::unhealthy);
    answers.meta = refusal(404, Code::not_found, "does not have it");
    CHECK(said(answers, "rest") == "failed: what answers at http://h:8080 is no Weaviate");
    answers.meta = refusal(502, Code::unavailable, "answers with status 502");
    CHECK(said(answers, "rest") == "failed: answers with status 502");
}

TEST_CASE("keys: none where one is asked for, a wrong one, none where all are let in") {
    auto answers = one_node();
    answers.meta = refusal(401, Code::unauthorized, "anonymous access not enabled");
    CHECK(said(answers, "rest") == "ok: reached in 1 ms");
    CHECK(said(answers, "key") == "failed: the server asks for one, and the profile has none");
    answers.key = true;
    CHECK(said(answers, "key") == "failed: the server does not accept it");
    answers = one_node();
    answers.url = "https://weaviate.example.org";
    CHECK(said(answers, "rights") ==
          "warning: everything, for everybody who reaches the server: nobody is asked for a key");
}

TEST_CASE("rights by roles") {
    auto answers = one_node();
    answers.key = true;
    answers.own_info = answer(R"({"groups":null,"roles":[{"name":"root","permissions":[
        {"action":"read_nodes","nodes":{"collection":"*","verbosity":"verbose"}},
        {"action":"create_collections","collections":{"collection":"*"}},{"action":"read_collections","collections":{"collection":"*"}},
        {"action":"update_collections","collections":{"collection":"*"}},{"action":"delete_collections","collections":{"collection":"*"}},
        {"action":"create_data","data":{"collection":"*","object":"*","tenant":"*"}},{"action":"read_data","data":{"collection":"*"}},
        {"action":"update_data","data":{"collection":"*"}},{"action":"delete_data","data":{"collection":"*"}}]}],"username":"root-user"})");
    CHECK(said(answers, "rights") == "ok: root-user (root) may search and index");
    answers.own_info = answer(R"({"groups":null,"roles":[{"name":"lookers","permissions":[
        {"action":"read_collections","collections":{"collection":"Thing"}},
        {"action":"read_data","data":{"collection":"Thing","object":"*","tenant":"*"}}]}],"username":"reader-user"})");
    CHECK(said(answers, "rights") == "warning: reader-user (lookers) may search, in Thing alone, and not index");
    answers.own_info = answer(R"({"groups":null,"roles":[{"name":"none","permissions":null}],"username":"u"})");
    CHECK(said(answers, "rights") == "failed: u (none) may not search: read_collections, read_data");
    answers.own_info = answer(R"({"groups":null,"roles":null,"username":"reader-user"})");
    CHECK(said(answers, "rights") == "ok: reader-user; this server has no roles");
    const auto forbidden = refusal(403, Code::unauthorized, "rbac: authorization, forbidden action");
    answers.statistics = forbidden;
    CHECK(said(answers, "rights") == "failed: reader-user has no role, and may do nothing");
    // Such a key sees nodes, but no shard, and no class.
    answers.nodes = answer(R"({"nodes":[{"name":"node0","operationalMode":"ReadWrite","shards":[],
        "stats":{"objectCount":0,"shardCount":1},"status":"HEALTHY","version":"1.35.2"}]})");
    answers.shards["Thing"] = forbidden;
    CHECK(said(answers, "raft") == "untold: this key may not ask");
    CHECK(said(answers, "shards") == "untold: this key may not ask");
    CHECK(said(answers, "vector_queues") == "untold: this key may not ask");
}

TEST_CASE("a node is missing") {
    auto answers = two_of_three();
    CHECK(said(answers, "nodes") == "ok: 2, all healthy");
    CHECK(said(answers, "raft") == "failed: node0 leads; missing of 3 members: node2");
    CHECK(said(answers, "replication") == "warning: 1 of 2 collections have fewer than they are meant to: Thing");
    // Before the others have noticed, the server tells of none of them.
    const auto refused = refusal(500, Code::unavailable, "node: node2: send http request: connection refused");
    answers.nodes = refused;
    answers.statistics = refused;
    CHECK(said(answers, "nodes") == "failed: node: node2: send http request: connection refused");
    CHECK(said(answers, "raft") == "failed: node: node2: send http request: connection refused");
    CHECK(said(answers, "replication") == "untold: how many nodes there are is not known");
    CHECK(said(answers, "vector_queues") == "untold: the nodes do not tell");
    answers.shards["Single"] = refusal(500, Code::unavailable, "node: node2: connection refused");
    CHECK(said(answers, "shards") == "failed: 1 of 1 ready; not all are to be reached of Single");
    answers = one_node();
    answers.ready = refusal(503, Code::unavailable, "answers with status 503");
    CHECK(said(answers, "rest") == "failed: reached in 4 ms, but the server says that it is not ready");
}

TEST_CASE("three nodes, and a collection that lies on one of them") {
    auto answers = two_of_three();
    (*answers.nodes->body)["nodes"].push_back((*answers.nodes->body)["nodes"][1]);
    (*answers.nodes->body)["nodes"][2]["name"] = "node2";
    answers.statistics = answer((R"({"statistics":[)" + node_statistics("node0", "Leader", k_three_members) + "," +
                                 node_statistics("node1", "Follower", k_three_members) + "," +
                                 node_statistics("node2", "Follower", k_three_members) + R"(],"synchronized":true})")
                                    .c_str());
    CHECK(said(answers, "nodes") == "ok: 3, all healthy");
    CHECK(said(answers, "raft") == "ok: node0 leads, all 3 members are in step");
    CHECK(said(answers, "replication") ==
          "warning: 1 of 2 collections have one only, and are away while its node is: Single");
    (*answers.statistics->body)["synchronized"] = false;
    CHECK(said(answers, "raft") == "warning: node0 leads; its followers are not yet where it is");
    (*answers.statistics->body)["statistics"][1]["ready"] = false;
    CHECK(said(answers, "raft") == "warning: node0 leads; not ready yet: node1");
    for (auto& node : (*answers.statistics->body)["statistics"]) node["leaderId"] = "";
    CHECK(said(answers, "raft") == "failed: no node leads: nothing can be created or changed");
    (*answers.nodes->body)["nodes"][1]["version"] = "1.34.0";
    CHECK(said(answers, "nodes") == "warning: of different versions: 1.34.0, 1.35.2");
    (*answers.nodes->body)["nodes"][1]["operationalMode"] = "ReadOnly";
    CHECK(said(answers, "nodes") == "warning: node1 is ReadOnly");
    (*answers.nodes->body)["nodes"][2]["status"] = "UNHEALTHY";
    CHECK(said(answers, "nodes") == "failed: node2 is UNHEALTHY");
}

TEST_CASE("shards that are not ready, vectors that wait, a module that is not there, a clock that is wrong") {
    auto answers = one_node();
    answers.shards["Thing"] = answer(R"([{"name":"a","status":"READONLY"},{"name":"b","status":"READY"}])");
    CHECK(said(answers, "shards") == "failed: 1 of 2 ready; nothing can be written to Thing");
    answers.shards["Thing"] = answer(R"([{"name":"a","status":"INDEXING"},{"name":"b","status":"READY"}])");
    CHECK(said(answers, "shards") == "warning: 1 of 2 ready");
    (*answers.nodes->body)["nodes"][0]["shards"][0]["vectorQueueLength"] = 7500;
    CHECK(said(answers, "vector_queues") == "warning: 7,500 wait to be indexed, and searches miss them: Thing");
    answers.schema = answer(R"({"classes":[{"class":"ELYSIA_METADATA__","replicationConfig":{"factor":1}},
        {"class":"Thing","replicationConfig":{"factor":1},
         "vectorConfig":{"default":{"vectorIndexType":"hnsw","vectorizer":{"text2vec-transformers":{}}}}}]})");
    CHECK(said(answers, "modules") ==
          "failed: Thing takes its vectors from text2vec-transformers, which the server does not have");
    (*answers.meta.body)["modules"]["text2vec-transformers"] = json::object();
    CHECK(said(answers, "modules") == "ok: 2 vectorizers, 1 others; text2vec-transformers is there");
    CHECK(said(answers, "elysia") == "ok: ELYSIA_METADATA__ is there");
    answers.met_at -= std::chrono::seconds(4);
    CHECK(said(answers, "clock") == "ok: the server's agrees with this machine's");
    answers.met_at -= std::chrono::seconds(116);
    CHECK(said(answers, "clock") == "warning: the server's is 2 min 1 s ahead of this machine's");
    answers.met_at += std::chrono::seconds(180);
    CHECK(said(answers, "clock") == "warning: the server's is 59 s behind this machine's");
}

TEST_CASE("answers of another shape than ever seen are no reason to fall over") {
    for (const auto* text :
         {"null", "[]", "{}", R"("words")", "[1,2]", R"({"nodes":7,"statistics":"x","classes":{},"roles":{}})",
          R"({"nodes":[null,3],"statistics":[[]],"classes":[1,{"class":3}],"roles":["x"],"username":4})"}) {
        CAPTURE(text);
        auto answers = one_node();
        answers.key = true;
        for (auto* one : {&answers.nodes, &answers.statistics, &answers.schema, &answers.own_info, &answers.ready})
            *one = answer(text);
        answers.shards["Thing"] = answer(text);
        CHECK(judge(answers).steps.size() == judge(one_node()).steps.size());
        answers.meta = answer(text);
        CHECK(model::verdict(judge(answers)) == Verdict::unhealthy);
    }
}

}  // namespace
}  // namespace ely::store::weaviate
