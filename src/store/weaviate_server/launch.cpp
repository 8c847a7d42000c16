#include "store/weaviate_server/launch.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace ely::store {
namespace {

constexpr std::uint16_t k_last_port = 65535;
constexpr std::chrono::milliseconds k_between_questions{50};
constexpr std::streamoff k_longest_end = 4 << 20;

sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(host);
    out.sin_port = htons(port);
    return out;
}

bool can_bind(int type, std::uint32_t host, std::uint16_t port) {
    const int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    const int on = 1;
    // As the server does: a connection that has just ended does not hold the port.
    if (type == SOCK_STREAM) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto address = address_of(host, port);
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return bound;
}

bool somebody_listens(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    const auto address = address_of(INADDR_LOOPBACK, port);
    const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

Result<std::uint16_t> next_free(std::uint16_t from, std::set<std::uint16_t>& taken) {
    for (std::uint32_t port = from; port <= k_last_port; ++port) {
        const auto candidate = static_cast<std::uint16_t>(port);
        if (taken.contains(candidate) || !is_free(candidate)) continue;
        taken.insert(candidate);
        return candidate;
    }
    return fail(Code::conflict, fmt::format("no port from {} on is free", from));
}

std::optional<std::uint16_t> somebody_to_join(const Launch& launch, unsigned node) {
    for (unsigned other = 0; other < launch.nodes.size(); ++other) {
        const auto port = launch.nodes[other].ports.gossip;
        if (other != node && somebody_listens(port)) return port;
    }
    return std::nullopt;
}

std::string container_name(const Launch& launch, unsigned node) {
    return launch.container->name + "-" + node_name(node);
}

// Variables are named only: their values, which may be secret, are taken from the environment of the run itself.
std::vector<std::string> container_arguments(const Launch& launch, unsigned node) {
    const auto folder = launch.nodes[node].folder.string();
    std::vector<std::string> out{launch.container->runtime,
                                 "run",
                                 "--rm",
                                 "--name",
                                 container_name(launch, node),
                                 "--network",
                                 "host",
                                 "--user",
                                 fmt::format("{}:{}", ::geteuid(), ::getegid()),
                                 "--volume",
                                 folder + ":" + folder};
    if (launch.container->runtime == "podman" && ::geteuid() != 0) out.insert(out.end(), {"--userns", "keep-id"});
    for (const auto& [key, value] : launch_environment(launch, node, std::nullopt)) {
        out.emplace_back("--env");
        out.push_back(key);
    }
    out.push_back(launch.container->image);
    return out;
}

// Lines of /proc/net/tcp and tcp6: number, local address, remote address, state (0A: listening), ...
bool listens_on_every_address(const char* table, const std::string& zeros, std::uint16_t port) {
    const auto text = read_file(table);
    if (!text) return false;
    const auto wanted = fmt::format("{}:{:04X}", zeros, port);
    for (const auto line : split(*text, '\n')) {
        const auto at = line.find(": ");
        if (at == std::string_view::npos || !line.substr(at + 2).starts_with(wanted)) continue;
        if (line.substr(at + 2 + 2 * (wanted.size() + 1), 2) == "0A") return true;
    }
    return false;
}

Result<void> wait_for(const std::function<Result<bool>()>& question, const std::string& what, const Path& log,
                      const ProcessIdentity& process, std::chrono::seconds patience, const std::stop_token& stop) {
    const Stopwatch watch;
    while (true) {
        ELY_TRY_ASSIGN(const bool yes, question());
        if (yes) return {};
        if (stop.stop_requested()) return fail(Code::cancelled, "stopped while " + what + " was starting");
        const auto see_log = "its log: " + log.string();
        if (wait_for_end(process, k_between_questions)) {
            const auto words = std::string(trim(log_end(log, 5).text));
            return fail(Code::unavailable,
                        what + " ended while it was starting" + (words.empty() ? words : ":\n" + words), see_log);
        }
        if (watch.seconds() > static_cast<double>(patience.count())) {
            return fail(Code::timeout, fmt::format("{} is not ready after {} s", what, patience.count()), see_log);
        }
    }
}

}  // namespace

