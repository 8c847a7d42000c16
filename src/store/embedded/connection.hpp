#pragma once

// Connections to the store's file, shared by the threads of a process: one is leased to one thread at a time, with its
// prepared statements kept. Writers of one process take turns here; those of other processes by SQLite's lock.

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/sqlite.hpp"

namespace ely::store::embedded {

// A prepared statement in use; reset when it goes out of scope. One use at a time for each SQL text and connection.
class Query {
  public:
    explicit Query(sqlite::Statement& statement) : m_statement(&statement) {}
    Query(Query&& other) noexcept : m_statement(std::exchange(other.m_statement, nullptr)) {}
    Query& operator=(Query&&) = delete;
    ~Query() {
        if (m_statement != nullptr) m_statement->reset();
    }
    sqlite::Statement* operator->() const { return m_statement; }

  private:
    sqlite::Statement* m_statement;
};

class Connection {
  public:
    explicit Connection(sqlite::Database database) : m_database(std::move(database)) {}
    [[nodiscard]] sqlite::Database& database() { return m_database; }
    [[nodiscard]] Result<Query> query(const std::string& sql);

  private:
    sqlite::Database m_database;
    std::unordered_map<std::string, sqlite::Statement> m_statements;
};

class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
  public:
    explicit ConnectionPool(Path file) : m_file(std::move(file)) {}

    class Lease {
      public:
        Lease(std::shared_ptr<ConnectionPool> pool, std::unique_ptr<Connection> connection)
            : m_pool(std::move(pool)), m_connection(std::move(connection)) {}
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (m_connection != nullptr) m_pool->give_back(std::move(m_connection));
        }
        Connection& operator*() const { return *m_connection; }
        Connection* operator->() const { return m_connection.get(); }

      private:
        std::shared_ptr<ConnectionPool> m_pool;
        std::unique_ptr<Connection> m_connection;
    };

    [[nodiscard]] Result<Lease> lease();
    [[nodiscard]] const Path& file() const { return m_file; }
    // Held by a writer of this process during its transaction.
    [[nodiscard]] std::mutex& write_mutex() { return m_write_mutex; }

  private:
    void give_back(std::unique_ptr<Connection> connection);

    const Path m_file;
    std::mutex m_mutex;
    std::mutex m_write_mutex;
    std::vector<std::unique_ptr<Connection>> m_idle;
};

}  // namespace ely::store::embedded
