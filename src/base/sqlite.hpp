#pragma once

// SQLite with lifetimes: a connection, prepared statements, transactions. The one place that includes sqlite3.h.
// A Database and all that hangs on it belong to one thread at a time; open one per thread. SQL text is ours, values are
// always bound.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace ely::sqlite {

// Values are copied by the bind (SQLITE_TRANSIENT) unless bind_static is used.
class Statement {
  public:
    Statement() = default;
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    // Parameters are counted from 1.
    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, double value);
    Statement& bind(int index, std::string_view text);
    Statement& bind_blob(int index, std::string_view bytes);
    // The bytes must outlive the next step() or run().
    Statement& bind_blob_static(int index, std::string_view bytes);
    Statement& bind_null(int index);

    // True while there is a row. After false, or an error, the statement is reset and may be bound again.
    [[nodiscard]] Result<bool> step();
    // Runs to the end, ignoring rows; then resets.
    [[nodiscard]] Result<void> run();
    void reset();

    // Columns are counted from 0; views are valid until the next step or reset.
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view blob(int column) const;
    [[nodiscard]] bool is_null(int column) const;

  private:
    friend class Database;
    explicit Statement(sqlite3_stmt* statement) : m_statement(statement) {}
    sqlite3_stmt* m_statement = nullptr;
};

struct OpenOptions {
    bool read_only = false;
    // How long a statement waits for another process's lock before it fails with conflict.
    int busy_timeout_milliseconds = 10'000;
    // synchronous=FULL; with false NORMAL (a power cut may lose the last transactions, never consistency).
    bool durable = true;
    unsigned file_mode = 0600;
    // Of a file that is created by this; an existing one keeps its own. 0: SQLite's default.
    int page_size = 0;
};

class Database {
  public:
    // Creates the file and its folder if missing (unless read_only); WAL, foreign keys on.
    static Result<Database> open(const Path& path, const OpenOptions& options = {});
    Database() = default;
    Database(Database&& other) noexcept;
    Database& operator=(Database&& other) noexcept;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    // One or several statements without parameters.
    [[nodiscard]] Result<void> execute(const std::string& sql);
    [[nodiscard]] std::int64_t last_insert_id() const;
    [[nodiscard]] std::int64_t changes() const;
    // PRAGMA user_version: which migration the file is at.
    [[nodiscard]] Result<std::int64_t> user_version();
    // Applies migrations[user_version..], all in one transaction. Fails with unsupported when the file is
    // newer than this program.
    [[nodiscard]] Result<void> migrate(std::span<const std::string_view> migrations);
    [[nodiscard]] const Path& path() const { return m_path; }
    // For a room that must call SQLite itself (virtual tables, incremental blobs).
    [[nodiscard]] sqlite3* handle() const { return m_database; }

  private:
    [[nodiscard]] Result<void> enter_wal(int patience_milliseconds);
    sqlite3* m_database = nullptr;
    Path m_path;
};

// BEGIN IMMEDIATE; rolled back by the destructor unless committed. The database must outlive it.
class Transaction {
  public:
    static Result<Transaction> begin(Database& database);
    // A consistent view for several reads: BEGIN DEFERRED.
    static Result<Transaction> begin_read(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] Result<void> commit();

  private:
    explicit Transaction(Database* database) : m_database(database) {}
    Database* m_database = nullptr;
};

}  // namespace ely::sqlite
