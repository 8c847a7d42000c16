#include "model/cluster_profile.hpp"

#include <map>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/testing/temporary_folder.hpp"
#include "model/cluster_environment.hpp"

namespace ely::model {
namespace {

using Variables = std::map<std::string, std::string>;

Variable of(Variables variables) {
    return [variables = std::move(variables)](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

ClusterProfile profile(const std::string& url = "http://localhost:8080") {
    ClusterProfile out;
    out.name = "team";
    out.url = url;
    return out;
}

// The header of that name, or nothing.
std::string header(const ClusterAccess& access, std::string_view name) {
    for (const auto& item : access.headers) {
        if (item.name == name) return item.value;
    }
    return {};
}

}  // namespace

TEST_CASE("a URL is scheme, host and port, in one form") {
    CHECK(cluster_url("HTTP://Host.Example:8080/").value() == "http://host.example:8080");
    CHECK(cluster_url("https://host").value() == "https://host");
    CHECK(cluster_url("http://[::1]:8080").value() == "http://[::1]:8080");
    for (const auto* bad : {"", "host:8080", "ftp://host", "http://", "http:///", "http://host:0", "http://host:65536",
                            "http://host:", "http://host:8x", "http://host/v1", "http://host?x=1", "http://a b",
                            "http://[::1", "http://[x]", "http://host#a", "http://host:80:80"}) {
        const auto refused = cluster_url(bad);
        CHECK_MESSAGE(!refused.has_value(), bad);
        if (!refused) CHECK(refused.error().code == Code::usage);
    }
}

TEST_CASE("credentials in an address are refused and not repeated") {
    for (const auto* bad : {"https://me:hunter2@host", "hunter2@host", "https://host/@hunter2"}) {
        const auto refused = cluster_url(bad);
        REQUIRE(!refused);
        CHECK(refused.error().text().find("hunter2") == std::string::npos);
        CHECK(refused.error().hint.find("--api-key-env") != std::string::npos);
    }
    const auto refused = grpc_address("me:hunter2@host:1");
    REQUIRE(!refused);
    CHECK(refused.error().text().find("hunter2") == std::string::npos);
}

TEST_CASE("gRPC is on the same host, and elsewhere in the cloud") {
    CHECK(grpc_address("Host").value() == "host:50051");
    CHECK(grpc_address("host:1").value() == "host:1");
    CHECK(!grpc_address("http://host:1"));
    CHECK(!grpc_address(""));
    CHECK(default_grpc_address("http://host:8080") == "host:50051");
    CHECK(default_grpc_address("http://[::1]:8080") == "[::1]:50051");
    CHECK(default_grpc_address("https://abc.c0.europe.gcp.weaviate.cloud") ==
          "grpc-abc.c0.europe.gcp.weaviate.cloud:443");
    CHECK(default_grpc_address("https://abc.weaviate.network") == "abc.grpc.weaviate.network:443");
}

TEST_CASE("a cluster may have several addresses") {
    auto several = profile();
    set_urls(several, {"http://a:8080", "http://B:8080/"});
    auto checked = checked_profile(several).value();
    CHECK(all_urls(checked) == std::vector<std::string>{"http://a:8080", "http://b:8080"});
    CHECK(all_grpc(checked) == std::vector<std::string>{"a:50051", "b:50051"});
    auto access = cluster_access(checked, of({})).value();
    CHECK(access.url == "http://a:8080");
    CHECK(access.other_urls == std::vector<std::string>{"http://b:8080"});
    CHECK(access.grpc == "a:50051");
    CHECK(access.other_grpc == std::vector<std::string>{"b:50051"});
    set_grpc(several, {"proxy:1", "proxy:2", "proxy:3"});
    access = cluster_access(checked_profile(several).value(), of({})).value();
    CHECK(access.grpc == "proxy:1");
    CHECK(access.other_grpc == std::vector<std::string>{"proxy:2", "proxy:3"});

    set_grpc(several, {"proxy:1", "PROXY:1"});
    CHECK(checked_profile(several).error().message == "the address proxy:1 is given twice");
    set_grpc(several, {"none", "proxy:1"});
    CHECK(checked_profile(several).error().code == Code::usage);
    set_grpc(several, {});
    set_urls(several, {"http://a", "https://b"});
    CHECK(checked_profile(several).error().message == "http://a and https://b cannot be nodes of one cluster");
    set_urls(several, {"http://a", "http://a/"});
    CHECK(checked_profile(several).error().code == Code::usage);
}

TEST_CASE("a cluster may have no gRPC to be reached") {
    auto without = profile();
    set_grpc(without, {"none"});
    const auto checked = checked_profile(without).value();
    CHECK(all_grpc(checked).empty());
    const auto access = cluster_access(checked, of({})).value();
    CHECK(access.grpc.empty());
    CHECK(access.other_grpc.empty());
}

TEST_CASE("a list of addresses is split, unless credentials could come apart") {
    CHECK(split_addresses(" http://a, http://b,") == std::vector<std::string>{"http://a", "http://b"});
    CHECK(split_addresses("http://me:hunt,er2@host") == std::vector<std::string>{"http://me:hunt,er2@host"});
}

TEST_CASE("names of clusters are file names, and none of the words that mean something else") {
    for (const auto* good : {"team", "3-nodes", "a_b"}) CHECK(check_cluster_name(good).has_value());
    for (const auto* bad : {"", "Team", "a.b", "a/b", "a@b", "-a", "_a", "embedded", "environment", "ä"}) {
        CHECK_MESSAGE(!check_cluster_name(bad).has_value(), bad);
    }
    CHECK(!check_cluster_name(std::string(61, 'a')));
}

TEST_CASE("what cannot be kept is refused") {
    auto wrong = profile();
    wrong.api_key_env = "A";
    wrong.api_key_file = "/k";
    CHECK(!checked_profile(wrong));
    wrong = profile();
    wrong.api_key_env = "sk-abc=";
    const auto refused = checked_profile(wrong);
    REQUIRE(!refused);
    CHECK(refused.error().text().find("sk-abc") == std::string::npos);
    wrong = profile();
    wrong.ca_file = "/ca.pem";
    CHECK(!checked_profile(wrong));
    for (const ClusterHeader& odd :
         {ClusterHeader{"", "x"}, {"a b", "x"}, {"a", ""}, {"a", "x\r\ny"}, {"a", "${x y}"}}) {
        wrong = profile();
        wrong.headers = {odd};
        CHECK_MESSAGE(!checked_profile(wrong).has_value(), odd.name);
    }
    wrong = profile();
    wrong.headers = {{"X-A", "1"}, {"x-a", "2"}};
    CHECK(!checked_profile(wrong));
    wrong = profile();
    wrong.api_key_env = "A";
    wrong.headers = {{"authorization", "Bearer ${B}"}};
    CHECK(!checked_profile(wrong));
}

TEST_CASE("an access has what the profile names") {
    auto wanted = profile("https://host:8443");
    wanted.api_key_env = "KEY";
    wanted.headers = {{"X-Both", "a ${ONE}-${TWO} b"}, {"X-Plain", "plain"}};
    const auto access = cluster_access(wanted, of({{"KEY", "k1\n"}, {"ONE", "1"}, {"TWO", "2"}}));
    REQUIRE(access);
    CHECK(access->url == "https://host:8443");
    CHECK(access->grpc == "host:50051");
    CHECK(access->grpc_tls);
    CHECK(access->api_key == "k1");
    CHECK(header(*access, "X-Both") == "a 1-2 b");
    CHECK(header(*access, "X-Plain") == "plain");
    const auto missing = cluster_access(wanted, of({{"ONE", "1"}, {"TWO", "2"}}));
    REQUIRE(!missing);
    CHECK(missing.error().code == Code::unauthorized);
    CHECK(missing.error().text() == "cluster team: the variable KEY, which has the key, is not set");
    CHECK(!cluster_access(wanted, of({{"KEY", "k1"}, {"ONE", "1"}})));
    CHECK(!cluster_access(wanted, of({{"KEY", ""}, {"ONE", "1"}, {"TWO", "2"}})));
    const auto odd = cluster_access(wanted, of({{"KEY", "k1"}, {"ONE", "secret\r\nX: y"}, {"TWO", "2"}}));
    REQUIRE(!odd);
    CHECK(odd.error().text().find("secret") == std::string::npos);
}

TEST_CASE("a key's file is its owner's alone") {
    const testing::TemporaryFolder folder;
    auto wanted = profile();
    wanted.api_key_file = folder.path() / "key";
    const auto none = of({});
    CHECK(cluster_access(wanted, none).error().code == Code::not_found);
    REQUIRE(write_file_atomic(wanted.api_key_file, "k2\n", 0600));
    CHECK(cluster_access(wanted, none)->api_key == "k2");
    CHECK(!cluster_access(wanted, none)->grpc_tls);
    for (const mode_t mode : {0640U, 0604U, 0644U, 0620U}) {
        REQUIRE(::chmod(wanted.api_key_file.c_str(), mode) == 0);
        const auto refused = cluster_access(wanted, none);
        REQUIRE(!refused);
        CHECK(refused.error().code == Code::unauthorized);
        CHECK(refused.error().hint == "chmod 600 " + wanted.api_key_file.string());
    }
    for (const auto* odd : {"", "\n", "one\ntwo\n", "one two", "one\n\n"}) {
        REQUIRE(write_file_atomic(wanted.api_key_file, odd, 0600));
        const auto refused = cluster_access(wanted, none);
        REQUIRE(!refused);
        CHECK(refused.error().text().find("one") == std::string::npos);
    }
    wanted.api_key_file = folder.path();
    CHECK(!cluster_access(wanted, none));
}

TEST_CASE("a header's value is shown by its variables only") {
    CHECK(shown_header_value("${OPENAI_API_KEY}") == "${OPENAI_API_KEY}");
    CHECK(shown_header_value("Bearer ${A}") == "***${A}");
    CHECK(shown_header_value("sk-123") == "***");
    CHECK(shown_header_value("sk-${") == "***");
    auto wanted = profile();
    wanted.headers = {{"a", "${A}"}};
    CHECK(!has_written_secret(wanted));
    wanted.headers.push_back({"b", "1"});
    CHECK(has_written_secret(wanted));
}

TEST_CASE("the standard variables: a cloud's cluster") {
    const auto cloud = environment_access(
        of({{"WCD_URL", "abc.weaviate.cloud"}, {"WCD_API_KEY", "k"}, {"OPENAI_API_KEY", "o"}, {"COHERE_APIKEY", "c"}}));
    REQUIRE(cloud);
    CHECK(cloud->name == "environment");
    CHECK(cloud->url == "https://abc.weaviate.cloud");
    CHECK(cloud->grpc == "grpc-abc.weaviate.cloud:443");
    CHECK(cloud->grpc_tls);
    CHECK(cloud->api_key == "k");
    CHECK(header(*cloud, "X-OpenAI-Api-Key") == "o");
    CHECK(header(*cloud, "X-Cohere-Api-Key") == "c");
    CHECK(cloud->headers.size() == 2);

    const auto both = environment_access(of({{"WEAVIATE_URL", "https://a.example"},
                                             {"WCD_URL", "https://b.example"},
                                             {"WEAVIATE_API_KEY", "ka"},
                                             {"WCD_API_KEY", "kb"}}));
    REQUIRE(both);
    CHECK(both->url == "https://a.example");
    CHECK(both->grpc == "grpc-a.example:443");
    CHECK(both->api_key == "ka");

    CHECK(environment_access(of({})).error().code == Code::usage);
    CHECK(environment_access(of({{"WEAVIATE_URL", "https://a.example"}})).error().code == Code::unauthorized);
    const auto plain = environment_access(of({{"WEAVIATE_URL", "http://localhost:8080"}}));
    REQUIRE(plain);
    CHECK(plain->grpc == "localhost:50051");
    CHECK(!plain->grpc_tls);
    const auto refused = environment_access(of({{"WEAVIATE_URL", "https://x:hunter2@host"}, {"WCD_API_KEY", "k"}}));
    REQUIRE(!refused);
    CHECK(refused.error().text().starts_with("WEAVIATE_URL: "));
    CHECK(refused.error().text().find("hunter2") == std::string::npos);
}

TEST_CASE("the standard variables: a local cluster") {
    const auto bare = environment_access(of({{"WEAVIATE_IS_LOCAL", "True"}}));
    REQUIRE(bare);
    CHECK(bare->url == "http://localhost:8080");
    CHECK(bare->grpc == "localhost:50051");
    CHECK(bare->api_key.empty());
    const auto ports = environment_access(of({{"WEAVIATE_IS_LOCAL", "True"},
                                              {"WCD_URL", "127.0.0.1"},
                                              {"LOCAL_WEAVIATE_PORT", "8090"},
                                              {"LOCAL_WEAVIATE_GRPC_PORT", "50061"}}));
    REQUIRE(ports);
    CHECK(ports->url == "http://127.0.0.1:8090");
    CHECK(ports->grpc == "127.0.0.1:50061");
    const auto own_port =
        environment_access(of({{"WEAVIATE_IS_LOCAL", "True"}, {"WCD_URL", "box:81"}, {"LOCAL_WEAVIATE_PORT", "8090"}}));
    REQUIRE(own_port);
    CHECK(own_port->url == "http://box:81");
    CHECK(own_port->grpc == "box:50051");
    // The exact word, as Elysia has it.
    CHECK(!environment_access(of({{"WEAVIATE_IS_LOCAL", "true"}})));
    const auto wrong = environment_access(of({{"WEAVIATE_IS_LOCAL", "True"}, {"LOCAL_WEAVIATE_PORT", "x"}}));
    REQUIRE(!wrong);
    CHECK(wrong.error().message.find("LOCAL_WEAVIATE_PORT") != std::string::npos);
}

TEST_CASE("the standard variables: two hosts of one's own") {
    Variables variables{{"WEAVIATE_IS_CUSTOM", "True"}, {"CUSTOM_HTTP_HOST", "a"},      {"CUSTOM_GRPC_HOST", "b"},
                        {"CUSTOM_GRPC_PORT", "444"},    {"CUSTOM_GRPC_SECURE", "True"}, {"WEAVIATE_IS_LOCAL", "True"}};
    auto custom = environment_access(of(variables));
    REQUIRE(custom);
    CHECK(custom->url == "http://a:8080");
    CHECK(custom->grpc == "b:444");
    CHECK(custom->grpc_tls);
    variables["CUSTOM_HTTP_SECURE"] = "True";
    variables["CUSTOM_GRPC_SECURE"] = "true";
    custom = environment_access(of(variables));
    REQUIRE(custom);
    CHECK(custom->url == "https://a:8080");
    CHECK(!custom->grpc_tls);
    variables.erase("CUSTOM_GRPC_HOST");
    CHECK(environment_access(of(variables)).error().hint.find("CUSTOM_GRPC_HOST") != std::string::npos);
}

}  // namespace ely::model