bool is_free(std::uint16_t port) {
    return can_bind(SOCK_STREAM, INADDR_LOOPBACK, port) && can_bind(SOCK_STREAM, INADDR_ANY, port) &&
           can_bind(SOCK_DGRAM, INADDR_LOOPBACK, port);
}

Result<std::vector<NodePorts>> free_ports(unsigned nodes, PortsFrom from, std::set<std::uint16_t> taken) {
    std::vector<NodePorts> out(nodes);
    for (auto& ports : out) {
        ELY_TRY_ASSIGN(ports.rest, next_free(from.rest, taken));
        ELY_TRY_ASSIGN(ports.grpc, next_free(from.grpc, taken));
        for (auto* port : {&ports.gossip, &ports.data, &ports.raft, &ports.raft_rpc}) {
            ELY_TRY_ASSIGN(*port, next_free(from.others, taken));
        }
    }
    return out;
}

std::string node_name(unsigned node) {
    return fmt::format("node{}", node);
}

std::string rest_url(const Launch& launch, unsigned node) {
    return fmt::format("{}://127.0.0.1:{}", launch.tls ? "https" : "http", launch.nodes[node].ports.rest);
}

std::vector<std::string> launch_arguments(const Launch& launch, unsigned node) {
    const auto port = std::to_string(launch.nodes[node].ports.rest);
    auto out = launch.container ? container_arguments(launch, node) : std::vector{launch.program.string()};
    if (launch.tls) {
        out.insert(out.end(), {"--scheme", "https", "--tls-host", "127.0.0.1", "--tls-port", port, "--tls-certificate",
                               launch.tls->certificate.string(), "--tls-key", launch.tls->key.string(),
                               "--tls-read-timeout", "600s", "--tls-write-timeout", "600s"});
    } else {
        out.insert(out.end(), {"--scheme", "http", "--host", "127.0.0.1", "--port", port, "--read-timeout", "600s",
                               "--write-timeout", "600s"});
    }
    return out;
}

