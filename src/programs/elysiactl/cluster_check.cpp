#include <nlohmann/json.hpp>

#include "operate/clusters.hpp"
#include "operate/health.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/health_facts.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
};

Result<int> run(Context& context, const Options& options) {
    auto cluster = options.name == model::k_embedded_cluster ? std::string() : options.name;
    if (options.name.empty()) {
        ELY_TRY_ASSIGN(cluster, operate::chosen_cluster(context.settings));
    }
    ELY_TRY_ASSIGN(const auto report, operate::check_store(context.settings, context.variable, context.clock, cluster));
    if (context.json) {
        context.print_json(to_json(report));
    } else {
        context.out.write(to_text(context, report));
        print_next_steps(context, model::next_steps(report));
    }
    return health_exit_status({report});
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the cluster, embedded or environment; the chosen one by default");
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_cluster_check{
    .path = "cluster check",
    .summary = "Look whether a cluster is well, and what to do if not",
    .description =
        R"(Asks both sides of the server, REST and gRPC, and tells step by step: version, key and what it may do, nodes, the
agreement among them, copies of collections, shards, vectors that wait to be indexed, modules, clock. Nothing is changed on
the cluster, and no step that fails hides the others.

The exit status is 0 when it is healthy, with or without warnings, 1 when it is not, 13 when nobody answers.)",
    .examples = "%p cluster check\n%p cluster check team\n%p cluster check embedded --json | jq -r .verdict",
    .define = define};

}  // namespace ely::programs
