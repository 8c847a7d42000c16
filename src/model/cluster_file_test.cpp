#include "model/cluster_file.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <sys/stat.h>

#include "base/testing/temporary_folder.hpp"

namespace ely::model {
namespace {

constexpr std::string_view k_text = R"(default: team
clusters:
  team:
    url: https://Host:8443/
    api_key_file: keys/team
    headers:
      X-OpenAI-Api-Key: ${OPENAI_API_KEY}
  box:
    url: http://localhost:8080
    grpc: localhost
)";

mode_t mode_of(const Path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("profiles are read in their normal form, sorted, with paths beside the file") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "clusters.yaml";
    CHECK(read_cluster_file(file)->profiles.empty());
    REQUIRE(write_file_atomic(file, k_text));
    const auto content = read_cluster_file(file);
    REQUIRE(content);
    CHECK(content->chosen == "team");
    REQUIRE(content->profiles.size() == 2);
    CHECK(content->profiles[0].grpc == "localhost:50051");
    const auto& team = content->profiles[1];
    CHECK(team.url == "https://host:8443");
    CHECK(team.api_key_file == folder.path() / "keys/team");
    CHECK(team.headers == std::vector<ClusterHeader>{{"X-OpenAI-Api-Key", "${OPENAI_API_KEY}"}});
    const auto missing = content->require("tean");
    REQUIRE(!missing);
    CHECK(missing.error().code == Code::not_found);
    CHECK(missing.error().hint == "there are: box, team");
}

TEST_CASE("what is written is read back, for the owner's eyes alone") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "new" / "clusters.yaml";
    ClusterFile content;
    ClusterProfile profile;
    profile.name = "null";
    profile.url = "https://[::1]:1";
    profile.api_key_env = "KEY";
    profile.ca_file = folder.path() / "ca \"x\".pem";
    profile.headers = {{"X.Y", "a: #b\\ '${C}'"}, {"X-Null", "null"}};
    content.put(profile);
    content.chosen = "null";
    REQUIRE(write_cluster_file(file, content));
    CHECK(mode_of(file) == 0600);
    const auto again = read_cluster_file(file);
    REQUIRE(again);
    CHECK(again->chosen == "null");
    CHECK(again->profiles == content.profiles);
    content.erase("null");
    CHECK(content.chosen.empty());
    REQUIRE(write_cluster_file(file, content));
    CHECK(read_cluster_file(file)->profiles.empty());
}

TEST_CASE("several addresses are one list in the file") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "clusters.yaml";
    REQUIRE(write_file_atomic(
        file,
        "clusters:\n  three:\n    url: http://a, http://b\n    grpc: a:1, b:1\n  rest:\n    url: http://c\n"
        "    grpc: none\n"));
    const auto content = read_cluster_file(file);
    REQUIRE_MESSAGE(content, content.error().text());
    const auto* three = content->find("three");
    REQUIRE(three != nullptr);
    CHECK(all_urls(*three) == std::vector<std::string>{"http://a", "http://b"});
    CHECK(all_grpc(*three) == std::vector<std::string>{"a:1", "b:1"});
    CHECK(all_grpc(*content->find("rest")).empty());
    REQUIRE(write_cluster_file(file, *content));
    CHECK(read_cluster_file(file)->profiles == content->profiles);
}

TEST_CASE("any header's value is kept as it is") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "clusters.yaml";
    CHECK(rc::check("write, then read", [&](const std::vector<std::uint8_t>& bytes) {
        std::string value = "x";
        for (const auto byte : bytes) value += static_cast<char>(' ' + byte % 95);
        // A brace that holds no variable's name is refused.
        RC_PRE(value.find("${") == std::string::npos);
        ClusterFile content;
        ClusterProfile profile;
        profile.name = "a";
        profile.url = "http://h";
        profile.headers = {{"X-A", value}};
        content.put(profile);
        RC_ASSERT(write_cluster_file(file, content).has_value());
        const auto again = read_cluster_file(file);
        RC_ASSERT(again.has_value());
        RC_ASSERT(again->profiles == content.profiles);
    }));
}

TEST_CASE("what is wrong in the file is told with its line") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "clusters.yaml";
    const auto message = [&](std::string_view text) {
        REQUIRE(write_file_atomic(file, text, 0600));
        const auto content = read_cluster_file(file);
        REQUIRE(!content);
        return content.error().message.substr(file.string().size());
    };
    CHECK(message("clusters:\n  a:\n    url: http://h\n    key: x\n") == ":4: unknown key key of cluster a");
    CHECK(message("clusters:\n  a:\n    url: ftp://h\n").starts_with(":3: \"ftp://h\" is no address"));
    CHECK(message("clusters:\n  A:\n    url: http://h\n").starts_with(":3: \"A\" cannot be"));
    CHECK(message("clusters:\n  a:\n    grpc: h\n").starts_with(":3: "));
    CHECK(message("clusters:\n  a:\n    url: http://h\ndefault: b\n").starts_with(":4: no cluster is called \"b\""));
    CHECK(message("clusters: x\n").starts_with(":1: unknown key clusters"));
    CHECK(message("colour: x\n").starts_with(":1: unknown key colour"));
    CHECK(message("a: [\n").starts_with(":"));
}

TEST_CASE("a file with a secret in it must be its owner's alone") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "clusters.yaml";
    REQUIRE(write_file_atomic(file, "clusters:\n  a:\n    url: http://h\n    headers:\n      X-Key: hunter2\n", 0640));
    const auto refused = read_cluster_file(file);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::unauthorized);
    CHECK(refused.error().hint == "chmod 600 " + file.string());
    CHECK(refused.error().text().find("hunter2") == std::string::npos);
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    CHECK(read_cluster_file(file).has_value());
}

TEST_CASE("the file is changed by one process at a time") {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "clusters.yaml";
    const auto lock = lock_cluster_file(file);
    REQUIRE(lock);
    CHECK(lock_cluster_file(file).error().code == Code::conflict);
}

}  // namespace ely::model
