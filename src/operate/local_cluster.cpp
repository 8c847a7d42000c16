#include "operate/local_cluster.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/http_client.hpp"
#include "operate/local_cluster_record.hpp"

namespace ely::operate {
namespace {

constexpr std::uintmax_t k_long_log = 16U << 20U;

Path clusters_folder(const Path& data_folder) {
    return data_folder / "clusters";
}

Result<FileLock> lock_cluster(const Path& data_folder, const std::string& name) {
    ELY_TRY(make_directories(clusters_folder(data_folder)));
    auto lock = FileLock::try_acquire(clusters_folder(data_folder) / (name + ".lock"));
    if (!lock) return fail(std::move(lock).error(), "cluster " + name + " is being brought up or down");
    return lock;
}

// Those of all local clusters, running or not.
std::set<std::uint16_t> ports_in_use(const Path& data_folder) {
    std::set<std::uint16_t> out;
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(clusters_folder(data_folder), code)) {
        if (!entry.is_directory(code)) continue;
        const auto cluster = read_record(entry.path());
        if (!cluster) continue;
        for (const auto& node : cluster->nodes) {
            const auto& ports = node.ports;
            out.insert({ports.rest, ports.grpc, ports.gossip, ports.data, ports.raft, ports.raft_rpc});
        }
    }
    return out;
}

Result<LocalCluster> new_cluster(const Path& data_folder, const UpRequest& request) {
    LocalCluster out;
    out.name = request.name;
    out.folder = local_cluster_folder(data_folder, request.name);
    ELY_TRY_ASSIGN(const auto ports, store::free_ports(request.nodes.value_or(1), {}, ports_in_use(data_folder)));
    for (const auto& node : ports) out.nodes.push_back({node, {}});
    return out;
}

std::string down_first(const LocalCluster& cluster, std::string_view options = "") {
    const auto name = cluster.name == UpRequest().name ? std::string() : " --name " + cluster.name;
    return fmt::format("elysiactl cluster down{}{}", name, options);
}

Result<void> adopt_server(LocalCluster& cluster, const UpRequest& request, const model::Variable& variable,
                          const std::stop_token& stop) {
    const bool chosen = !request.server.program.empty() || !request.server.version.empty();
    const bool known = cluster.server.container || std::filesystem::exists(cluster.server.program);
    if (known && !chosen) return {};
    if (!chosen && cluster.running() > 0) return {};  // its file is gone, but it runs
    ELY_TRY_ASSIGN(auto server, find_server(request.server, "elysiactl-" + cluster.name, variable, stop));
    if (cluster.running() > 0 && server != cluster.server) {
        return fail(Code::conflict, fmt::format("cluster {} runs {}", cluster.name, cluster.server.text()),
                    down_first(cluster) + ", then the same command again");
    }
    cluster.server = std::move(server);
    return {};
}

Result<void> adopt_request(LocalCluster& cluster, const UpRequest& request, const model::Variable& variable,
                           const std::stop_token& stop) {
    if (request.nodes && *request.nodes != cluster.nodes.size()) {
        return fail(Code::conflict,
                    fmt::format("cluster {} has {} node{}", cluster.name, cluster.nodes.size(),
                                cluster.nodes.size() == 1 ? "" : "s"),
                    down_first(cluster, " --delete-data") + ", or choose another --name");
    }
    ELY_TRY(adopt_server(cluster, request, variable, stop));
    if (!request.embed_endpoint || *request.embed_endpoint == cluster.embed_endpoint) return {};
    if (cluster.running() > 0) {
        return fail(Code::conflict,
                    fmt::format("cluster {} runs with {}", cluster.name,
                                cluster.embed_endpoint.empty() ? "no embedding endpoint" : cluster.embed_endpoint),
                    down_first(cluster) + ", then the same command again");
    }
    cluster.embed_endpoint = *request.embed_endpoint;
    return {};
}

// A node keeps its ports, because the others know them; a port may have been taken while it was down.
Result<void> check_ports(const LocalCluster& cluster) {
    for (const auto& node : cluster.nodes) {
        if (node.runs()) continue;
        const auto& ports = node.ports;
        for (const auto port : {ports.rest, ports.grpc, ports.gossip, ports.data, ports.raft, ports.raft_rpc}) {
            if (store::is_free(port)) continue;
            return fail(Code::conflict, fmt::format("port {} is taken, which cluster {} had", port, cluster.name),
                        fmt::format("end what listens there (ss -ltnp sport = :{}), or choose another --name", port));
        }
    }
    return {};
}

// One that has grown long, or is of another cluster that had this name.
void put_log_aside(const Path& log, bool new_cluster) {
    std::error_code code;
    const auto size = std::filesystem::file_size(log, code);
    if (!code && (new_cluster || size > k_long_log)) static_cast<void>(rename_durably(log, log.string() + ".1"));
}

// A command that was killed between the start of a node and the record of it has left one that nobody knows of.
void find_unrecorded_nodes(LocalCluster& cluster) {
    const auto launch = cluster.launch();
    for (unsigned node = 0; node < cluster.nodes.size(); ++node) {
        auto& process = cluster.nodes[node].process;
        if (is_running(process)) continue;
        std::error_code code;
        const auto folder = std::filesystem::canonical(launch.nodes[node].folder, code);
        process = find_process(store::launch_arguments(launch, node), folder).value_or(ProcessIdentity{});
    }
}

struct Endings {
    unsigned ended = 0;
    unsigned killed = 0;
    std::optional<Error> error;
};

Endings end_nodes(LocalCluster& cluster, const std::vector<unsigned>& nodes, std::chrono::milliseconds patience) {
    std::vector<Result<Ended>> results(nodes.size(), Ended::was_not_running);
    {
        // All at once: one that ends alone would wait for others to take over from it.
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            threads.emplace_back([&, i] { results[i] = end_process(cluster.nodes[nodes[i]].process, patience); });
    }
    Endings out;
    const auto launch = cluster.launch();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        store::remove_container(launch, nodes[i]);
        if (!results[i]) {
            out.error = results[i].error();
            continue;
        }
        cluster.nodes[nodes[i]].process = {};
        if (*results[i] != Ended::was_not_running) ++out.ended;
        if (*results[i] == Ended::killed) ++out.killed;
    }
    return out;
}

