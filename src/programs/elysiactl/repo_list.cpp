#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "state/state_database.hpp"

namespace ely::programs {
namespace {

nlohmann::ordered_json to_json(const model::RepoEntry& entry) {
    return {{"name", entry.name},
            {"url", entry.url},
            {"repository", entry.repository},
            {"cluster", cluster_json(entry.cluster)},
            {"collection", entry.collection},
            {"branch", entry.branch.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(entry.branch)},
            {"vectorizer", entry.vectorizer},
            {"include_patterns", entry.include_patterns},
            {"exclude_patterns", entry.exclude_patterns},
            {"status", entry.status},
            {"commit", entry.commit},
            {"documents", entry.documents},
            {"objects", entry.objects},
            {"added_at", entry.added_at},
            {"synced_at", entry.synced_at}};
}

Result<int> run(Context& context) {
    ELY_TRY_ASSIGN(auto state, state::StateDatabase::open(context.settings.state_path()));
    ELY_TRY_ASSIGN(auto entries, state.repositories());
    ELY_TRY(keep_of_cluster(context, entries));
    auto json = nlohmann::ordered_json::array();
    const bool clusters = has_cluster(entries);
    std::vector<ui::Column> columns{{"Repository"},
                                    {"Collection", ui::Cut::middle},
                                    {"Documents", ui::Cut::never, ui::Align::right},
                                    {"URL", ui::Cut::middle}};
    if (clusters) columns.insert(columns.begin() + 1, {"Cluster"});
    ui::Table table(columns);
    for (const auto& entry : entries) {
        json.push_back(to_json(entry));
        std::vector<std::string> row{entry.name, entry.collection, format_count(entry.documents), printable(entry.url)};
        if (clusters) row.insert(row.begin() + 1, entry.cluster.empty() ? "embedded" : entry.cluster);
        table.add(row);
    }
    context.print_list(json, table, "No repository yet. Add one: elysiactl repo add URL");
    return k_exit_ok;
}

Run define(CommandLine& line) {
    add_cluster_option_of_repository(line);
    return [](Context& context) { return run(context); };
}

}  // namespace

const Command k_repo_list{.path = "repo list",
                          .summary = "List the repositories",
                          .description = "How they are doing is told by \"repo status\".",
                          .examples = "%p repo list\n%p repo list --json | jq -r '.[].name'",
                          .define = define};

}  // namespace ely::programs