std::map<std::string, std::string> launch_environment(const Launch& launch, unsigned node,
                                                      std::optional<std::uint16_t> join) {
    const auto& self = launch.nodes[node];
    auto modules = launch.modules;
    if (std::ranges::find(modules, "backup-filesystem") == modules.end()) modules.emplace_back("backup-filesystem");
    std::vector<std::string> raft_peers;
    for (unsigned other = 0; other < launch.nodes.size(); ++other)
        raft_peers.push_back(fmt::format("{}:{}", node_name(other), launch.nodes[other].ports.raft));

    auto out = launch.environment;
    out.merge(std::map<std::string, std::string>{
        {"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "true"},
        {"DEFAULT_VECTORIZER_MODULE", "none"},
        {"DISABLE_TELEMETRY", "true"},
        {"GO_PROFILING_DISABLE", "true"},  // it would listen on every address
        {"LOG_FORMAT", "text"},
        {"LOG_LEVEL", "info"},
        {"PROMETHEUS_MONITORING_ENABLED", "false"},
        {"QUERY_MAXIMUM_RESULTS", "100000"},
        // The nodes are neighbours; with the default of 5 a start takes three times as long.
        {"RAFT_TIMEOUTS_MULTIPLIER", "1"},
    });
    const std::map<std::string, std::string> ours{
        {"BACKUP_FILESYSTEM_PATH", (self.folder / "backups").string()},
        {"CLUSTER_ADVERTISE_ADDR", "127.0.0.1"},
        // Before 1.35 it was not the gossip port by itself.
        {"CLUSTER_ADVERTISE_PORT", std::to_string(self.ports.gossip)},
        {"CLUSTER_BIND_ADDR", "127.0.0.1"},
        {"CLUSTER_DATA_BIND_PORT", std::to_string(self.ports.data)},
        {"CLUSTER_GOSSIP_BIND_PORT", std::to_string(self.ports.gossip)},
        {"CLUSTER_HOSTNAME", node_name(node)},
        {"CLUSTER_IN_LOCALHOST", "true"},
        {"CLUSTER_JOIN", join ? fmt::format("127.0.0.1:{}", *join) : ""},
        {"ENABLE_MODULES", fmt::format("{}", fmt::join(modules, ","))},
        {"GRPC_PORT", std::to_string(self.ports.grpc)},
        {"PERSISTENCE_DATA_PATH", self.data().string()},
        {"RAFT_BOOTSTRAP_EXPECT", std::to_string(launch.nodes.size())},
        {"RAFT_INTERNAL_RPC_PORT", std::to_string(self.ports.raft_rpc)},
        {"RAFT_JOIN", fmt::format("{}", fmt::join(raft_peers, ","))},
        {"RAFT_PORT", std::to_string(self.ports.raft)},
    };
    for (const auto& [key, value] : ours) out[key] = value;
    if (launch.tls) {
        out["GRPC_CERT_FILE"] = launch.tls->certificate.string();
        out["GRPC_KEY_FILE"] = launch.tls->key.string();
    }
    return out;
}

Result<ProcessIdentity> start_node(const Launch& launch, unsigned node) {
    const auto& self = launch.nodes[node];
    ELY_TRY(make_directories(self.data()));
    remove_container(launch, node);
    BackgroundOptions options;
    options.arguments = launch_arguments(launch, node);
    options.environment = launch_environment(launch, node, somebody_to_join(launch, node));
    options.inherit_environment = launch.inherit_environment;
    options.working_directory = self.folder;
    options.log = self.log();
    options.lifetime = launch.lifetime;
    return start_background(options);
}

Result<void> wait_until_it_gossips(const Launch& launch, unsigned node, const ProcessIdentity& process,
                                   std::chrono::seconds patience, const std::stop_token& stop) {
    const auto& self = launch.nodes[node];
    return wait_for([&]() -> Result<bool> { return somebody_listens(self.ports.gossip); }, node_name(node), self.log(),
                    process, patience, stop);
}

Result<void> wait_until_ready(const Launch& launch, unsigned node, const ProcessIdentity& process,
                              const HttpClient& client, std::chrono::seconds patience, const std::stop_token& stop) {
    HttpRequest request;
    request.url = rest_url(launch, node) + "/v1/.well-known/ready";
    request.timeout = std::chrono::seconds(10);
    const auto ready = [&]() -> Result<bool> {
        const auto response = client.send(request, stop);
        if (response) return response->ok();
        // Not there yet is no error; that its certificate is not trusted will not change.
        if (response.error().code == Code::unavailable || response.error().code == Code::timeout) return false;
        return fail(response.error());
    };
    return wait_for(ready, node_name(node), launch.nodes[node].log(), process, patience, stop);
}

void remove_container(const Launch& launch, unsigned node) {
    if (!launch.container) return;
    ProcessOptions options;
    options.arguments = {launch.container->runtime, "rm", "--force", container_name(launch, node)};
    options.timeout_seconds = 60;
    (void)run_process(options);  // as a rule there is none
}

bool listens_on_every_address(std::uint16_t port) {
    return listens_on_every_address("/proc/net/tcp", std::string(8, '0'), port) ||
           listens_on_every_address("/proc/net/tcp6", std::string(32, '0'), port);
}

LogEnd log_end(const Path& file, unsigned lines) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    if (!stream) return {};
    const std::streamoff size = stream.tellg();
    const auto from = std::max<std::streamoff>(size - k_longest_end, 0);
    stream.seekg(from);
    std::string text(static_cast<std::size_t>(size - from), '\0');
    stream.read(text.data(), size - from);
    text.resize(static_cast<std::size_t>(stream.gcount()));
    auto start = text.ends_with('\n') ? text.size() - 1 : text.size();
    for (unsigned i = 0; i < lines && start > 0; ++i) {
        start = text.rfind('\n', start - 1);
        if (start == std::string::npos) start = 0;
    }
    if (lines == 0) start = text.size();
    if (start > 0) text.erase(0, std::min(start + 1, text.size()));
    return {std::move(text), static_cast<std::uintmax_t>(size)};
}

}  // namespace ely::store
