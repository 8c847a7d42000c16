#include "operate/onboard/remove.hpp"

#include <algorithm>

#include "base/crash_point.hpp"
#include "operate/sync/elysia.hpp"
#include "operate/waiting_streams.hpp"

namespace ely::operate {
namespace {

void add_note(RemoveReport& report, std::string note) {
    if (!note.empty()) report.notes.push_back(std::move(note));
}

Result<void> remove_objects(Workspace& workspace, const model::RepoEntry& entry, bool drop_empty,
                            RemoveReport& report) {
    ELY_TRY_ASSIGN(auto* store, workspace.store(entry.cluster));
    auto collection = store->open(entry.collection);
    if (!collection && collection.error().code != Code::not_found) return fail(collection.error());
    if (collection) {
        const auto its_own = store::Filter::equals("repository", entry.repository);
        ELY_TRY_ASSIGN(report.objects, (*collection)->count(its_own));
        ELY_TRY_ASSIGN(const auto all, (*collection)->count(store::Filter::everything()));
        const auto left = all - std::min(all, report.objects);
        // A collection that goes as a whole is not emptied first: a server whose disk is full refuses that.
        if (left > 0 || !drop_empty) {
            ELY_TRY_ASSIGN(report.objects, (*collection)->remove(its_own));
        }
        crash_point("remove.objects_removed");
        if (left > 0 && report.objects > 0) add_note(report, tell_elysia_of_removal(*store, **collection, entry));
        if (left == 0 && drop_empty) {
            add_note(report, forget_at_elysia(*store, entry.collection));
            crash_point("remove.elysia_told");
            collection->reset();
            ELY_TRY(store->drop(entry.collection));
            report.collection_dropped = true;
        }
    }
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY_ASSIGN(const auto scope, workspace.scope(entry));
    return ledger->forget_repository(scope);
}

}  // namespace

Result<RemoveReport> withdraw(Workspace& workspace, const model::RepoEntry& entry, const Withdrawal& withdrawal,
                              std::stop_token stop) {
    RemoveReport report;
    if (withdrawal.objects) ELY_TRY(remove_objects(workspace, entry, withdrawal.empty_collection, report));
    ELY_TRY(set_aside_streams(workspace, entry, "repository \"" + entry.name + "\" was removed"));
    // Applied streams hold the contents that the user wants gone.
    if (report.collection_dropped) {
        ELY_TRY(clear_applied_streams(workspace, entry.address(), std::chrono::seconds(-1)));
    }
    crash_point("remove.streams_set_aside");
    // Its copy is a cache: that it cannot be cleared away is no reason to keep the repository.
    const auto forgotten = workspace.mgit(entry.name).forget(entry, stop);
    if (!forgotten && forgotten.error().code == Code::cancelled) return fail(forgotten.error());
    if (!forgotten) report.notes.push_back("mgit's copy of it stays: " + forgotten.error().text());
    crash_point("remove.forgotten");
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY(state->remove_repository(entry.name));
    return report;
}

Result<RemoveReport> remove_repository(Workspace& workspace, const std::string& name, bool delete_collection,
                                       std::stop_token stop) {
    ELY_TRY_ASSIGN(const auto lock, workspace.lock_repository(name));
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(const auto entry, state->find_repository(name));
    if (!entry) return fail(Code::not_found, "no repository is called \"" + name + "\"", "elysiactl repo list");
    return withdraw(workspace, *entry, {delete_collection, delete_collection}, stop);
}

}  // namespace ely::operate
