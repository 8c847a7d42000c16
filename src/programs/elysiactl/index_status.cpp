#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "changes/stream/spool.hpp"
#include "operate/clusters.hpp"
#include "operate/code_collection.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string collection;
};

nlohmann::ordered_json to_json(const index::IndexedRepository& item, const std::string& cluster,
                               std::uint64_t waiting) {
    return {{"collection", item.scope.collection},
            {"cluster", cluster_json(cluster)},
            {"repository", item.scope.repository},
            {"branch", item.branch},
            {"commit", item.commit},
            {"interrupted", item.interrupted},
            {"updated_at", item.updated_at},
            {"indexed", item.counts.indexed},
            {"skipped", item.counts.skipped},
            {"failed", item.counts.failed},
            {"objects", item.counts.objects},
            {"streams_waiting", waiting}};
}

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto cluster, operate::chosen_cluster(context.settings));
    ELY_TRY_ASSIGN(auto* store, workspace.store(cluster));
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    std::string name;
    if (!options.collection.empty()) {
        ELY_TRY_ASSIGN(auto address, operate::stored_address(workspace, {cluster, options.collection}));
        name = std::move(address.name);
    }
    ELY_TRY_ASSIGN(const auto all, ledger->repositories(store->location(), name));
    auto json = nlohmann::ordered_json::array();
    ui::Table table({{"Collection"},
                     {"Repository", ui::Cut::middle},
                     {"Commit"},
                     {"Indexed", ui::Cut::never, ui::Align::right},
                     {"Skipped", ui::Cut::never, ui::Align::right},
                     {"Failed", ui::Cut::never, ui::Align::right},
                     {"Objects", ui::Cut::never, ui::Align::right},
                     {"State"}});
    for (const auto& item : all) {
        const model::CollectionAddress address{cluster, item.scope.collection};
        ELY_TRY_ASSIGN(const auto spool, stream::Spool::open(context.settings.spool_root(), address.folder_name()));
        ELY_TRY_ASSIGN(const auto waiting, spool.pending());
        json.push_back(to_json(item, cluster, waiting.size()));
        const auto state = item.interrupted ? "interrupted" : waiting.empty() ? "up to date" : "streams waiting";
        table.add({item.scope.collection, item.scope.repository, item.commit.substr(0, 12),
                   format_count(item.counts.indexed), format_count(item.counts.skipped),
                   format_count(item.counts.failed), format_count(item.counts.objects), state});
    }
    context.print_list(json, table, "Nothing is indexed yet. Start with: elysiactl repo add URL");
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("-c,--collection", options->collection, "only this one");
    add_cluster_option(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_index_status{.path = "index status",
                             .summary = "Say what is indexed, of which repository and commit",
                             .description = "One row for each repository in each collection.",
                             .examples = "%p index status\n%p index status --collection flask --json",
                             .define = define};

}  // namespace ely::programs
