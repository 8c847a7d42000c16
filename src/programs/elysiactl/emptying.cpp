#include "programs/elysiactl/emptying.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "programs/elysiactl/collection_facts.hpp"

namespace ely::programs {
namespace {

Result<int> run(Context& context, const std::string& name, const Emptying& emptying) {
    operate::Workspace workspace(context.settings, context.clock);
    ELY_TRY_ASSIGN(const auto facts, collection_facts(workspace, name));
    ELY_TRY_ASSIGN(const auto repositories, repositories_of(workspace, name));
    const auto objects = format_count(facts.stats.objects);
    if (!context.dry_run) {
        auto question =
            fmt::format(fmt::runtime(emptying.question), fmt::arg("name", name), fmt::arg("objects", objects));
        if (!repositories.empty()) {
            question =
                fmt::format("{} is what these are indexed into: {}. ", name, join(repositories, ", ")) + question;
        }
        ELY_TRY_ASSIGN(const bool go, context.confirm(question));
        if (!go) return context.refused();
        // Not while it is being filled, and not between the steps of a sync.
        std::vector<FileLock> locks;
        for (const auto& repository : repositories) {
            ELY_TRY_ASSIGN(auto lock, workspace.lock_repository(repository));
            locks.push_back(std::move(lock));
        }
        ELY_TRY_ASSIGN(const auto lock, index::lock_collection(workspace.ledger_file(), name));
        ELY_TRY_ASSIGN(auto* store, workspace.store());
        ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
        ELY_TRY(ledger->forget_collection(store->location(), name));
        ELY_TRY(emptying.act(*store, *facts.collection));
    }
    if (context.json) {
        context.print_json({{"name", name},
                            {"objects", facts.stats.objects},
                            {"repositories", repositories},
                            {"dry_run", context.dry_run}});
    } else {
        context.out.print("{} collection {} ({} objects)\n", context.dry_run ? emptying.would : emptying.did, name,
                          objects);
    }
    return k_exit_ok;
}

}  // namespace

Run define_emptying(CommandLine& line, Emptying emptying) {
    auto name = std::make_shared<std::string>();
    line.add_option("NAME", *name, "the collection")->required();
    line.add_yes();
    line.add_dry_run();
    return [name, emptying = std::move(emptying)](Context& context) { return run(context, *name, emptying); };
}

}  // namespace ely::programs
