#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"
#include "programs/elysiactl/sync_report.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
    std::string branch;
    bool default_branch = false;
    operate::SyncOptions sync;
};

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(auto entry, require_repository(workspace, options.name));
    auto sync = options.sync;
    if (!options.branch.empty()) sync.branch = options.branch;
    if (options.default_branch) sync.branch = std::string();
    ELY_TRY_ASSIGN(const auto report, operate::sync_repository(workspace, entry, sync, context.progress, context.stop));
    if (context.json) {
        context.print_json(sync_json(entry, report));
        return ingest_status(report.ingest);
    }
    if (!report.changed && report.ingest.indexed + report.ingest.removed + report.ingest.embedded == 0) {
        context.out.print("{} is up to date at {} ({} documents)\n", entry.name, entry.commit.substr(0, 12),
                          format_count(entry.documents));
        return ingest_status(report.ingest);
    }
    context.out.print("{} is now at {}{}\n", entry.name, entry.commit.substr(0, 12),
                      report.full_reason.empty() ? "" : " (read as a whole: " + report.full_reason + ")");
    print_ingest(context, report.ingest);
    return ingest_status(report.ingest);
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the repository")->required();
    line.add_flag("--full", options->sync.full, "read the whole repository, whatever was delivered before");
    auto* branch = line.add_option("-b,--branch", options->branch, "follow this branch from now on");
    line.add_flag("--default-branch", options->default_branch, "follow the remote's default branch again")
        ->excludes(branch);
    add_cluster_option_of_repository(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_repo_sync{
    .path = "repo sync",
    .summary = "Bring a repository's collection up to date",
    .description =
        R"(Fetches what is new and applies only the difference: files that changed, were renamed or are gone. Rewritten
history, another branch or changed patterns are seen and handled. It can be interrupted at any time; the next sync goes
on.)",
    .examples = "%p repo sync flask\n%p repo sync flask --branch stable --json",
    .define = define};

}  // namespace ely::programs
