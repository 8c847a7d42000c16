#include "state/state_database.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ely::state {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> k_migrations{R"sql(
CREATE TABLE repositories(name TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs(
    id INTEGER PRIMARY KEY,
    repository TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    indexed INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    seconds REAL NOT NULL);
CREATE INDEX runs_by_repository ON runs(repository, id);
CREATE TABLE subprocesses(
    id INTEGER PRIMARY KEY,
    repository TEXT NOT NULL,
    started_at TEXT NOT NULL,
    command TEXT NOT NULL,
    exit_status INTEGER NOT NULL,
    seconds REAL NOT NULL);
CREATE INDEX subprocesses_by_repository ON subprocesses(repository, id);
CREATE TABLE rates(name TEXT PRIMARY KEY, units_per_second REAL NOT NULL) WITHOUT ROWID;
)sql",
                                                       // All that was kept before there were clusters is here. A
                                                       // program that knows none must not take it for its own.
                                                       R"sql(
UPDATE repositories SET entry = json_set(entry, '$.cluster', '') WHERE json_valid(entry);
)sql",
                                                       // What was kept before Elysia was told of collections is told
                                                       // to it as what is added now. A program that does not know the
                                                       // word would forget that it is not wanted.
                                                       R"sql(
UPDATE repositories SET entry = json_set(entry, '$.elysia', json('true')) WHERE json_valid(entry);
)sql"};

// How much a new measurement counts against what is known.
constexpr double k_new_rate_share = 0.5;

std::string to_text(const model::RepoEntry& entry) {
    Json json;
    json["url"] = entry.url;
    json["repository"] = entry.repository;
    json["cluster"] = entry.cluster;
    json["collection"] = entry.collection;
    json["branch"] = entry.branch;
    json["vectorizer"] = entry.vectorizer;
    json["ids"] = entry.ids;
    json["include_patterns"] = entry.include_patterns;
    json["exclude_patterns"] = entry.exclude_patterns;
    json["max_file_size"] = entry.max_file_size;
    json["elysia"] = entry.elysia;
    json["vector_model"] = entry.vector_model;
    json["status"] = entry.status;
    json["commit"] = entry.commit;
    json["documents"] = entry.documents;
    json["objects"] = entry.objects;
    json["added_at"] = entry.added_at;
    json["synced_at"] = entry.synced_at;
    return json.dump();
}

Result<model::RepoEntry> from_text(std::string_view name, std::string_view text) {
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return fail(Code::corrupt, "the state of repository " + std::string(name) + " is damaged");
    model::RepoEntry entry;
    entry.name = name;
    entry.url = json.value("url", "");
    entry.repository = json.value("repository", "");
    entry.cluster = json.value("cluster", "");
    entry.collection = json.value("collection", "");
    entry.branch = json.value("branch", "");
    entry.vectorizer = json.value("vectorizer", "local");
    entry.ids = json.value("ids", "chunk");
    entry.include_patterns = json.value("include_patterns", std::vector<std::string>{});
    entry.exclude_patterns = json.value("exclude_patterns", std::vector<std::string>{});
    entry.max_file_size = json.value("max_file_size", std::uint64_t{0});
    entry.elysia = json.value("elysia", true);
    entry.vector_model = json.value("vector_model", "");
    entry.status = json.value("status", "");
    entry.commit = json.value("commit", "");
    entry.documents = json.value("documents", std::uint64_t{0});
    entry.objects = json.value("objects", std::uint64_t{0});
    entry.added_at = json.value("added_at", "");
    entry.synced_at = json.value("synced_at", "");
    return entry;
}

Run to_run(const model::RepoEntry& entry, const model::IngestReport* report, const Error* error) {
    Run run;
    run.repository = entry.name;
    run.commit = entry.commit;
    if (error != nullptr) {
        run.outcome = code_name(error->code);
        run.message = error->text();
        return run;
    }
    run.outcome = report->failed == 0 ? "ok" : "partial";
    run.indexed = report->indexed;
    run.removed = report->removed;
    run.failed = report->failed;
    run.seconds = report->seconds;
    return run;
}

}  // namespace

Result<StateDatabase> StateDatabase::open(const Path& file) {
    ELY_TRY_ASSIGN(auto database, sqlite::Database::open(file));
    ELY_TRY(database.migrate(k_migrations));
    return StateDatabase(std::move(database));
}

Result<void> StateDatabase::write_entry(const model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(auto put, m_database.prepare("INSERT OR REPLACE INTO repositories(name, entry) VALUES(?, ?)"));
    return put.bind(1, entry.name).bind(2, to_text(entry)).run();
}

Result<void> StateDatabase::put_repository(const model::RepoEntry& entry) {
    return write_entry(entry);
}

Result<std::optional<model::RepoEntry>> StateDatabase::find_repository(std::string_view name) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT entry FROM repositories WHERE name = ?"));
    ELY_TRY_ASSIGN(const bool found, query.bind(1, name).step());
    if (!found) return std::nullopt;
    ELY_TRY_ASSIGN(auto entry, from_text(name, query.text(0)));
    return std::optional(std::move(entry));
}

