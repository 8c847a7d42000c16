#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "programs/elysiactl/cluster_facts.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
};

Result<int> run(Context& context, const CommandLine& line, const Options& options) {
    const auto path = cluster_file_of(context);
    ELY_TRY_ASSIGN(const auto lock, model::lock_cluster_file(path));
    ELY_TRY_ASSIGN(auto file, model::read_cluster_file(path));
    ELY_TRY(file.require(options.name));
    ELY_TRY_ASSIGN(const auto repositories, repositories_on(context, options.name));
    const bool was_chosen = file.chosen == options.name;
    if (!context.dry_run && !repositories.empty() && !line.chosen().yes) {
        return fail(Code::conflict,
                    fmt::format("repositories are kept on cluster {}: {}", options.name, join(repositories, ", ")),
                    "elysiactl repo remove each of them first; --yes removes the profile all the same");
    }
    if (!context.dry_run) {
        ELY_TRY_ASSIGN(const bool yes, context.confirm(fmt::format("Remove the profile of cluster {}? What is on the "
                                                                   "cluster stays.",
                                                                   options.name)));
        if (!yes) return context.refused();
        file.erase(options.name);
        ELY_TRY(model::write_cluster_file(path, file));
    }
    if (context.json) {
        context.print_json({{"name", options.name},
                            {"repositories", repositories},
                            {"was_default", was_chosen},
                            {"dry_run", context.dry_run}});
        return k_exit_ok;
    }
    context.out.print("{} the profile of cluster {}; what is on the cluster stays\n",
                      context.dry_run ? "Would remove" : "Removed", options.name);
    if (!repositories.empty()) {
        context.out.print("Repositories that {} out of reach: {}\n", context.dry_run ? "would be" : "are",
                          join(repositories, ", "));
    }
    if (was_chosen && !context.dry_run) context.out.print("The embedded store is the default again\n");
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the cluster")->required();
    line.add_yes();
    line.add_dry_run();
    return [options, &line](Context& context) { return run(context, line, *options); };
}

}  // namespace

const Command k_cluster_remove{
    .path = "cluster remove",
    .summary = "Forget a cluster's profile",
    .description =
        "Collections on the cluster stay, and so does the file that has its key. While repositories are kept there it "
        "refuses, and says which; --yes removes the profile all the same.",
    .examples = "%p cluster remove team --dry-run\n%p cluster remove team --yes",
    .define = define};

}  // namespace ely::programs
