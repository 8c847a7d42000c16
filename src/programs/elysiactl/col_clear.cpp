#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/crash_point.hpp"
#include "base/text.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

Result<int> run(Context& context, const std::string& name) {
    operate::Workspace workspace(context.settings, context.clock);
    ELY_TRY_ASSIGN(const auto facts, collection_facts(workspace, name));
    ELY_TRY_ASSIGN(const auto repositories, repositories_of(workspace, name));
    const auto objects = format_count(facts.stats.objects);
    if (!context.dry_run) {
        auto question = fmt::format("Remove all {1} objects of collection {0}?", name, objects);
        if (!repositories.empty())
            question =
                fmt::format("{} is what these are indexed into: {}. ", name, join(repositories, ", ")) + question;
        ELY_TRY_ASSIGN(const bool go, context.confirm(question));
        if (!go) return context.refused();
        ELY_TRY_ASSIGN(auto* store, workspace.store());
        ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
        // The ledger first: it may know less than the store holds, never more.
        ELY_TRY(ledger->forget_collection(store->location(), name));
        crash_point("col_clear.ledger_forgotten");
        ELY_TRY(facts.collection->remove(store::Filter::everything()));
    }
    if (context.json) {
        context.print_json({{"name", name},
                            {"objects", facts.stats.objects},
                            {"repositories", repositories},
                            {"dry_run", context.dry_run}});
    } else {
        context.out.print("{} collection {} ({} objects)\n", context.dry_run ? "Would clear" : "Cleared", name,
                          objects);
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto name = std::make_shared<std::string>();
    line.add_option("NAME", *name, "the collection")->required();
    line.add_yes();
    line.add_dry_run();
    return [name](Context& context) { return run(context, *name); };
}

}  // namespace

const Command k_col_clear{.path = "col clear",
                          .summary = "Remove all objects of a collection, keeping its schema",
                          .description =
                              "It asks first. A repository that is indexed into it stays under care; its next sync "
                              "fills the collection again.",
                          .examples = "%p col clear notes --dry-run\n%p col clear notes --yes",
                          .define = define};

}  // namespace ely::programs
