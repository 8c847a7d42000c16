#pragma once

// How weaviate-server processes are started so that they make one cluster on this machine: ports, arguments,
// environment, and when they are ready. REST, gossip and raft listen on the loopback interface; the server itself binds
// gRPC and the nodes' data port to every address, which no setting of its changes (versions before 1.35: gossip too).
// What starts clusters for people (operate/local_cluster.hpp) and for tests (store/weaviate/testing) shares this; it
// keeps no record of what runs.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/background_process.hpp"
#include "base/files.hpp"
#include "base/http_client.hpp"
#include "base/result.hpp"

namespace ely::store {

struct NodePorts {
    std::uint16_t rest = 0;
    std::uint16_t grpc = 0;
    std::uint16_t gossip = 0;
    std::uint16_t data = 0;
    std::uint16_t raft = 0;
    std::uint16_t raft_rpc = 0;

    bool operator==(const NodePorts&) const = default;
};

// Where to look for free ports; each is the first one from there on that nobody listens on.
struct PortsFrom {
    std::uint16_t rest = 8080;
    std::uint16_t grpc = 50051;
    std::uint16_t others = 17100;
};

// Nobody has it, neither on the loopback interface nor on all of them, for TCP or, as gossip needs, UDP.
[[nodiscard]] bool is_free(std::uint16_t port);
// Free ports for so many nodes, none of them in `taken`. conflict when there are none.
[[nodiscard]] Result<std::vector<NodePorts>> free_ports(unsigned nodes, PortsFrom from,
                                                        std::set<std::uint16_t> taken = {});

struct LaunchNode {
    NodePorts ports;
    Path folder;  // holds data/, backups/ and the log

    [[nodiscard]] Path data() const { return folder / "data"; }
    [[nodiscard]] Path log() const { return folder / "log"; }
};

struct ServerTls {
    Path certificate;
    Path key;
};

// The server out of a container image. The container shares the machine's network and the node's folder, and its run
// stays in the foreground of the process we start, so that it is a node like any other.
struct ServerContainer {
    std::string runtime;  // "docker", "podman"
    std::string image;
    std::string name;  // of the containers, before "-node0"

    bool operator==(const ServerContainer&) const = default;
};

struct Launch {
    Path program;
    std::optional<ServerContainer> container;  // instead of a program
    std::vector<LaunchNode> nodes;             // named node0, node1, ...
    std::vector<std::string> modules;
    std::map<std::string, std::string> environment;  // the caller's own; goes before what is set here
    bool inherit_environment = true;
    std::optional<ServerTls> tls;
    Lifetime lifetime = Lifetime::outlives_us;
};

[[nodiscard]] std::string node_name(unsigned node);
[[nodiscard]] std::string rest_url(const Launch& launch, unsigned node);
[[nodiscard]] std::vector<std::string> launch_arguments(const Launch& launch, unsigned node);
// `join`: another node's gossip port, through which this one finds the others.
[[nodiscard]] std::map<std::string, std::string> launch_environment(const Launch& launch, unsigned node,
                                                                    std::optional<std::uint16_t> join);

// Makes the node's folders and starts it; it joins whichever other node listens already.
[[nodiscard]] Result<ProcessIdentity> start_node(const Launch& launch, unsigned node);
// Until the node listens for others to join it. unavailable, with the end of its log, when it ends before.
[[nodiscard]] Result<void> wait_until_it_gossips(const Launch& launch, unsigned node, const ProcessIdentity& process,
                                                 std::chrono::seconds patience, const std::stop_token& stop);
// Until the node answers that it is ready. Errors as above, and timeout.
[[nodiscard]] Result<void> wait_until_ready(const Launch& launch, unsigned node, const ProcessIdentity& process,
                                            const HttpClient& client, std::chrono::seconds patience,
                                            const std::stop_token& stop);

// What is left of a node's container when its process was killed; nothing without a container.
void remove_container(const Launch& launch, unsigned node);

// Whether the port can be reached from other machines: a program listens on it at every address.
[[nodiscard]] bool listens_on_every_address(std::uint16_t port);

// The last lines of a log, at most so many and 4 MiB of them, and how long the log was then. Empty when it cannot be
// read.
struct LogEnd {
    std::string text;
    std::uintmax_t size = 0;
};
[[nodiscard]] LogEnd log_end(const Path& file, unsigned lines);

}  // namespace ely::store
