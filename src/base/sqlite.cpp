#include "base/sqlite.hpp"

#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/crash_point.hpp"

namespace ely::sqlite {
namespace {

Error database_error(sqlite3* database, int status, const std::string& path) {
    Error error;
    const auto primary = status & 0xFF;
    error.code = Code::io;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
        error.code = Code::conflict;
        error.hint = "another process is writing; wait until it has finished, then try again";
    } else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
        error.code = Code::corrupt;
        error.hint = "the file is damaged or is no database; move it away and index again";
    } else if (primary == SQLITE_PERM || primary == SQLITE_READONLY || primary == SQLITE_AUTH) {
        error.code = Code::unauthorized;
    } else if (primary == SQLITE_CANTOPEN) {
        error.code = Code::not_found;
    } else if (primary == SQLITE_FULL) {
        error.hint = "free some disk space, then run the same command again";
    } else if (primary == SQLITE_CONSTRAINT) {
        error.code = Code::already_exists;
    } else if (primary == SQLITE_MISUSE || primary == SQLITE_ERROR) {
        error.code = Code::internal;
    }
    const char* text = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(status);
    error.message = fmt::format("{}: {}", path, text);
    return error;
}

Error statement_error(sqlite3_stmt* statement, int status) {
    sqlite3* database = sqlite3_db_handle(statement);
    const char* path = sqlite3_db_filename(database, "main");
    return database_error(database, status, path != nullptr ? path : "database");
}

}  // namespace

Statement::Statement(Statement&& other) noexcept : m_statement(std::exchange(other.m_statement, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    if (this != &other) {
        sqlite3_finalize(m_statement);
        m_statement = std::exchange(other.m_statement, nullptr);
    }
    return *this;
}

Statement::~Statement() {
    sqlite3_finalize(m_statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(m_statement, index, value);
    return *this;
}

Statement& Statement::bind(int index, double value) {
    sqlite3_bind_double(m_statement, index, value);
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    const char* data = text.data() != nullptr ? text.data() : "";
    sqlite3_bind_text64(m_statement, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
    const char* data = bytes.data() != nullptr ? bytes.data() : "";
    sqlite3_bind_blob64(m_statement, index, data, bytes.size(), SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind_blob_static(int index, std::string_view bytes) {
    const char* data = bytes.data() != nullptr ? bytes.data() : "";
    sqlite3_bind_blob64(m_statement, index, data, bytes.size(), SQLITE_STATIC);
    return *this;
}

Statement& Statement::bind_null(int index) {
    sqlite3_bind_null(m_statement, index);
    return *this;
}

Result<bool> Statement::step() {
    const int status = sqlite3_step(m_statement);
    if (status == SQLITE_ROW) return true;
    if (status == SQLITE_DONE) {
        sqlite3_reset(m_statement);
        return false;
    }
    auto error = statement_error(m_statement, status);
    sqlite3_reset(m_statement);
    return fail(std::move(error));
}

Result<void> Statement::run() {
    while (true) {
        ELY_TRY_ASSIGN(const bool row, step());
        if (!row) return {};
    }
}

void Statement::reset() {
    sqlite3_reset(m_statement);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(m_statement, column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(m_statement, column);
}

std::string_view Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))};
}

std::string_view Statement::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(m_statement, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column))};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