// A cluster that never was: only its logs are left.
void forget_new_cluster(const LocalCluster& cluster) {
    std::error_code code;
    std::filesystem::remove(record_file(cluster.folder), code);
    for (const auto& node : cluster.launch().nodes) std::filesystem::remove_all(node.data(), code);
}

Result<void> start_missing(LocalCluster& cluster, std::vector<unsigned>& started, const UpRequest& request,
                           const std::stop_token& stop) {
    const auto launch = cluster.launch();
    for (unsigned node = 0; node < cluster.nodes.size(); ++node) {
        auto& process = cluster.nodes[node].process;
        if (is_running(process)) continue;
        const bool first = cluster.running() == 0;
        put_log_aside(launch.nodes[node].log(), cluster.version.empty());
        ELY_TRY_ASSIGN(process, store::start_node(launch, node));
        started.push_back(node);
        ELY_TRY(write_record(cluster));
        // The others join it, and one that finds nobody there gives up.
        if (first) ELY_TRY(store::wait_until_it_gossips(launch, node, process, request.patience, stop));
    }
    return {};
}

Result<void> wait_for_all(LocalCluster& cluster, const UpRequest& request, model::Progress& progress,
                          const std::stop_token& stop) {
    const auto launch = cluster.launch();
    const HttpClient client;
    progress.stage("starting cluster " + cluster.name, cluster.nodes.size(), "nodes");
    for (unsigned node = 0; node < cluster.nodes.size(); ++node) {
        const auto& process = cluster.nodes[node].process;
        ELY_TRY(store::wait_until_ready(launch, node, process, client, request.patience, stop));
        progress.advance(node + 1, cluster.nodes.size());
    }
    HttpRequest question;
    question.url = cluster.url() + "/v1/meta";
    ELY_TRY_ASSIGN(const auto answer, client.send(question, stop));
    const auto meta = nlohmann::json::parse(answer.body, nullptr, false);
    if (!answer.ok() || !meta.is_object() || !meta.contains("version") || !meta["version"].is_string())
        return fail(Code::corrupt, cluster.url() + " is ready, but does not answer as Weaviate does");
    meta["version"].get_to(cluster.version);
    return write_record(cluster);
}

Result<LocalCluster> existing_or_new(const Path& data_folder, const UpRequest& request, bool& created) {
    auto cluster = read_record(local_cluster_folder(data_folder, request.name));
    const bool found = cluster || cluster.error().code != Code::not_found;
    created = !found || (cluster && cluster->version.empty());  // also one that has never been up
    return found ? std::move(cluster) : new_cluster(data_folder, request);
}

// What runs when this fails is what ran before.
Result<void> start_and_wait(UpReport& report, const UpRequest& request, model::Progress& progress,
                            const std::stop_token& stop) {
    auto& cluster = report.cluster;
    std::vector<unsigned> started;
    auto up = start_missing(cluster, started, request, stop);
    if (up) up = wait_for_all(cluster, request, progress, stop);
    report.started = static_cast<unsigned>(started.size());
    if (up) return {};
    const auto endings = end_nodes(cluster, started, std::chrono::seconds(10));
    if (report.created && !endings.error) {
        forget_new_cluster(cluster);
    } else {
        (void)write_record(cluster);
    }
    return up;
}

