#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "operate/local_cluster.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/local_profile.hpp"

namespace ely::programs {
namespace {

constexpr std::chrono::seconds k_patience{60};

struct Options {
    std::string name = operate::UpRequest().name;
    bool delete_data = false;
};

void print_report(Context& context, const operate::DownReport& report) {
    const auto& cluster = report.cluster;
    if (report.ended == 0) {
        context.out.print("Cluster {} does not run\n", cluster.name);
    } else {
        const auto killed = report.killed == 0 ? "" : fmt::format(", {} had to be killed", report.killed);
        context.out.print("{} Cluster {} is down: {} node{} ended{}\n", context.style.green("✓"), cluster.name,
                          report.ended, report.ended == 1 ? "" : "s", killed);
    }
    if (report.deleted) {
        context.out.print("Deleted {}\n", cluster.folder.string());
    } else {
        context.out.print("Its data stays in {}\n", cluster.folder.string());
    }
}

Result<int> say_what_would_be(Context& context, const operate::LocalCluster& cluster, bool delete_data) {
    if (context.json) {
        context.print_json({{"name", cluster.name},
                            {"running", cluster.running()},
                            {"folder", cluster.folder.string()},
                            {"delete_data", delete_data},
                            {"dry_run", true}});
        return k_exit_ok;
    }
    context.out.print("Would end {} of {} nodes of cluster {}\n", cluster.running(), cluster.nodes.size(),
                      cluster.name);
    if (delete_data) context.out.print("Would delete {}\n", cluster.folder.string());
    return k_exit_ok;
}

Result<int> run(Context& context, const Options& options) {
    const auto& folders = context.settings.folders();
    ELY_TRY(model::check_cluster_name(options.name));
    ELY_TRY_ASSIGN(const auto cluster, operate::read_local_cluster(folders.data, options.name));
    if (context.dry_run) return say_what_would_be(context, cluster, options.delete_data);
    if (options.delete_data) {
        ELY_TRY_ASSIGN(const bool go,
                       context.confirm(fmt::format("End cluster {} and delete all its collections, in {}?",
                                                   cluster.name, cluster.folder.string())));
        if (!go) return context.refused();
    }
    ELY_TRY_ASSIGN(const auto report,
                   operate::bring_down(folders.data, options.name, options.delete_data, k_patience, context.progress));
    if (report.deleted) ELY_TRY(forget_profile(folders, report.cluster));
    if (context.json) {
        context.print_json({{"name", options.name},
                            {"ended", report.ended},
                            {"killed", report.killed},
                            {"folder", cluster.folder.string()},
                            {"deleted", report.deleted},
                            {"dry_run", false}});
    } else {
        print_report(context, report);
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("--name", options->name, "the cluster's name")->type_name("NAME")->show_default();
    line.add_flag("--delete-data", options->delete_data, "delete its collections, logs and profile too; asks first");
    line.add_yes();
    line.add_dry_run();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_cluster_down{
    .path = "cluster down",
    .summary = "End a Weaviate cluster on this machine",
    .description =
        R"(Ends the nodes that "cluster up" has started: they are asked to, and killed when they have not ended after a minute.
No other process is touched, whatever number it has. The data stays, and "cluster up" goes on with it; with
--delete-data it is deleted.)",
    .examples = "%p cluster down\n%p cluster down --name three --delete-data --yes",
    .define = define};

}  // namespace ely::programs
