#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/http_client.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

namespace ely::store::testing {
namespace {

TEST_CASE("three nodes of each version that tests know are one cluster") {
    for (const char* version : {"1.27.0", "1.29.0", "1.39.0"}) {
        CAPTURE(version);
        WeaviateServerOptions options;
        options.version = version;
        options.nodes = 3;
        const auto server = WeaviateServer::start(options);
        REQUIRE_MESSAGE(server.has_value(), server.error().text());
        HttpRequest request;
        request.url = server->url(2) + "/v1/nodes";
        const auto response = HttpClient().send(request);
        REQUIRE(response.has_value());
        const auto nodes = nlohmann::json::parse(response->body)["nodes"];
        CHECK(nodes.size() == 3);
        for (const auto& node : nodes) CHECK(node["version"] == version);
    }
}

}  // namespace
}  // namespace ely::store::testing
