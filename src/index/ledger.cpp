#include "index/ledger.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/crash_point.hpp"

namespace ely::index {
namespace {

constexpr std::array<std::string_view, 1> k_migrations{R"sql(
CREATE TABLE scopes(
    id INTEGER PRIMARY KEY,
    store TEXT NOT NULL,
    collection TEXT NOT NULL,
    repository TEXT NOT NULL,
    branch TEXT NOT NULL DEFAULT '',
    commit_id TEXT NOT NULL DEFAULT '',
    running INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL DEFAULT '',
    UNIQUE(store, collection, repository));
CREATE TABLE documents(
    scope INTEGER NOT NULL REFERENCES scopes(id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    blob_id TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    reason TEXT NOT NULL,
    rules TEXT NOT NULL,
    ids BLOB NOT NULL,
    PRIMARY KEY(scope, path)) WITHOUT ROWID;
)sql"};

std::string_view ids_as_bytes(const std::vector<Uuid>& ids) {
    return {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(Uuid)};
}

}  // namespace

static_assert(sizeof(Uuid) == 16);

std::string_view outcome_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::indexed:
            return "indexed";
        case Outcome::skipped:
            return "skipped";
        case Outcome::failed:
            return "failed";
    }
    return "failed";
}

void set_totals(model::IngestReport& report, const LedgerCounts& counts) {
    report.documents = counts.indexed;
    report.objects = counts.objects;
    report.skipped = counts.skipped;
    report.skip_reasons = counts.skip_reasons;
    report.failed = counts.failed + report.unreadable_records;
    report.indexed = std::min(report.indexed, counts.indexed);
    report.unchanged = counts.indexed - report.indexed;
    report.files = counts.indexed + report.skipped + report.failed;
}

Result<Ledger> Ledger::open(const Path& file) {
    ELY_TRY_ASSIGN(auto database, sqlite::Database::open(file));
    ELY_TRY(database.migrate(k_migrations));
    Ledger out(std::move(database));
    ELY_TRY_ASSIGN(out.m_find,
                   out.m_database.prepare("SELECT path, blob_id, outcome, reason, rules, ids FROM documents "
                                          "WHERE scope = ? AND path = ?"));
    ELY_TRY_ASSIGN(out.m_put, out.m_database.prepare("INSERT OR REPLACE INTO documents(scope, path, blob_id, outcome, "
                                                     "reason, rules, ids) VALUES(?, ?, ?, ?, ?, ?, ?)"));
    return out;
}

Result<std::optional<std::int64_t>> Ledger::find_scope(const Scope& scope) {
    ELY_TRY_ASSIGN(auto query,
                   m_database.prepare("SELECT id FROM scopes WHERE store = ? AND collection = ? AND repository = ?"));
    query.bind(1, scope.store).bind(2, scope.collection).bind(3, scope.repository);
    ELY_TRY_ASSIGN(const bool found, query.step());
    if (!found) return std::nullopt;
    return query.integer(0);
}

Result<std::int64_t> Ledger::scope_id(const Scope& scope) {
    ELY_TRY_ASSIGN(const auto known, find_scope(scope));
    if (known) return *known;
    ELY_TRY_ASSIGN(auto insert,
                   m_database.prepare("INSERT INTO scopes(store, collection, repository) VALUES(?, ?, ?)"));
    insert.bind(1, scope.store).bind(2, scope.collection).bind(3, scope.repository);
    ELY_TRY(insert.run());
    return m_database.last_insert_id();
}

Result<bool> Ledger::begin(std::int64_t scope) {
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(m_database));
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT running FROM scopes WHERE id = ?"));
    query.bind(1, scope);
    ELY_TRY(query.step());
    const bool interrupted = query.integer(0) != 0;
    query.reset();
    ELY_TRY_ASSIGN(auto mark, m_database.prepare("UPDATE scopes SET running = 1 WHERE id = ?"));
    ELY_TRY(mark.bind(1, scope).run());
    ELY_TRY(transaction.commit());
    return interrupted;
}

Result<void> Ledger::finish(std::int64_t scope, std::string_view branch, std::string_view commit,
                            std::string_view updated_at) {
    crash_point("ledger.before_finish");
    ELY_TRY_ASSIGN(auto mark,
                   m_database.prepare("UPDATE scopes SET running = 0, branch = ?, commit_id = ?, updated_at = ? "
                                      "WHERE id = ?"));
    return mark.bind(1, branch).bind(2, commit).bind(3, updated_at).bind(4, scope).run();
}

Result<std::string> Ledger::commit(std::int64_t scope) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT commit_id FROM scopes WHERE id = ?"));
    ELY_TRY(query.bind(1, scope).step());
    return std::string(query.text(0));
}

Result<bool> Ledger::is_running(std::int64_t scope) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT running FROM scopes WHERE id = ?"));
    ELY_TRY(query.bind(1, scope).step());
    return query.integer(0) != 0;
}

Result<LedgerEntry> Ledger::row_to_entry(const sqlite::Statement& statement) {
    LedgerEntry entry;
    entry.path = statement.text(0);
    entry.blob_id = statement.text(1);
    entry.outcome = static_cast<Outcome>(std::clamp<std::int64_t>(statement.integer(2), 0, 2));
    entry.reason = statement.text(3);
    entry.rules = statement.text(4);
    const auto bytes = statement.blob(5);
    if (bytes.size() % sizeof(Uuid) != 0)
        return fail(Code::corrupt, "the ledger's row of " + entry.path + " is damaged");
    entry.ids.resize(bytes.size() / sizeof(Uuid));
    if (!bytes.empty()) std::memcpy(entry.ids.data(), bytes.data(), bytes.size());
    return entry;
}

