#include "store/weaviate/rest.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/testing/raw_server.hpp"
#include "store/testing/objects.hpp"

namespace ely::store::weaviate {
namespace {

using ely::testing::RawConnection;
using ely::testing::RawServer;

constexpr std::string_view k_exists = R"({"error":[{"message":"class name Thing already exists"}]})";

std::string refusal(std::string_view body) {
    return fmt::format("HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

model::ClusterAccess access_to(const RawServer& server) {
    model::ClusterAccess out;
    out.name = "team";
    out.url = server.url();
    while (out.url.ends_with('/')) out.url.pop_back();
    return out;
}

}  // namespace

TEST_CASE("what was made by a try whose answer was lost is not refused for being there") {
    const RawServer server([](RawConnection& connection, int number) {
        (void)connection.read_request();
        if (number > 0) connection.write(refusal(k_exists));
    });
    CHECK(testing::value_of(Rest(access_to(server)).send("POST", "/v1/schema", {{"class", "Thing"}})).is_null());
    CHECK(server.connections() == 2);
}

TEST_CASE("what somebody else made is refused") {
    const RawServer server([](RawConnection& connection, int /*number*/) {
        (void)connection.read_request();
        connection.write(refusal(k_exists));
    });
    const auto answer = Rest(access_to(server)).send("POST", "/v1/schema", {{"class", "Thing"}});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::usage);
    CHECK(answer.error().message.find("already exists") != std::string::npos);
}

}  // namespace ely::store::weaviate
