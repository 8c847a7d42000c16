#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "changes/stream/spool.hpp"
#include "operate/workspace.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string collection;
};

nlohmann::ordered_json to_json(const index::IndexedRepository& item, std::uint64_t waiting) {
    return {{"collection", item.scope.collection},
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
    operate::Workspace workspace(context.settings, context.clock);
    ELY_TRY_ASSIGN(auto* store, workspace.store());
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY_ASSIGN(const auto all, ledger->repositories(store->location(), options.collection));
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
        ELY_TRY_ASSIGN(const auto spool, stream::Spool::open(context.settings.spool_root(), item.scope.collection));
        ELY_TRY_ASSIGN(const auto waiting, spool.pending());
        json.push_back(to_json(item, waiting.size()));
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
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_index_status{.path = "index status",
                             .summary = "Say what is indexed, of which repository and commit",
                             .description = "One row for each repository in each collection.",
                             .examples = "%p index status\n%p index status --collection flask --json",
                             .define = define};

}  // namespace ely::programs
