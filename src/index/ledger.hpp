#pragma once

// What has been indexed of which repository into which collection: one row per file, with its blob, its outcome and the
// ids of its objects. It makes an ingest resumable and lets an unchanged file cost a look-up. It is written behind the
// store, so it never claims what the store does not have; an interrupted ingest leaves a mark, and the next one then
// reconciles the store with the ledger. One SQLite file, beside whichever stores there are.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sqlite.hpp"
#include "base/uuid.hpp"
#include "model/ingest_report.hpp"

namespace ely::index {

enum class Outcome { indexed, skipped, failed };
[[nodiscard]] std::string_view outcome_name(Outcome outcome);

struct LedgerEntry {
    std::string path;
    std::string blob_id;
    Outcome outcome = Outcome::indexed;
    std::string reason;  // of a skip or failure
    std::string rules;   // how it was chunked and given ids; another value means: index again
    std::vector<Uuid> ids;
};

// Which repository's documents in which collection. `store` tells collections of the same name apart.
struct Scope {
    std::string store;  // the store's location
    std::string collection;
    std::string repository;
};

struct LedgerCounts {
    std::uint64_t indexed = 0;
    std::uint64_t skipped = 0;
    std::uint64_t failed = 0;
    std::uint64_t objects = 0;
    std::map<std::string, std::uint64_t> skip_reasons;
};

// Sets what a report says of the whole: documents, objects, skipped, failed (with its unreadable records), and from
// them unchanged and files. `indexed` stays within what there is: a path that came twice was written twice, and is one
// document.
void set_totals(model::IngestReport& report, const LedgerCounts& counts);

struct IndexedRepository {
    Scope scope;
    std::string branch;
    std::string commit;
    bool interrupted = false;
    std::string updated_at;
    LedgerCounts counts;
};

class Ledger {
  public:
    static Result<Ledger> open(const Path& file);

    // The number that stands for this scope; made if missing.
    [[nodiscard]] Result<std::int64_t> scope_id(const Scope& scope);
    [[nodiscard]] Result<std::optional<std::int64_t>> find_scope(const Scope& scope);

    // Marks that an ingest has begun. True when an earlier one did not end.
    [[nodiscard]] Result<bool> begin(std::int64_t scope);
    // The ingest has ended and the store holds exactly what the ledger says, at this commit.
    [[nodiscard]] Result<void> finish(std::int64_t scope, std::string_view branch, std::string_view commit,
                                      std::string_view updated_at);
    [[nodiscard]] Result<std::string> commit(std::int64_t scope);
    // Whether an ingest has begun and not ended.
    [[nodiscard]] Result<bool> is_running(std::int64_t scope);

    [[nodiscard]] Result<std::optional<LedgerEntry>> find(std::int64_t scope, std::string_view path);
    // All in one transaction.
    [[nodiscard]] Result<void> record(std::int64_t scope, const std::vector<LedgerEntry>& entries);
    [[nodiscard]] Result<void> forget_paths(std::int64_t scope, const std::vector<std::string>& paths);
    // Everything known of a collection, in all repositories.
    [[nodiscard]] Result<void> forget_collection(std::string_view store, std::string_view collection);
    [[nodiscard]] Result<void> forget_repository(const Scope& scope);

    [[nodiscard]] Result<void> for_each(std::int64_t scope, const std::function<void(const LedgerEntry&)>& visit);
    [[nodiscard]] Result<LedgerCounts> counts(std::int64_t scope);
    [[nodiscard]] Result<std::vector<model::Failure>> failures(std::int64_t scope, std::uint32_t limit);
    // Of one collection, or of all when the name is empty; sorted by collection and repository.
    [[nodiscard]] Result<std::vector<IndexedRepository>> repositories(std::string_view store,
                                                                      std::string_view collection);
    // Files whose outcome is `indexed`, over all repositories; nullopt when nothing was indexed into the collection by
    // us.
    [[nodiscard]] Result<std::optional<std::uint64_t>> documents(std::string_view store, std::string_view collection);

  private:
    explicit Ledger(sqlite::Database database) : m_database(std::move(database)) {}
    Result<LedgerEntry> row_to_entry(const sqlite::Statement& statement);
    sqlite::Database m_database;
    sqlite::Statement m_find;
    sqlite::Statement m_put;
};

}  // namespace ely::index