Result<std::optional<LedgerEntry>> Ledger::find(std::int64_t scope, std::string_view path) {
    m_find.bind(1, scope).bind(2, path);
    ELY_TRY_ASSIGN(const bool found, m_find.step());
    if (!found) return std::nullopt;
    auto entry = row_to_entry(m_find);
    m_find.reset();
    if (!entry) return fail(std::move(entry).error());
    return std::move(*entry);
}

Result<void> Ledger::record(std::int64_t scope, const std::vector<LedgerEntry>& entries) {
    if (entries.empty()) return {};
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(m_database));
    for (const auto& entry : entries) {
        m_put.bind(1, scope)
            .bind(2, entry.path)
            .bind(3, entry.blob_id)
            .bind(4, static_cast<std::int64_t>(entry.outcome));
        m_put.bind(5, entry.reason).bind(6, entry.rules).bind_blob_static(7, ids_as_bytes(entry.ids));
        ELY_TRY(m_put.run());
    }
    return transaction.commit();
}

Result<void> Ledger::forget_paths(std::int64_t scope, const std::vector<std::string>& paths) {
    if (paths.empty()) return {};
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(m_database));
    ELY_TRY_ASSIGN(auto erase, m_database.prepare("DELETE FROM documents WHERE scope = ? AND path = ?"));
    for (const auto& path : paths) ELY_TRY(erase.bind(1, scope).bind(2, path).run());
    return transaction.commit();
}

Result<void> Ledger::forget_collection(std::string_view store, std::string_view collection) {
    ELY_TRY_ASSIGN(auto erase, m_database.prepare("DELETE FROM scopes WHERE store = ? AND collection = ?"));
    return erase.bind(1, store).bind(2, collection).run();
}

Result<void> Ledger::forget_repository(const Scope& scope) {
    ELY_TRY_ASSIGN(auto erase,
                   m_database.prepare("DELETE FROM scopes WHERE store = ? AND collection = ? AND repository = ?"));
    return erase.bind(1, scope.store).bind(2, scope.collection).bind(3, scope.repository).run();
}

Result<void> Ledger::for_each(std::int64_t scope, const std::function<void(const LedgerEntry&)>& visit) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT path, blob_id, outcome, reason, rules, ids FROM documents "
                                                  "WHERE scope = ? ORDER BY path"));
    query.bind(1, scope);
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return {};
        ELY_TRY_ASSIGN(const auto entry, row_to_entry(query));
        visit(entry);
    }
}

Result<LedgerCounts> Ledger::counts(std::int64_t scope) {
    ELY_TRY_ASSIGN(auto query,
                   m_database.prepare("SELECT outcome, reason, count(*), sum(length(ids)) FROM documents "
                                      "WHERE scope = ? GROUP BY outcome, CASE outcome WHEN 1 THEN reason END"));
    query.bind(1, scope);
    LedgerCounts out;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return out;
        const auto count = static_cast<std::uint64_t>(query.integer(2));
        out.objects += static_cast<std::uint64_t>(query.integer(3)) / sizeof(Uuid);
        switch (static_cast<Outcome>(query.integer(0))) {
            case Outcome::indexed:
                out.indexed += count;
                break;
            case Outcome::skipped:
                out.skipped += count;
                out.skip_reasons[std::string(query.text(1))] += count;
                break;
            case Outcome::failed:
                out.failed += count;
                break;
        }
    }
}

Result<std::vector<model::Failure>> Ledger::failures(std::int64_t scope, std::uint32_t limit) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT path, reason FROM documents WHERE scope = ? AND outcome = 2 "
                                                  "ORDER BY path LIMIT ?"));
    query.bind(1, scope).bind(2, static_cast<std::int64_t>(limit));
    std::vector<model::Failure> out;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return out;
        out.push_back({std::string(query.text(0)), std::string(query.text(1))});
    }
}

Result<std::vector<IndexedRepository>> Ledger::repositories(std::string_view store, std::string_view collection) {
    ELY_TRY_ASSIGN(
        auto query,
        m_database.prepare("SELECT id, collection, repository, branch, commit_id, running, updated_at FROM scopes "
                           "WHERE store = ?1 AND (?2 = '' OR collection = ?2) ORDER BY collection, repository"));
    query.bind(1, store).bind(2, collection);
    std::vector<IndexedRepository> out;
    std::vector<std::int64_t> scopes;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query.step());
        if (!row) break;
        scopes.push_back(query.integer(0));
        IndexedRepository entry;
        entry.scope = {std::string(store), std::string(query.text(1)), std::string(query.text(2))};
        entry.branch = query.text(3);
        entry.commit = query.text(4);
        entry.interrupted = query.integer(5) != 0;
        entry.updated_at = query.text(6);
        out.push_back(std::move(entry));
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        ELY_TRY_ASSIGN(out[i].counts, counts(scopes[i]));
    }
    return out;
}

Result<std::optional<std::uint64_t>> Ledger::documents(std::string_view store, std::string_view collection) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT count(DISTINCT s.id), count(d.path) FROM scopes s "
                                                  "LEFT JOIN documents d ON d.scope = s.id AND d.outcome = 0 "
                                                  "WHERE s.store = ? AND s.collection = ?"));
    ELY_TRY(query.bind(1, store).bind(2, collection).step());
    if (query.integer(0) == 0) return std::nullopt;
    return static_cast<std::uint64_t>(query.integer(1));
}

}  // namespace ely::index
