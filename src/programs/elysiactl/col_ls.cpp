#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/clusters.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"

namespace ely::programs {
namespace {

struct Options {
    bool all = false;
};

nlohmann::ordered_json to_json(const CollectionFacts& facts) {
    return {{"name", facts.name()},
            {"cluster", cluster_json(facts.cluster)},
            {"documents", json_or_null(facts.documents)},
            {"objects", facts.stats.objects},
            {"vectors", facts.stats.vectors},
            {"dimensions", facts.dimensions()},
            {"vectorizer", facts.vectorizer()},
            {"bytes", facts.stats.bytes}};
}

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto cluster, operate::chosen_cluster(context.settings));
    ELY_TRY_ASSIGN(auto* store, workspace.store(cluster));
    ELY_TRY_ASSIGN(const auto names, store->list());
    auto json = nlohmann::ordered_json::array();
    ui::Table table({{"Collection", ui::Cut::middle},
                     {"Documents", ui::Cut::never, ui::Align::right},
                     {"Objects", ui::Cut::never, ui::Align::right},
                     {"Vectors", ui::Cut::never, ui::Align::right},
                     {"Size", ui::Cut::never, ui::Align::right},
                     {"Vectorizer"}});
    for (const auto& name : names) {
        if (!options.all && model::is_protected_collection(name)) continue;
        auto facts = collection_facts(workspace, {cluster, name});
        // Dropped by somebody else since it was listed.
        if (!facts && facts.error().code == Code::not_found) continue;
        if (!facts) return fail(std::move(facts).error());
        json.push_back(to_json(*facts));
        table.add({name, count_or_dash(facts->documents), format_count(facts->stats.objects),
                   format_count(facts->stats.vectors), format_size(facts->stats.bytes), facts->vectorizer()});
    }
    context.print_list(json, table,
                       "No collection yet. Make one: elysiactl repo add URL, or elysiactl col create NAME");
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_flag("--all", options->all, "also those that Elysia keeps for itself (ELYSIA_…)");
    add_cluster_option(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_col_ls{
    .path = "col ls",
    .summary = "List the collections",
    .description = "Documents are files that elysiactl has indexed, objects the parts of them that are stored.",
    .examples = "%p col ls\n%p col ls --cluster team --all --json",
    .define = define};

}  // namespace ely::programs
