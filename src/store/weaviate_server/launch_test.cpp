#include "store/weaviate_server/launch.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/testing/temporary_folder.hpp"

namespace ely::store {
namespace {

constexpr PortsFrom k_from{.rest = 28080, .grpc = 28150, .others = 28200};

// A socket that holds a port, as another program would.
class Listener {
  public:
    Listener(std::uint32_t host, std::uint16_t port) : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(host);
        address.sin_port = htons(port);
        REQUIRE(::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(m_socket, 1) == 0);
        socklen_t length = sizeof address;
        REQUIRE(::getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        m_port = ntohs(address.sin_port);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() { ::close(m_socket); }
    [[nodiscard]] std::uint16_t port() const { return m_port; }

  private:
    int m_socket;
    std::uint16_t m_port = 0;
};

Launch three_nodes() {
    Launch out;
    out.program = "/opt/weaviate-server";
    for (std::uint16_t node = 0; node < 3; ++node) {
        const auto first = static_cast<std::uint16_t>(100 * (node + 1));
        const auto port = [&](int n) { return static_cast<std::uint16_t>(first + n); };
        out.nodes.push_back({{port(0), port(1), port(2), port(3), port(4), port(5)}, Path("/data") / node_name(node)});
    }
    return out;
}

bool contains(const std::vector<std::string>& arguments, const std::vector<std::string>& part) {
    return !std::ranges::search(arguments, part).empty();
}

TEST_CASE("ports are free, distinct, and the first there are") {
    const auto ports = free_ports(3, k_from);
    REQUIRE(ports.has_value());
    std::set<std::uint16_t> all;
    for (const auto& node : *ports) {
        for (const auto port : {node.rest, node.grpc, node.gossip, node.data, node.raft, node.raft_rpc}) {
            CHECK(is_free(port));
            CHECK(all.insert(port).second);
        }
    }
    CHECK(*free_ports(3, k_from) == *ports);
    const auto others = free_ports(1, k_from, all);
    REQUIRE(others.has_value());
    CHECK_FALSE(all.contains(others->front().rest));
    CHECK_FALSE(all.contains(others->front().raft_rpc));
    CHECK(free_ports(1, {.rest = 65535, .grpc = 65535, .others = 65535}).error().code == Code::conflict);
}

TEST_CASE("a port that somebody listens on is passed over") {
    const auto before = free_ports(1, k_from);
    REQUIRE(before.has_value());
    const Listener holder(INADDR_LOOPBACK, before->front().rest);
    CHECK_FALSE(is_free(holder.port()));
    const auto after = free_ports(1, k_from);
    REQUIRE(after.has_value());
    CHECK(after->front().rest > holder.port());
    CHECK(after->front().grpc == before->front().grpc);
}

TEST_CASE("arguments bind REST to the loopback interface, with and without TLS") {
    auto launch = three_nodes();
    const auto plain = launch_arguments(launch, 1);
    CHECK(plain.front() == "/opt/weaviate-server");
    CHECK(contains(plain, {"--scheme", "http", "--host", "127.0.0.1", "--port", "200"}));
    CHECK(rest_url(launch, 1) == "http://127.0.0.1:200");
    launch.tls = ServerTls{"/c.pem", "/k.pem"};
    CHECK(contains(launch_arguments(launch, 2), {"--scheme", "https", "--tls-host", "127.0.0.1", "--tls-port", "300"}));
    CHECK(launch_environment(launch, 2, std::nullopt).at("GRPC_KEY_FILE") == "/k.pem");
    CHECK(rest_url(launch, 2) == "https://127.0.0.1:300");
}

TEST_CASE("the environment tells each node of the others, and the caller's own goes before") {
    auto launch = three_nodes();
    launch.modules = {"text2vec-transformers"};
    launch.environment = {{"LOG_LEVEL", "debug"}, {"GRPC_PORT", "1"}, {"EXTRA", "x"}};
    const auto environment = launch_environment(launch, 1, 102);
    CHECK(environment.at("CLUSTER_HOSTNAME") == "node1");
    CHECK(environment.at("CLUSTER_JOIN") == "127.0.0.1:102");
    CHECK(environment.at("RAFT_JOIN") == "node0:104,node1:204,node2:304");
    CHECK(environment.at("RAFT_BOOTSTRAP_EXPECT") == "3");
    CHECK(environment.at("PERSISTENCE_DATA_PATH") == "/data/node1/data");
    CHECK(environment.at("ENABLE_MODULES") == "text2vec-transformers,backup-filesystem");
    CHECK(environment.at("LOG_LEVEL") == "debug");
    CHECK(environment.at("EXTRA") == "x");
    // Ports are not the caller's to say: the nodes would not find each other.
    CHECK(environment.at("GRPC_PORT") == "201");
    CHECK(launch_environment(launch, 0, std::nullopt).at("CLUSTER_JOIN").empty());
}

TEST_CASE("a container's run names variables without their values, and shares network and folder") {
    auto launch = three_nodes();
    launch.container = ServerContainer{"docker", "image:1", "elysiactl-local"};
    launch.environment = {{"OPENAI_APIKEY", "s3cret"}};
    const auto arguments = launch_arguments(launch, 0);
    CHECK(contains(arguments, {"docker", "run", "--rm", "--name", "elysiactl-local-node0", "--network", "host"}));
    CHECK(contains(arguments, {"--volume", "/data/node0:/data/node0"}));
    CHECK(contains(arguments, {"--env", "OPENAI_APIKEY"}));
    CHECK(contains(arguments, {"image:1", "--scheme", "http", "--host", "127.0.0.1"}));
    for (const auto& argument : arguments) CHECK(argument.find("s3cret") == std::string::npos);
}

TEST_CASE("whether a port can be reached from elsewhere") {
    const Listener here(INADDR_LOOPBACK, 0);
    const Listener everywhere(INADDR_ANY, 0);
    CHECK_FALSE(listens_on_every_address(here.port()));
    CHECK(listens_on_every_address(everywhere.port()));
    CHECK_FALSE(listens_on_every_address(0));
}

TEST_CASE("the end of a log") {
    const ely::testing::TemporaryFolder folder;
    const auto file = folder.path() / "log";
    CHECK(log_end(file, 3).text.empty());
    REQUIRE(write_file_atomic(file, "one\ntwo\nthree\n"));
    CHECK(log_end(file, 0).text.empty());
    CHECK(log_end(file, 1).text == "three\n");
    CHECK(log_end(file, 2).text == "two\nthree\n");
    CHECK(log_end(file, 9).text == "one\ntwo\nthree\n");
    CHECK(log_end(file, 9).size == 14);
    REQUIRE(write_file_atomic(file, "one\n\nthr"));
    CHECK(log_end(file, 1).text == "thr");
    CHECK(log_end(file, 2).text == "\nthr");
    REQUIRE(write_file_atomic(file, ""));
    CHECK(log_end(file, 2).text.empty());
}

TEST_CASE("a node that ends while it starts is an error with its last words") {
    const ely::testing::TemporaryFolder folder;
    auto launch = three_nodes();
    launch.program = folder.path() / "server";
    launch.lifetime = Lifetime::ends_with_us;
    REQUIRE(write_file_atomic(launch.program, "#!/bin/sh\necho no room at the inn\nexit 1\n", 0755));
    launch.nodes[0].folder = folder.path() / "node0";
    const auto process = start_node(launch, 0);
    REQUIRE(process.has_value());
    const auto waited = wait_until_it_gossips(launch, 0, *process, std::chrono::seconds(60), {});
    REQUIRE_FALSE(waited.has_value());
    CHECK(waited.error().code == Code::unavailable);
    CHECK(waited.error().message.find("no room at the inn") != std::string::npos);
    CHECK(waited.error().hint.find("node0/log") != std::string::npos);
}

TEST_CASE("waiting ends when it is told to, and when patience does") {
    const ely::testing::TemporaryFolder folder;
    auto launch = three_nodes();
    launch.program = folder.path() / "server";
    launch.lifetime = Lifetime::ends_with_us;
    REQUIRE(write_file_atomic(launch.program, "#!/bin/sh\nexec sleep 1000\n", 0755));
    launch.nodes[0].folder = folder.path() / "node0";
    const auto ports = free_ports(1, k_from);
    REQUIRE(ports.has_value());
    launch.nodes[0].ports = ports->front();
    const auto process = start_node(launch, 0);
    REQUIRE(process.has_value());
    std::stop_source stop;
    const HttpClient client;
    CHECK(wait_until_ready(launch, 0, *process, client, std::chrono::seconds(0), stop.get_token()).error().code ==
          Code::timeout);
    stop.request_stop();
    CHECK(wait_until_ready(launch, 0, *process, client, std::chrono::seconds(60), stop.get_token()).error().code ==
          Code::cancelled);
    CHECK(end_process(*process, std::chrono::milliseconds(0)) == Ended::killed);
}

}  // namespace
}  // namespace ely::store