Result<std::vector<model::RepoEntry>> StateDatabase::repositories() {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT name, entry FROM repositories ORDER BY name"));
    std::vector<model::RepoEntry> out;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return out;
        ELY_TRY_ASSIGN(auto entry, from_text(query.text(0), query.text(1)));
        out.push_back(std::move(entry));
    }
}

Result<void> StateDatabase::remove_repository(std::string_view name) {
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(m_database));
    for (const auto* sql : {"DELETE FROM repositories WHERE name = ?", "DELETE FROM runs WHERE repository = ?",
                            "DELETE FROM subprocesses WHERE repository = ?"}) {
        ELY_TRY_ASSIGN(auto erase, m_database.prepare(sql));
        ELY_TRY(erase.bind(1, name).run());
    }
    return transaction.commit();
}

Result<void> StateDatabase::forget_old(std::string_view table, std::string_view repository) {
    // Some twenty days of a sync every half hour.
    constexpr std::int64_t k_kept = 1000;
    ELY_TRY_ASSIGN(auto erase, m_database.prepare(fmt::format(
                                   "DELETE FROM {0} WHERE repository = ?1 AND id <= (SELECT id FROM {0} WHERE "
                                   "repository = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                                   table)));
    return erase.bind(1, repository).bind(2, k_kept).run();
}

Result<void> StateDatabase::record_sync(const model::RepoEntry& entry, Timestamp started, Timestamp ended,
                                        const model::IngestReport* report, const Error* error) {
    const auto run = to_run(entry, report, error);
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(m_database));
    ELY_TRY(write_entry(entry));
    ELY_TRY_ASSIGN(auto put, m_database.prepare("INSERT INTO runs(repository, started_at, ended_at, outcome, message, "
                                                "commit_id, indexed, removed, failed, seconds) "
                                                "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    put.bind(1, run.repository).bind(2, to_rfc3339(started)).bind(3, to_rfc3339(ended)).bind(4, run.outcome);
    put.bind(5, run.message).bind(6, run.commit).bind(7, static_cast<std::int64_t>(run.indexed));
    put.bind(8, static_cast<std::int64_t>(run.removed)).bind(9, static_cast<std::int64_t>(run.failed));
    ELY_TRY(put.bind(10, run.seconds).run());
    ELY_TRY(forget_old("runs", run.repository));
    return transaction.commit();
}

Result<std::vector<Run>> StateDatabase::runs(std::string_view repository, std::uint32_t limit) {
    ELY_TRY_ASSIGN(auto query,
                   m_database.prepare("SELECT id, repository, started_at, ended_at, outcome, message, commit_id, "
                                      "indexed, removed, failed, seconds FROM runs WHERE repository = ? "
                                      "ORDER BY id DESC LIMIT ?"));
    query.bind(1, repository).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Run> out;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return out;
        Run run;
        run.id = query.integer(0);
        run.repository = query.text(1);
        run.started_at = query.text(2);
        run.ended_at = query.text(3);
        run.outcome = query.text(4);
        run.message = query.text(5);
        run.commit = query.text(6);
        run.indexed = static_cast<std::uint64_t>(query.integer(7));
        run.removed = static_cast<std::uint64_t>(query.integer(8));
        run.failed = static_cast<std::uint64_t>(query.integer(9));
        run.seconds = query.real(10);
        out.push_back(std::move(run));
    }
}

Result<void> StateDatabase::record_subprocess(std::string_view repository, const Subprocess& subprocess) {
    ELY_TRY_ASSIGN(auto put,
                   m_database.prepare("INSERT INTO subprocesses(repository, started_at, command, exit_status, "
                                      "seconds) VALUES(?, ?, ?, ?, ?)"));
    put.bind(1, repository).bind(2, subprocess.started_at).bind(3, subprocess.command);
    ELY_TRY(put.bind(4, static_cast<std::int64_t>(subprocess.exit_status)).bind(5, subprocess.seconds).run());
    return forget_old("subprocesses", repository);
}

Result<std::vector<Subprocess>> StateDatabase::subprocesses(std::string_view repository, std::uint32_t limit) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT started_at, command, exit_status, seconds FROM subprocesses "
                                                  "WHERE repository = ? ORDER BY id DESC LIMIT ?"));
    query.bind(1, repository).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Subprocess> out;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query.step());
        if (!row) return out;
        out.push_back({std::string(query.text(0)), std::string(query.text(1)), static_cast<int>(query.integer(2)),
                       query.real(3)});
    }
}

Result<void> StateDatabase::record_rate(std::string_view name, double units_per_second) {
    ELY_TRY_ASSIGN(auto put,
                   m_database.prepare("INSERT INTO rates(name, units_per_second) VALUES(?1, ?2) ON CONFLICT(name) DO "
                                      "UPDATE SET units_per_second = units_per_second * (1 - ?3) + ?2 * ?3"));
    return put.bind(1, name).bind(2, units_per_second).bind(3, k_new_rate_share).run();
}

Result<std::optional<double>> StateDatabase::rate(std::string_view name) {
    ELY_TRY_ASSIGN(auto query, m_database.prepare("SELECT units_per_second FROM rates WHERE name = ?"));
    ELY_TRY_ASSIGN(const bool found, query.bind(1, name).step());
    if (!found) return std::nullopt;
    return query.real(0);
}

}  // namespace ely::state
