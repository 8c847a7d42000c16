#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/workspace.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"
#include "programs/elysiactl/sync_report.hpp"
#include "ui/time_text.hpp"
#include "ui/tree.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
};

// What is known of a repository without asking the network.
struct Status {
    model::RepoEntry entry;
    std::optional<state::Run> last_run;
    std::optional<std::uint64_t> pending_vectors;  // nullopt: the collection is not there
    bool collection_exists = false;
    std::optional<Error> trouble;  // why the store does not answer
};

// What the collection itself says.
Result<void> look_at_collection(operate::Workspace& workspace, Status& status) {
    ELY_TRY_ASSIGN(auto* store, workspace.store(status.entry.cluster));
    const auto collection = store->open(status.entry.collection);
    if (!collection && collection.error().code == Code::not_found) return {};
    if (!collection) return fail(collection.error());
    status.collection_exists = true;
    ELY_TRY_ASSIGN(const auto stats, (*collection)->stats());
    const bool vectors = !(*collection)->schema().vectors.empty();
    status.pending_vectors = vectors ? stats.objects - stats.vectors : 0;
    return {};
}

Result<Status> read_status(operate::Workspace& workspace, const model::RepoEntry& entry) {
    Status out;
    out.entry = entry;
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(auto runs, state->runs(entry.name, 1));
    if (!runs.empty()) out.last_run = std::move(runs.front());
    // A store that does not answer is a state like others: the rest is still worth telling.
    if (auto looked = look_at_collection(workspace, out); !looked) out.trouble = std::move(looked).error();
    return out;
}

std::string state_text(const Status& status) {
    if (status.trouble) return "store does not answer";
    if (!status.collection_exists) return "collection missing";
    if (status.entry.status == "adding") return "add interrupted";
    if (status.last_run && status.last_run->outcome == "partial") return "some files failed";
    if (status.last_run && status.last_run->outcome == "cancelled") return "sync interrupted";
    if (status.entry.status != "ready") return "last sync failed";
    if (status.pending_vectors.value_or(0) > 0) return "vectors incomplete";
    return "healthy";
}

std::string next_step(const Status& status) {
    const auto& entry = status.entry;
    const auto state = state_text(status);
    if (state == "healthy") return {};
    if (status.trouble) {
        const auto look = entry.cluster.empty() ? "elysiactl config show" : "elysiactl cluster show " + entry.cluster;
        return status.trouble->hint.empty() ? look : status.trouble->hint;
    }
    if (state == "some files failed") {
        return fmt::format("elysiactl index errors --collection {}{}", entry.collection,
                           entry.cluster.empty() ? "" : " --cluster " + entry.cluster);
    }
    return fmt::format("elysiactl repo sync {}", entry.name);
}

nlohmann::ordered_json to_json(const Status& status) {
    const auto& entry = status.entry;
    nlohmann::ordered_json out;
    out["name"] = entry.name;
    out["url"] = entry.url;
    out["repository"] = entry.repository;
    out["cluster"] = cluster_json(entry.cluster);
    out["collection"] = entry.collection;
    out["branch"] = entry.branch.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(entry.branch);
    out["commit"] = entry.commit;
    out["documents"] = entry.documents;
    out["objects"] = entry.objects;
    out["vectors_pending"] = nullptr;
    if (status.pending_vectors) out["vectors_pending"] = *status.pending_vectors;
    out["status"] = state_text(status);
    if (status.trouble) out["trouble"] = status.trouble->text();
    out["added_at"] = entry.added_at;
    out["synced_at"] = entry.synced_at;
    if (status.last_run) {
        out["last_run"] = {{"started_at", status.last_run->started_at}, {"outcome", status.last_run->outcome},
                           {"message", status.last_run->message},       {"indexed", status.last_run->indexed},
                           {"removed", status.last_run->removed},       {"seconds", status.last_run->seconds}};
    }
    if (const auto next = next_step(status); !next.empty()) out["next_step"] = next;
    return out;
}

