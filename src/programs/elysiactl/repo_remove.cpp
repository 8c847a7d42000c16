#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/onboard/remove.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"
#include "programs/elysiactl/sync_report.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
    bool delete_collection = false;
};

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto entry, require_repository(workspace, options.name));
    const auto there = entry.cluster.empty() ? "" : " on cluster " + entry.cluster;
    const auto objects = fmt::format("repository \"{}\" and its {} objects from collection \"{}\"{}", entry.name,
                                     format_count(entry.objects), entry.collection, there);
    const auto alone = fmt::format("repository \"{}\"", entry.name);
    const auto stays = fmt::format("Collection \"{}\"{} stays.", entry.collection, there);
    const auto what = options.delete_collection ? "Remove " + objects + "?" : "Remove " + alone + "? " + stays;
    const auto would = options.delete_collection
                           ? "Would remove " + objects + ", and the collection when nothing else is in it"
                           : "Would remove " + alone + ". " + stays;
    if (context.dry_run) {
        context.json ? context.print_json({{"name", entry.name},
                                           {"cluster", cluster_json(entry.cluster)},
                                           {"collection", entry.collection},
                                           {"objects", entry.objects},
                                           {"dry_run", true}})
                     : context.out.print("{}\n", would);
        return k_exit_ok;
    }
    ELY_TRY_ASSIGN(const bool yes, context.confirm(what));
    if (!yes) return context.refused();
    ELY_TRY_ASSIGN(const auto report,
                   operate::remove_repository(workspace, entry.name, options.delete_collection, context.stop));
    for (const auto& note : report.notes) context.err.print("note: {}\n", printable(note));
    if (context.json) {
        context.print_json({{"name", entry.name},
                            {"cluster", cluster_json(entry.cluster)},
                            {"collection", entry.collection},
                            {"objects_removed", report.objects},
                            {"collection_dropped", report.collection_dropped}});
        return k_exit_ok;
    }
    context.out.print("Removed {}", entry.name);
    if (report.collection_dropped) {
        context.out.print(" and collection {} ({} objects)\n", entry.collection, format_count(report.objects));
    } else if (options.delete_collection) {
        context.out.print(" and {} objects; collection {} stays, other things are in it\n",
                          format_count(report.objects), entry.collection);
    } else {
        context.out.print("; collection {} stays (elysiactl col rm {}{} removes it)\n", entry.collection,
                          entry.collection, entry.cluster.empty() ? "" : " --cluster " + entry.cluster);
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the repository")->required();
    line.add_flag("--delete-collection", options->delete_collection,
                  "remove its objects too, and the collection when nothing else is in it");
    add_cluster_option_of_repository(line);
    line.add_yes();
    line.add_dry_run();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_repo_remove{.path = "repo remove",
                            .summary = "Stop keeping a repository",
                            .description =
                                "Forgets the repository and mgit's copy of it. Its collection stays, unless "
                                "--delete-collection is given.",
                            .examples = "%p repo remove flask\n%p repo remove flask --delete-collection --yes",
                            .define = define};

}  // namespace ely::programs
