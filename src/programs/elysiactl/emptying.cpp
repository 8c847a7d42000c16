#include "programs/elysiactl/emptying.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/clusters.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/open_workspace.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
    bool force = false;
};

Result<void> check_protection(const CollectionFacts& facts, const Options& options) {
    if (options.force || !model::is_protected_collection(facts.name())) return {};
    return fail(Code::unauthorized, fmt::format("collection {} is Elysia's own: it would miss it", facts.name()),
                "--force, when you are sure");
}

Result<int> run(Context& context, const Options& options, const Emptying& emptying) {
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto cluster, operate::chosen_cluster(context.settings));
    ELY_TRY_ASSIGN(const auto facts, collection_facts(workspace, {cluster, options.name}));
    ELY_TRY(check_protection(facts, options));
    ELY_TRY_ASSIGN(const auto repositories, repositories_of(workspace, facts.address()));
    const auto name = facts.address().text();
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
        ELY_TRY_ASSIGN(const auto lock, index::lock_collection(workspace.ledger_file(), facts.address().folder_name()));
        ELY_TRY_ASSIGN(auto* store, workspace.store(cluster));
        ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
        ELY_TRY(ledger->forget_collection(store->location(), facts.name()));
        const auto note = emptying.prepare ? emptying.prepare(*store, *facts.collection) : std::string();
        if (!note.empty()) context.err.print("note: {}\n", printable(note));
        ELY_TRY(emptying.act(*store, *facts.collection));
    }
    if (context.json) {
        context.print_json({{"name", facts.name()},
                            {"cluster", cluster_json(cluster)},
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
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the collection")->required();
    line.add_flag("--force", options->force, "also one of Elysia's own (ELYSIA_…)");
    add_cluster_option(line);
    line.add_yes();
    line.add_dry_run();
    return [options, emptying = std::move(emptying)](Context& context) { return run(context, *options, emptying); };
}

}  // namespace ely::programs
