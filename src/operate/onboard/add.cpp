#include "operate/onboard/add.hpp"

#include <algorithm>

#include <functional>

#include <fmt/format.h>

#include "base/crash_point.hpp"
#include "base/text.hpp"
#include "index/code_schema.hpp"
#include "operate/code_collection.hpp"
#include "operate/onboard/estimate.hpp"
#include "store/batch/batch.hpp"

namespace ely::operate {
namespace {

// A name fit for a command line, a file name and a collection: letters, digits, '_', '-' and '.'.
std::string to_name(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                           c == '-' || c == '.';
        out.push_back(plain ? c : '-');
    }
    while (out.starts_with('.') || out.starts_with('-')) out.erase(0, 1);
    return out.empty() ? "repository" : out;
}

Result<void> check_name(std::string_view name, std::string_view what) {
    if (!name.empty() && name == to_name(name)) return {};
    return fail(Code::usage, fmt::format("\"{}\" is not a name for a {}", name, what),
                "use letters, digits, '_', '-' and '.', beginning with a letter or digit");
}

model::RepoEntry to_entry(const AddRequest& request) {
    model::RepoEntry entry;
    entry.url = request.url;
    entry.branch = request.branch;
    entry.vectorizer = request.vectorizer;
    entry.ids = request.ids;
    entry.include_patterns = request.include_patterns;
    entry.exclude_patterns = request.exclude_patterns;
    entry.max_file_size = request.max_file_size;
    return entry;
}

// The entry that is there already under this name: resumed when it is the same repository's unfinished add.
Result<bool> check_known(const model::RepoEntry& wanted, const model::RepoEntry& known) {
    if (known.repository != wanted.repository) {
        return fail(Code::already_exists, fmt::format("the name \"{}\" belongs to {}", known.name, known.url),
                    "choose another one with --name");
    }
    if (known.status == "adding") return true;
    return fail(Code::already_exists, fmt::format("{} is already added, as \"{}\"", known.url, known.name),
                fmt::format("elysiactl repo sync {}   or   elysiactl repo status {}", known.name, known.name));
}

Result<bool> check_collection(Workspace& workspace, const model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(auto* store, workspace.store());
    const auto collection = store->open(entry.collection);
    if (!collection) {
        if (collection.error().code == Code::not_found) return false;
        return fail(collection.error());
    }
    const auto missing = index::missing_for_code((*collection)->schema());
    if (missing.empty()) return true;
    return fail(Code::conflict, fmt::format("collection \"{}\" was not made for code: {}", entry.collection, missing),
                "choose another one with --collection");
}

// What was made so far, in order; undone in reverse unless kept.
class Undo {
  public:
    Undo() = default;
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
        for (auto it = m_steps.rbegin(); it != m_steps.rend(); ++it) (*it)();
    }
    void add(std::function<void()> step) { m_steps.push_back(std::move(step)); }
    void keep() { m_steps.clear(); }

  private:
    std::vector<std::function<void()>> m_steps;
};

Result<void> make_collection(Workspace& workspace, const model::RepoEntry& entry, Undo& undo) {
    ELY_TRY_ASSIGN(auto* store, workspace.store());
    ELY_TRY_ASSIGN(const auto collection, open_or_make_code_collection(workspace, entry.collection, entry.vectorizer));
    if (collection.made) undo.add([store, name = entry.collection] { (void)store->drop(name); });
    return {};
}

// The last step: do the counts agree, and does a query find what it must?
Result<std::string> verify(Workspace& workspace, const model::RepoEntry& entry, const SyncReport& sync) {
    ELY_TRY_ASSIGN(auto* store, workspace.store());
    ELY_TRY_ASSIGN(auto collection, store->open(entry.collection));
    ELY_TRY_ASSIGN(const auto present, collection->count(store::Filter::equals("repository", entry.repository)));
    if (present != sync.ingest.objects) {
        return fail(Code::internal,
                    fmt::format("the collection has {} objects of {} where {} were indexed", present, entry.repository,
                                sync.ingest.objects),
                    fmt::format("elysiactl repo sync {} --full", entry.name));
    }
    if (present == 0) return std::string();
    store::ScanOptions options;
    options.filter = store::Filter::equals("repository", entry.repository);
    options.properties = {"path"};
    options.batch_rows = 1;
    ELY_TRY_ASSIGN(auto scan, collection->scan(options));
    ELY_TRY_ASSIGN(const auto batch, scan->next());
    if (batch == nullptr) return fail(Code::internal, "the collection counts objects that it does not show");
    const std::string path(store::BatchView(batch).text(0, "path"));
    store::LexicalQuery query;
    query.text = Path(path).filename().string();
    query.filter = store::Filter::equals("repository", entry.repository);
    ELY_TRY_ASSIGN(const auto hits, collection->search(query, {"path"}));
    if (hits.empty()) {
        return fail(Code::internal,
                    fmt::format("the query \"{}\" finds nothing, although {} is indexed", query.text, path),
                    fmt::format("elysiactl repo sync {} --full", entry.name));
    }
    return query.text;
}

}  // namespace

