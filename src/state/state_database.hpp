#pragma once

// What elysiactl remembers between commands: repositories under its care, the runs that synced them, the subprocesses
// it started, and the rates it measured. One SQLite file; every method is one transaction. Belongs to one thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/sqlite.hpp"
#include "model/ingest_report.hpp"
#include "model/repo_entry.hpp"

namespace ely::state {

// One sync, from start to end.
struct Run {
    std::int64_t id = 0;
    std::string repository;  // RepoEntry::name
    std::string started_at;  // RFC 3339
    std::string ended_at;
    std::string outcome;  // "ok", "partial", or the error's code
    std::string message;  // of the error
    std::string commit;
    std::uint64_t indexed = 0;
    std::uint64_t removed = 0;
    std::uint64_t failed = 0;
    double seconds = 0;
};

// A program that was started for a repository, without its secrets.
struct Subprocess {
    std::string started_at;
    std::string command;
    int exit_status = 0;
    double seconds = 0;
};

class StateDatabase {
  public:
    static Result<StateDatabase> open(const Path& file);

    // Inserts or replaces by name.
    [[nodiscard]] Result<void> put_repository(const model::RepoEntry& entry);
    [[nodiscard]] Result<std::optional<model::RepoEntry>> find_repository(std::string_view name);
    // Sorted by name.
    [[nodiscard]] Result<std::vector<model::RepoEntry>> repositories();
    // With its runs. Removing what is not there is not an error.
    [[nodiscard]] Result<void> remove_repository(std::string_view name);

    // Writes the entry as it is now and the run that made it so. Exactly one of `report` and `error` is given.
    [[nodiscard]] Result<void> record_sync(const model::RepoEntry& entry, Timestamp started, Timestamp ended,
                                           const model::IngestReport* report, const Error* error);
    // Newest first.
    [[nodiscard]] Result<std::vector<Run>> runs(std::string_view repository, std::uint32_t limit);

    [[nodiscard]] Result<void> record_subprocess(std::string_view repository, const Subprocess& subprocess);
    // Newest first.
    [[nodiscard]] Result<std::vector<Subprocess>> subprocesses(std::string_view repository, std::uint32_t limit);

    // A rate of this machine in units a second ("ingest_bytes", "embed_chunks"): a mean in which newer runs weigh more.
    [[nodiscard]] Result<void> record_rate(std::string_view name, double units_per_second);
    [[nodiscard]] Result<std::optional<double>> rate(std::string_view name);

  private:
    explicit StateDatabase(sqlite::Database database) : m_database(std::move(database)) {}
    Result<void> write_entry(const model::RepoEntry& entry);
    Result<void> forget_old(std::string_view table, std::string_view repository);
    sqlite::Database m_database;
};

}  // namespace ely::state
