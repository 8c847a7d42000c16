#include "index/ingest_scopes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/crash_point.hpp"
#include "store/batch/batch.hpp"

namespace ely::index {
namespace {

constexpr std::size_t k_removal_batch = 4000;

std::string describe(const std::string& indexed_commit) {
    return indexed_commit.empty() ? std::string("nothing of it is indexed")
                                  : "commit " + indexed_commit + " is indexed";
}

Scope key_of(const IngestTarget& target, const std::string& repository) {
    return {target.store_location, target.collection.schema().name, repository};
}

}  // namespace

Result<std::string> why_full_is_needed(const stream::StreamSummary& summary, const IngestTarget& target,
                                       Ledger& ledger) {
    std::unordered_set<std::string_view> checked;
    for (const auto& changeset : summary.changesets) {
        if (!checked.insert(changeset.repository).second || changeset.full) continue;
        ELY_TRY_ASSIGN(const auto id, ledger.find_scope(key_of(target, changeset.repository)));
        std::string commit;
        LedgerCounts counts;
        if (id) {
            ELY_TRY_ASSIGN(commit, ledger.commit(*id));
            ELY_TRY_ASSIGN(counts, ledger.counts(*id));
        }
        const bool continues = changeset.parent.empty() || commit == changeset.parent || commit == changeset.commit;
        if (!continues) {
            return fmt::format("the stream of {} starts at commit {}, but {}", changeset.repository, changeset.parent,
                               describe(commit));
        }
        // What an interrupted run removed, this stream writes again; finish finds out whether it did.
        if (id) {
            ELY_TRY_ASSIGN(const bool interrupted, ledger.is_running(*id));
            if (interrupted) continue;
        }
        ELY_TRY_ASSIGN(const auto present,
                       target.collection.count(store::Filter::equals("repository", changeset.repository)));
        if (present < counts.objects) {
            return fmt::format("the collection has {} objects of {} where {} were indexed", present,
                               changeset.repository, counts.objects);
        }
    }
    return std::string();
}

Result<IngestScopes> IngestScopes::open(const stream::StreamSummary& summary, const IngestTarget& target,
                                        const IngestOptions& options, Ledger& ledger) {
    IngestScopes out(target, options);
    for (const auto& changeset : summary.changesets) {
        if (const auto known = out.m_by_repository.find(changeset.repository); known != out.m_by_repository.end()) {
            // Several steps of one repository in a row: the first says where they start, the last where they end.
            known->second->changeset.commit = changeset.commit;
            known->second->changeset.full = false;
            continue;
        }
        ELY_TRY(out.add(changeset, true, ledger));
    }
    return out;
}

namespace {

Result<std::unordered_set<Uuid>> stored_ids(store::Collection& collection, const std::string& repository) {
    store::ScanOptions options;
    options.filter = store::Filter::equals("repository", repository);
    options.properties = {"repository"};
    ELY_TRY_ASSIGN(auto scan, collection.scan(options));
    std::unordered_set<Uuid> out;
    while (true) {
        ELY_TRY_ASSIGN(const auto batch, scan->next());
        if (batch == nullptr) return out;
        const store::BatchView view(batch);
        for (std::size_t row = 0; row < view.rows(); ++row) out.insert(view.id(row));
    }
}

// Files that the ledger has objects of which the store has not.
Result<std::vector<std::string>> paths_without_objects(std::int64_t scope, const std::unordered_set<Uuid>& stored,
                                                       Ledger& ledger) {
    std::vector<std::string> out;
    ELY_TRY(ledger.for_each(scope, [&](const LedgerEntry& entry) {
        const auto missing = [&](const Uuid& id) { return !stored.contains(id); };
        if (std::any_of(entry.ids.begin(), entry.ids.end(), missing)) out.push_back(entry.path);
    }));
    return out;
}

}  // namespace

Result<IngestScope*> IngestScopes::add(const model::Changeset& changeset, bool has_changeset, Ledger& ledger) {
    IngestScope scope;
    scope.changeset = changeset;
    scope.has_changeset = has_changeset;
    const auto key = key_of(m_target, changeset.repository);
    ELY_TRY_ASSIGN(scope.id, ledger.scope_id(key));
    ELY_TRY_ASSIGN(const auto counts, ledger.counts(scope.id));
    ELY_TRY_ASSIGN(const auto present,
                   m_target.collection.count(store::Filter::equals("repository", changeset.repository)));
    if (present < counts.objects && changeset.full) {
        // Files whose objects are missing are indexed again by this stream.
        ELY_TRY_ASSIGN(const auto ids, stored_ids(m_target.collection, changeset.repository));
        ELY_TRY_ASSIGN(const auto paths, paths_without_objects(scope.id, ids, ledger));
        ELY_TRY(ledger.forget_paths(scope.id, paths));
    }
    ELY_TRY_ASSIGN(const bool interrupted, ledger.begin(scope.id));
    crash_point("index.begun");
    scope.reconcile = interrupted || present != counts.objects;
    scope.context.collection = key.collection;
    scope.context.branch = changeset.branch;
    scope.context.commit = changeset.commit;
    scope.context.rules = rules_text(m_options) + "@" + changeset.branch;
    scope.context.options = &m_options;
    m_scopes.push_back(std::make_unique<IngestScope>(std::move(scope)));
    m_by_repository.emplace(changeset.repository, m_scopes.back().get());
    return m_scopes.back().get();
}

Result<IngestScope*> IngestScopes::of(const std::string& repository, Ledger& ledger) {
    if (const auto known = m_by_repository.find(repository); known != m_by_repository.end()) return known->second;
    model::Changeset none;
    none.repository = repository;
    return add(none, false, ledger);
}

Result<std::uint64_t> remove_gone(const IngestScope& scope, store::Collection& collection, Ledger& ledger) {
    std::vector<std::string> paths;
    std::vector<Uuid> ids;
    ELY_TRY(ledger.for_each(scope.id, [&](const LedgerEntry& entry) {
        if (scope.seen.contains(entry.path)) return;
        paths.push_back(entry.path);
        ids.insert(ids.end(), entry.ids.begin(), entry.ids.end());
    }));
    if (!ids.empty()) ELY_TRY(collection.remove_ids(ids));
    crash_point("index.gone_removed");
    ELY_TRY(ledger.forget_paths(scope.id, paths));
    return paths.size();
}

Result<std::uint64_t> reconcile(const IngestScope& scope, store::Collection& collection, Ledger& ledger) {
    std::unordered_set<Uuid> known;
    ELY_TRY(
        ledger.for_each(scope.id, [&](const LedgerEntry& entry) { known.insert(entry.ids.begin(), entry.ids.end()); }));
    ELY_TRY_ASSIGN(const auto stored, stored_ids(collection, scope.changeset.repository));
    std::vector<Uuid> strangers;
    for (const auto& id : stored) {
        if (!known.contains(id)) strangers.push_back(id);
    }
    for (std::size_t at = 0; at < strangers.size(); at += k_removal_batch) {
        const auto part = std::span(strangers).subspan(at, std::min(k_removal_batch, strangers.size() - at));
        ELY_TRY(collection.remove_ids(part));
    }
    ELY_TRY_ASSIGN(const auto missing, paths_without_objects(scope.id, stored, ledger));
    return missing.size();
}

}  // namespace ely::index