std::string coloured(const Context& context, const std::string& state) {
    return state == "healthy" ? context.style.green(context.terminal.unicode ? "✓ Healthy" : "Healthy")
                              : context.style.yellow(context.terminal.unicode ? "⚠ " + state : state);
}

// "2025-09-02 15:05:00 (5 min ago)", or only the part in brackets for a table.
std::string when(const Context& context, const std::string& rfc3339, bool brief) {
    if (rfc3339.empty()) return "never";
    const auto time = from_rfc3339(rfc3339);
    if (!time) return printable(rfc3339);
    const auto ago = ui::ago(*time, context.clock.now());
    return brief ? ago : fmt::format("{} ({})", ui::local_time(*time), ago);
}

void print_one(Context& context, const Status& status) {
    const auto& entry = status.entry;
    ui::TreeNode root{"Repository: " + context.style.bold(entry.name), {}};
    root.add("URL: " + printable(entry.url));
    if (!entry.cluster.empty()) root.add("Cluster: " + entry.cluster);
    root.add(fmt::format("Collection: {} ({} documents, {} objects)", entry.collection, format_count(entry.documents),
                         format_count(entry.objects)));
    root.add(
        fmt::format("Commit: {}{}", entry.commit.substr(0, 12), entry.branch.empty() ? "" : " on " + entry.branch));
    root.add("Last sync: " + when(context, entry.synced_at, false));
    if (status.last_run) {
        auto& run = root.add(fmt::format("Last run: {}, {} files indexed, {} removed, {}", status.last_run->outcome,
                                         format_count(status.last_run->indexed), format_count(status.last_run->removed),
                                         format_duration(status.last_run->seconds)));
        if (!status.last_run->message.empty()) run.add(printable(status.last_run->message));
    }
    if (status.pending_vectors.value_or(0) > 0) {
        root.add(fmt::format("Vectors: {} still to come", format_count(*status.pending_vectors)));
    }
    auto& state = root.add("Status: " + coloured(context, state_text(status)));
    if (status.trouble) state.add(printable(status.trouble->text()));
    context.out.write(ui::tree_text(root, context.terminal));
    if (const auto next = next_step(status); !next.empty()) context.out.print("next: {}\n", next);
}

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    if (!options.name.empty()) {
        ELY_TRY_ASSIGN(const auto entry, require_repository(workspace, options.name));
        ELY_TRY_ASSIGN(const auto status, read_status(workspace, entry));
        context.json ? context.print_json(to_json(status)) : print_one(context, status);
        return k_exit_ok;
    }
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(auto entries, state->repositories());
    ELY_TRY(keep_of_cluster(context, entries));
    auto json = nlohmann::ordered_json::array();
    const bool clusters = has_cluster(entries);
    std::vector<ui::Column> columns{
        {"Repository"}, {"Documents", ui::Cut::never, ui::Align::right}, {"Last sync"}, {"Commit"}, {"Status"}};
    if (clusters) columns.insert(columns.begin() + 1, {"Cluster"});
    ui::Table table(columns);
    for (const auto& entry : entries) {
        ELY_TRY_ASSIGN(const auto status, read_status(workspace, entry));
        json.push_back(to_json(status));
        std::vector<std::string> row{entry.name, format_count(entry.documents), when(context, entry.synced_at, true),
                                     entry.commit.substr(0, 12), coloured(context, state_text(status))};
        if (clusters) row.insert(row.begin() + 1, entry.cluster.empty() ? "embedded" : entry.cluster);
        table.add(row);
    }
    context.print_list(json, table, "No repository yet. Add one: elysiactl repo add URL");
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "one repository, in detail; all of them by default");
    add_cluster_option_of_repository(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_repo_status{
    .path = "repo status",
    .summary = "Say how a repository, or each of them, is doing",
    .description = "From what elysiactl remembers and from the collection; the network is not asked.",
    .examples = "%p repo status\n%p repo status flask --json",
    .define = define};

}  // namespace ely::programs
