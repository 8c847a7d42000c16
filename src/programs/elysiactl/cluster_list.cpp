#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "programs/elysiactl/cluster_facts.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

Result<int> run(Context& context) {
    ELY_TRY_ASSIGN(const auto file, model::read_cluster_file(cluster_file_of(context)));
    auto json = nlohmann::ordered_json::array();
    ui::Table table({{"Cluster"},
                     {"URL", ui::Cut::middle},
                     {"Key", ui::Cut::middle},
                     {"Repositories", ui::Cut::never, ui::Align::right},
                     {"Default"}});
    for (const auto& profile : file.profiles) {
        ELY_TRY_ASSIGN(const auto facts, facts_of(context, profile, file));
        json.push_back(to_json(facts));
        table.add({profile.name, profile.url, printable(facts.key), format_count(facts.repositories.size()),
                   facts.chosen ? "yes" : ""});
    }
    context.print_list(
        json, table,
        "No cluster yet: collections are kept in a file here. Add one: elysiactl cluster add NAME --url URL");
    return k_exit_ok;
}

Run define(CommandLine&) {
    return [](Context& context) { return run(context); };
}

}  // namespace

const Command k_cluster_list{.path = "cluster list",
                             .summary = "List the clusters",
                             .description = "Those that have been added; whether they answer is not asked.",
                             .examples = "%p cluster list\n%p cluster list --json | jq -r '.[].name'",
                             .define = define};

}  // namespace ely::programs
