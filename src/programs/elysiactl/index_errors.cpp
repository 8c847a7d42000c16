#include <nlohmann/json.hpp>

#include "base/text.hpp"
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
    std::uint32_t limit = 100;
};

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
    ui::Table table({{"Repository", ui::Cut::middle}, {"Path", ui::Cut::middle}, {"Reason", ui::Cut::end}});
    for (const auto& item : all) {
        ELY_TRY_ASSIGN(const auto scope, ledger->find_scope(item.scope));
        ELY_TRY_ASSIGN(const auto failures, ledger->failures(scope.value_or(0), options.limit));
        for (const auto& failure : failures) {
            json.push_back({{"collection", item.scope.collection},
                            {"cluster", cluster_json(cluster)},
                            {"repository", item.scope.repository},
                            {"path", to_valid_utf8(failure.path)},
                            {"reason", to_valid_utf8(failure.reason)}});
            table.add({item.scope.repository, printable(failure.path), printable(failure.reason)});
        }
    }
    context.print_list(json, table, "No file failed.");
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("-c,--collection", options->collection, "only this one");
    line.add_option("-n,--limit", options->limit, "at most so many of each repository");
    add_cluster_option(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_index_errors{.path = "index errors",
                             .summary = "List the files that could not be indexed, and why",
                             .description = "A file stands here until a later sync has indexed it or it is gone.",
                             .examples = "%p index errors\n%p index errors --collection flask --json",
                             .define = define};

}  // namespace ely::programs
