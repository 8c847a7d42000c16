#include <nlohmann/json.hpp>

#include "model/cluster_environment.hpp"
#include "programs/elysiactl/cluster_facts.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
};

Result<ClusterFacts> read_facts(const Context& context, const std::string& name) {
    ELY_TRY_ASSIGN(const auto file, model::read_cluster_file(cluster_file_of(context)));
    if (name == model::k_environment_cluster) return facts_of_environment(context, file);
    if (name == model::k_embedded_cluster) {
        return fail(Code::usage, "the embedded store is no cluster, but a file here",
                    "elysiactl config show has its place, under store.path");
    }
    ELY_TRY_ASSIGN(const auto profile, file.require(name));
    return facts_of(context, profile, file);
}

Result<int> run(Context& context, const Options& options) {
    ELY_TRY_ASSIGN(const auto facts, read_facts(context, options.name));
    if (context.json) {
        context.print_json(to_json(facts));
        return k_exit_ok;
    }
    context.out.write(to_text(context, facts));
    if (facts.trouble && !facts.trouble->hint.empty()) context.out.print("next: {}\n", facts.trouble->hint);
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the cluster; environment: what the standard variables describe")
        ->required();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_cluster_show{.path = "cluster show",
                             .summary = "Show a cluster's profile",
                             .description =
                                 "Keys are not shown, only where they come from; of headers the variables, and stars "
                                 "for all that is written out. "
                                 "Nothing is connected.",
                             .examples = "%p cluster show team\n%p cluster show environment --json",
                             .define = define};

}  // namespace ely::programs