Result<Database> Database::open(const Path& path, const OpenOptions& options) {
    Database out;
    out.m_path = path;
    if (!options.read_only) {
        if (path.has_parent_path()) ELY_TRY(make_directories(path.parent_path()));
        // SQLite gives WAL and journal files the database's own permissions, so the mode is set once, here.
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, options.file_mode);
        if (descriptor < 0) return fail(errno_error(errno, "cannot open " + path.string()));
        ::close(descriptor);
    }
    const int flags = options.read_only ? SQLITE_OPEN_READONLY : (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    const int status = sqlite3_open_v2(path.c_str(), &out.m_database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    if (status != SQLITE_OK) return fail(database_error(out.m_database, status, path.string()));
    sqlite3_extended_result_codes(out.m_database, 1);
    sqlite3_busy_timeout(out.m_database, options.busy_timeout_milliseconds);
    if (options.page_size > 0) ELY_TRY(out.execute(fmt::format("PRAGMA page_size={}", options.page_size)));
    if (!options.read_only) ELY_TRY(out.enter_wal(options.busy_timeout_milliseconds));
    ELY_TRY(out.execute(options.durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
    ELY_TRY(out.execute("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY"));
    return out;
}

// The first one to open a new file changes its mode; SQLite does not wait by itself for another that does so just now.
Result<void> Database::enter_wal(int patience_milliseconds) {
    constexpr int k_pause = 2;
    for (int waited = 0;; waited += k_pause) {
        const int status = sqlite3_exec(m_database, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
        if (status == SQLITE_OK) return {};
        if ((status & 0xff) != SQLITE_BUSY || waited >= patience_milliseconds) {
            return fail(database_error(m_database, status, m_path.string()));
        }
        sqlite3_sleep(k_pause);
    }
}

Database::Database(Database&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)), m_path(std::move(other.m_path)) {}

Database& Database::operator=(Database&& other) noexcept {
    if (this != &other) {
        sqlite3_close_v2(m_database);
        m_database = std::exchange(other.m_database, nullptr);
        m_path = std::move(other.m_path);
    }
    return *this;
}

Database::~Database() {
    sqlite3_close_v2(m_database);
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int status = sqlite3_prepare_v3(m_database, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (status != SQLITE_OK) return fail(database_error(m_database, status, m_path.string()), std::string(sql));
    return Statement(statement);
}

Result<void> Database::execute(const std::string& sql) {
    const int status = sqlite3_exec(m_database, sql.c_str(), nullptr, nullptr, nullptr);
    if (status != SQLITE_OK) return fail(database_error(m_database, status, m_path.string()));
    return {};
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(m_database);
}
std::int64_t Database::changes() const {
    return sqlite3_changes64(m_database);
}

Result<std::int64_t> Database::user_version() {
    ELY_TRY_ASSIGN(auto statement, prepare("PRAGMA user_version"));
    ELY_TRY(statement.step());
    return statement.integer(0);
}

Result<void> Database::migrate(std::span<const std::string_view> migrations) {
    ELY_TRY_ASSIGN(auto version, user_version());
    const auto newest = static_cast<std::int64_t>(migrations.size());
    if (version == newest) return {};
    ELY_TRY_ASSIGN(auto transaction, Transaction::begin(*this));
    ELY_TRY_ASSIGN(version, user_version());
    if (version > newest) {
        return fail(Code::unsupported,
                    fmt::format("{} was written by a newer version (layout {}, this program knows {})", m_path.string(),
                                version, newest),
                    "install the newer version again, or move the file away and index again");
    }
    for (auto i = version; i < newest; ++i) ELY_TRY(execute(std::string(migrations[static_cast<std::size_t>(i)])));
    ELY_TRY(execute(fmt::format("PRAGMA user_version={}", newest)));
    return transaction.commit();
}

Result<Transaction> Transaction::begin(Database& database) {
    ELY_TRY(database.execute("BEGIN IMMEDIATE"));
    return Transaction(&database);
}

Result<Transaction> Transaction::begin_read(Database& database) {
    ELY_TRY(database.execute("BEGIN DEFERRED"));
    return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept : m_database(std::exchange(other.m_database, nullptr)) {}

Transaction::~Transaction() {
    if (m_database != nullptr) (void)m_database->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
    crash_point("sqlite.before_commit");
    ELY_TRY(m_database->execute("COMMIT"));
    m_database = nullptr;
    crash_point("sqlite.after_commit");
    return {};
}

}  // namespace ely::sqlite