Result<AddPlan> plan_add(Workspace& workspace, const AddRequest& request, model::Progress& progress,
                         std::stop_token stop) {
    AddPlan plan;
    plan.entry = to_entry(request);
    progress.stage("Discovering", 0, "");
    ELY_TRY_ASSIGN(plan.discovery, workspace.mgit(std::string()).inspect(plan.entry, stop));
    auto& entry = plan.entry;
    entry.url = plan.discovery.url;
    entry.repository = plan.discovery.repository;
    entry.name = request.name.empty() ? to_name(plan.discovery.name) : request.name;
    entry.collection = request.collection.empty() ? entry.name : request.collection;
    ELY_TRY(check_name(entry.name, "repository"));
    ELY_TRY(check_name(entry.collection, "collection"));
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(const auto known, state->find_repository(entry.name));
    if (known) {
        ELY_TRY_ASSIGN(plan.resumes, check_known(entry, *known));
    }
    ELY_TRY_ASSIGN(plan.collection_exists, check_collection(workspace, entry));
    ELY_TRY_ASSIGN(plan.estimate, estimate_add(workspace, plan.discovery, entry, stop));
    return plan;
}

Result<AddReport> add_repository(Workspace& workspace, AddPlan plan, model::Progress& progress, std::stop_token stop) {
    AddReport report;
    report.entry = std::move(plan.entry);
    auto& entry = report.entry;
    Undo undo;
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    entry.status = "adding";
    entry.added_at = to_rfc3339(workspace.clock().now());
    ELY_TRY(state->put_repository(entry));
    if (!plan.resumes) undo.add([state, name = entry.name] { (void)state->remove_repository(name); });
    crash_point("add.registered");
    if (!plan.collection_exists) ELY_TRY(make_collection(workspace, entry, undo));
    crash_point("add.collection_created");
    auto sync = sync_repository(workspace, entry, {}, progress, stop);
    if (!sync) {
        auto error = std::move(sync).error();
        if (error.code == Code::cancelled) {
            undo.keep();
            error.hint = fmt::format("the same command goes on; elysiactl repo remove {} --delete-collection undoes it",
                                     entry.name);
        }
        return fail(std::move(error));
    }
    undo.keep();
    crash_point("add.synced");
    report.sync = std::move(*sync);
    ELY_TRY_ASSIGN(report.proof, verify(workspace, entry, report.sync));
    return report;
}

Result<RemoveReport> remove_repository(Workspace& workspace, const model::RepoEntry& entry, bool delete_collection,
                                       std::stop_token stop) {
    RemoveReport report;
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    if (delete_collection) {
        ELY_TRY_ASSIGN(auto* store, workspace.store());
        ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
        auto collection = store->open(entry.collection);
        if (!collection && collection.error().code != Code::not_found) return fail(collection.error());
        if (collection) {
            ELY_TRY_ASSIGN(report.objects,
                           (*collection)->remove(store::Filter::equals("repository", entry.repository)));
            ELY_TRY_ASSIGN(const auto left, (*collection)->count(store::Filter::everything()));
            crash_point("remove.objects_removed");
            if (left == 0) {
                collection->reset();
                ELY_TRY(store->drop(entry.collection));
                report.collection_dropped = true;
            }
        }
        ELY_TRY_ASSIGN(const auto scope, workspace.scope(entry));
        ELY_TRY(ledger->forget_repository(scope));
    }
    ELY_TRY(workspace.mgit(entry.name).forget(entry, stop));
    crash_point("remove.forgotten");
    ELY_TRY(state->remove_repository(entry.name));
    return report;
}

}  // namespace ely::operate
