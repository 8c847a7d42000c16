#include "store/embedded/connection.hpp"

namespace ely::store::embedded {

Result<Query> Connection::query(const std::string& sql) {
    const auto found = m_statements.find(sql);
    if (found != m_statements.end()) return Query(found->second);
    ELY_TRY_ASSIGN(auto statement, m_database.prepare(sql));
    return Query(m_statements.emplace(sql, std::move(statement)).first->second);
}

Result<ConnectionPool::Lease> ConnectionPool::lease() {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_idle.empty()) {
            auto connection = std::move(m_idle.back());
            m_idle.pop_back();
            return Lease(shared_from_this(), std::move(connection));
        }
    }
    sqlite::OpenOptions options;
    options.page_size = 8192;
    ELY_TRY_ASSIGN(auto database, sqlite::Database::open(m_file, options));
    // 32 MiB between checkpoints and of cached pages; what is read often is kept decoded, outside of SQLite.
    ELY_TRY(database.execute("PRAGMA wal_autocheckpoint=4096; PRAGMA cache_size=-32768"));
    return Lease(shared_from_this(), std::make_unique<Connection>(std::move(database)));
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(m_mutex);
    m_idle.push_back(std::move(connection));
}

}  // namespace ely::store::embedded
