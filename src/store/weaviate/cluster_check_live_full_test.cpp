// The check of clusters of several nodes, and of other versions.

#include <algorithm>

#include <doctest/doctest.h>

#include "store/open.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store {
namespace {

using model::HealthState;
using testing::value_of;
using testing::WeaviateServer;
using testing::WeaviateServerOptions;

const model::HealthStep& step(const model::HealthReport& report, std::string_view name) {
    const auto found = std::ranges::find(report.steps, name, &model::HealthStep::name);
    REQUIRE(found != report.steps.end());
    return *found;
}

TEST_CASE("three nodes, one of which is killed, and returns") {
    WeaviateServerOptions options;
    options.nodes = 3;
    auto server = value_of(WeaviateServer::start(options));
    const auto store = value_of(open_weaviate_store(access_to(server)));
    (void)value_of(store->create(testing::test_schema("three", 2)));
    auto report = check_cluster(access_to(server));
    CHECK(report.nodes.size() == 3);
    CHECK(step(report, "nodes").text == "3, all healthy");
    CHECK(step(report, "replication").state == HealthState::ok);
    server.kill(2);
    // At once the server tells of no node at all, seconds later of two; raft misses the third in either case.
    report = check_cluster(access_to(server));
    CHECK(model::verdict(report) == model::Verdict::unhealthy);
    CHECK(step(report, "raft").state == HealthState::failed);
    CHECK(step(report, "raft").text.find("node2") != std::string::npos);
    CHECK(step(report, "rest").state == HealthState::ok);
    CHECK(step(report, "grpc").state == HealthState::ok);
    while (report.nodes.size() != 2) report = check_cluster(access_to(server));
    CHECK(step(report, "raft").text.find("missing of 3 members: node2") != std::string::npos);
    CHECK(step(report, "replication").text == "1 of 1 collections have fewer than they are meant to: Three");
    value_of(server.restart(2));
    while (report.nodes.size() != 3 || model::verdict(report) == model::Verdict::unhealthy) {
        report = check_cluster(access_to(server));
    }
    CHECK(step(report, "replication").state == HealthState::ok);
}

TEST_CASE("other versions") {
    for (const auto* version : {"1.27.0", "1.29.0", "1.39.0"}) {
        CAPTURE(version);
        WeaviateServerOptions options;
        options.version = version;
        const auto server = value_of(WeaviateServer::start(options));
        const auto report = check_cluster(access_to(server));
        CHECK(report.version == version);
        CHECK(model::verdict(report) == model::Verdict::healthy);
        CHECK(step(report, "raft").text == "node0 leads, alone");
        CHECK(step(report, "grpc").state == HealthState::ok);
    }
}

}  // namespace
}  // namespace ely::store
