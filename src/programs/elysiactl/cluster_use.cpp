#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/cluster_environment.hpp"
#include "operate/clusters.hpp"
#include "programs/elysiactl/cluster_facts.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
};

void print_notes(Context& context, const std::string& name) {
    if (context.quiet) return;
    if (name == model::k_environment_cluster) {
        if (const auto access = model::environment_access(context.variable); !access) {
            context.err.print("note: {}; {}\n", printable(access.error().text()), access.error().hint);
        }
    }
    const auto& said = context.settings.cluster();
    if (!said.value.empty() && said.value != name) {
        context.err.print("note: {} says {}, and wins\n", said.source, printable(said.value));
    }
}

Result<int> run(Context& context, const Options& options) {
    const auto path = cluster_file_of(context);
    ELY_TRY_ASSIGN(const auto lock, model::lock_cluster_file(path));
    ELY_TRY_ASSIGN(auto file, model::read_cluster_file(path));
    const bool embedded = options.name == model::k_embedded_cluster;
    if (!embedded && options.name != model::k_environment_cluster) ELY_TRY(file.require(options.name));
    file.chosen = embedded ? "" : options.name;
    if (!context.dry_run) ELY_TRY(model::write_cluster_file(path, file));
    print_notes(context, options.name);
    if (context.json) {
        context.print_json({{"default", options.name}, {"dry_run", context.dry_run}});
        return k_exit_ok;
    }
    context.out.print("{} in {} from now on; a repository stays where it was added\n",
                      context.dry_run ? "New collections would be kept" : "New collections are kept",
                      operate::store_text(file.chosen));
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "a cluster, embedded or environment")->required();
    line.add_dry_run();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_cluster_use{
    .path = "cluster use",
    .summary = "Say which cluster commands mean when none is given",
    .description =
        R"(--cluster wins over the variable ELYSIACTL_CLUSTER, that over "cluster" in config.yaml, that over what is said here,
and that over the embedded store. A repository that is under care stays where it was added.

"embedded" is the store in a file here. "environment" is the cluster that the standard variables describe (WEAVIATE_URL and
the like): they are read under this name only.)",
    .examples = "%p cluster use team\n%p cluster use embedded",
    .define = define};

}  // namespace ely::programs
