#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/process.hpp"
#include "base/text.hpp"
#include "operate/local_cluster.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/local_profile.hpp"

namespace ely::programs {
namespace {

struct Options {
    operate::UpRequest request;
    std::string nodes;
    std::string server;
    std::string embed_endpoint;
    unsigned timeout = 120;
};

Result<operate::UpRequest> request_of(const Options& options) {
    auto out = options.request;
    if (!options.nodes.empty()) out.nodes = options.nodes == "3" ? 3 : 1;
    if (!options.server.empty()) out.server.program = expand_home(options.server);
    if (options.embed_endpoint == "none") {
        out.embed_endpoint = "";
    } else if (!options.embed_endpoint.empty()) {
        auto url = model::cluster_url(options.embed_endpoint);
        if (!url) {
            return fail(Code::usage, "--embed-endpoint is not an address: " + redact_urls(options.embed_endpoint),
                        "write it as http://127.0.0.1:8600");
        }
        out.embed_endpoint = *std::move(url);
    }
    out.patience = std::chrono::seconds(options.timeout);
    return out;
}

nlohmann::ordered_json report_json(const operate::UpReport& report) {
    const auto& cluster = report.cluster;
    auto nodes = nlohmann::ordered_json::array();
    const auto launch = cluster.launch();
    for (unsigned node = 0; node < cluster.nodes.size(); ++node) {
        nodes.push_back({{"name", store::node_name(node)},
                         {"rest", cluster.nodes[node].ports.rest},
                         {"grpc", cluster.nodes[node].ports.grpc},
                         {"pid", cluster.nodes[node].process.pid},
                         {"log", launch.nodes[node].log().string()}});
    }
    return {{"name", cluster.name},
            {"url", cluster.url()},
            {"grpc", cluster.grpc()},
            {"version", cluster.version},
            {"server", cluster.server.text()},
            {"folder", cluster.folder.string()},
            {"embed_endpoint", cluster.embed_endpoint},
            {"created", report.created},
            {"started", report.started},
            {"nodes", nodes},
            {"open_ports", report.open_ports},
            {"seconds", report.seconds}};
}

void print_report(Context& context, const operate::UpReport& report) {
    const auto& cluster = report.cluster;
    const auto size = cluster.nodes.size();
    const auto what = fmt::format("{} node{} of Weaviate {}", size, size == 1 ? "" : "s", cluster.version);
    if (report.started == 0) {
        context.out.print("Cluster {} runs already: {}\n", cluster.name, what);
    } else {
        const auto some = report.started < size ? fmt::format(", {} of them started now", report.started) : "";
        context.out.print("{} Cluster {} is up after {}: {}{}\n", context.style.green("✓"), cluster.name,
                          format_duration(report.seconds), what, some);
    }
    context.out.print("  REST    {}\n  gRPC    {}\n  server  {}\n  data    {}\n", cluster.url(), cluster.grpc(),
                      cluster.server.text(), cluster.folder.string());
    if (!cluster.embed_endpoint.empty()) {
        context.out.print("  embeds  with text2vec-transformers at {}\n", cluster.embed_endpoint);
    }
    if (!report.open_ports.empty()) {
        context.out.print(
            "{} Other machines can reach port{} {}: the server listens there at every address, which no setting of\n"
            "  its own changes, and asks for no key. Where others can reach this machine, close them with a "
            "firewall.\n",
            context.style.yellow("!"), report.open_ports.size() == 1 ? "" : "s", fmt::join(report.open_ports, ", "));
    }
    if (report.created) context.out.print("Use it: elysiactl repo add URL --cluster {}\n", cluster.name);
}

Result<int> run(Context& context, const Options& options) {
    const auto& folders = context.settings.folders();
    ELY_TRY_ASSIGN(const auto request, request_of(options));
    ELY_TRY(check_profile_is_ours(folders, request.name));
    ELY_TRY_ASSIGN(const auto report,
                   operate::bring_up(folders.data, request, context.variable, context.progress, context.stop));
    ELY_TRY(register_profile(folders, report.cluster));
    if (context.json) {
        context.print_json(report_json(report));
    } else {
        print_report(context, report);
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("--name", options->request.name, "the cluster's name, also of its profile")
        ->type_name("NAME")
        ->show_default();
    line.add_choice("--nodes", options->nodes, {"1", "3"}, "how many nodes a new cluster has (default 1)");
    auto* version = line.add_option("--version", options->request.server.version,
                                    "this version of the server, of those built here or from a container image")
                        ->type_name("VERSION");
    line.add_option("--server", options->server, "the weaviate-server program")->type_name("FILE")->excludes(version);
    line.add_option("--embed-endpoint", options->embed_endpoint,
                    "a URL where texts are embedded (see embed serve), for text2vec-transformers; \"none\": no more")
        ->type_name("URL");
    line.add_option("--timeout", options->timeout, "how long to wait for the nodes to become ready")
        ->in_range(1, 86400)
        ->type_name("SECONDS")
        ->show_default();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_cluster_up{
    .path = "cluster up",
    .summary = "Start a Weaviate cluster on this machine",
    .description =
        R"(For those who have no Weaviate: one node, or three that keep each other's copies. It starts what does not run yet, waits
until all nodes are ready, and makes the cluster known to the other commands under its name; a second time it starts
only what has ended. The nodes go on when the command ends; after a restart of the machine, run it again.

The server is the first there is of: --server, the variable WEAVIATE_SERVER, weaviate-server in PATH, the newest built
for the tests of this project, an image that docker or podman runs. It installs nothing. The environment is handed on, so
variables with which a server is set up (OPENAI_APIKEY, LIMIT_RESOURCES, ...) reach it; a container gets only those that
are set here.

REST, gossip and raft listen on the loopback interface. gRPC and the nodes' data port listen at every address, because
the server knows no other way; the command says which ports these are. No key is asked for.)",
    .examples =
        "%p cluster up\n%p cluster up --nodes 3 --name three\n"
        "%p cluster up --embed-endpoint http://127.0.0.1:8600\n%p cluster up --server ~/go/bin/weaviate-server",
    .define = define};

}  // namespace ely::programs