std::vector<std::uint16_t> open_ports(const LocalCluster& cluster) {
    std::vector<std::uint16_t> out;
    for (const auto& node : cluster.nodes) {
        const auto& ports = node.ports;
        for (const auto port : {ports.rest, ports.grpc, ports.gossip, ports.data, ports.raft, ports.raft_rpc}) {
            if (store::listens_on_every_address(port)) out.push_back(port);
        }
    }
    return out;
}

Result<void> delete_folder(const LocalCluster& cluster) {
    std::error_code code;
    // The record goes last: what is interrupted here can be done again.
    for (const auto& node : cluster.launch().nodes) std::filesystem::remove_all(node.folder, code);
    std::filesystem::remove_all(cluster.folder, code);
    if (code) return fail(errno_error(code.value(), "cannot delete " + cluster.folder.string()));
    return {};
}

}  // namespace

std::string LocalCluster::url() const {
    return store::rest_url(launch(), 0);
}

std::string LocalCluster::grpc() const {
    return fmt::format("127.0.0.1:{}", nodes.front().ports.grpc);
}

unsigned LocalCluster::running() const {
    return static_cast<unsigned>(std::ranges::count_if(nodes, &LocalNode::runs));
}

store::Launch LocalCluster::launch() const {
    store::Launch out;
    out.program = server.program;
    out.container = server.container;
    for (unsigned node = 0; node < nodes.size(); ++node)
        out.nodes.push_back({nodes[node].ports, folder / store::node_name(node)});
    if (!embed_endpoint.empty()) {
        out.modules = {"text2vec-transformers"};
        out.environment = {{"TRANSFORMERS_INFERENCE_API", embed_endpoint},
                           // Which of the two is started first does not matter.
                           {"TRANSFORMERS_WAIT_FOR_STARTUP", "false"}};
    }
    return out;
}

Path local_cluster_folder(const Path& data_folder, const std::string& name) {
    return clusters_folder(data_folder) / name;
}

Result<LocalCluster> read_local_cluster(const Path& data_folder, const std::string& name) {
    auto cluster = read_record(local_cluster_folder(data_folder, name));
    if (cluster || cluster.error().code != Code::not_found) return cluster;
    const auto option = name == UpRequest().name ? std::string() : " --name " + name;
    return fail(Code::not_found, fmt::format("there is no local cluster called \"{}\"", name),
                "elysiactl cluster up" + option);
}

Result<UpReport> bring_up(const Path& data_folder, const UpRequest& request, const model::Variable& variable,
                          model::Progress& progress, const std::stop_token& stop) {
    const Stopwatch watch;
    ELY_TRY(model::check_cluster_name(request.name));
    ELY_TRY_ASSIGN(const auto lock, lock_cluster(data_folder, request.name));
    UpReport report;
    ELY_TRY_ASSIGN(report.cluster, existing_or_new(data_folder, request, report.created));
    auto& cluster = report.cluster;
    find_unrecorded_nodes(cluster);
    ELY_TRY(adopt_request(cluster, request, variable, stop));
    ELY_TRY(check_ports(cluster));
    ELY_TRY(make_directories(cluster.folder));
    ELY_TRY(write_record(cluster));
    ELY_TRY(start_and_wait(report, request, progress, stop));
    report.open_ports = open_ports(cluster);
    report.seconds = watch.seconds();
    return report;
}

Result<DownReport> bring_down(const Path& data_folder, const std::string& name, bool delete_data,
                              std::chrono::seconds patience, model::Progress& progress) {
    ELY_TRY(model::check_cluster_name(name));
    ELY_TRY(read_local_cluster(data_folder, name));
    ELY_TRY_ASSIGN(const auto lock, lock_cluster(data_folder, name));
    DownReport report;
    ELY_TRY_ASSIGN(report.cluster, read_local_cluster(data_folder, name));
    auto& cluster = report.cluster;
    find_unrecorded_nodes(cluster);
    std::vector<unsigned> all(cluster.nodes.size());
    for (unsigned node = 0; node < all.size(); ++node) all[node] = node;
    progress.stage("ending cluster " + name, 0, "nodes");
    const auto endings = end_nodes(cluster, all, patience);
    report.ended = endings.ended;
    report.killed = endings.killed;
    ELY_TRY(write_record(cluster));
    if (endings.error) return fail(*endings.error);
    if (!delete_data) return report;
    ELY_TRY(delete_folder(cluster));
    report.deleted = true;
    return report;
}

}  // namespace ely::operate
