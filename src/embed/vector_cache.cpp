#include "embed/vector_cache.hpp"

#include <array>
#include <cstring>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/sqlite.hpp"

namespace ely::embed {
namespace {

// Keys in an index of their own: they come in no order, and the vectors are best written one after the other.
constexpr std::array<std::string_view, 1> k_migrations = {
    "CREATE TABLE vectors (key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL)",
};

std::string_view bytes_of(const Sha256Digest& key) {
    return {reinterpret_cast<const char*>(key.data()), key.size()};
}

class SqliteVectorCache : public VectorCache {
  public:
    SqliteVectorCache(std::string_view fingerprint, std::uint32_t dimensions)
        : m_fingerprint(fingerprint), m_dimensions(dimensions) {}

    Result<void> open(const Path& file) {
        ELY_TRY_ASSIGN(m_database, sqlite::Database::open(file, {.durable = false}));
        ELY_TRY(m_database.migrate(k_migrations));
        ELY_TRY_ASSIGN(m_find, m_database.prepare("SELECT vector FROM vectors WHERE key = ?"));
        ELY_TRY_ASSIGN(m_insert, m_database.prepare("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)"));
        return {};
    }

    Sha256Digest key(std::string_view text) const override {
        Sha256 hash;
        hash.update(m_fingerprint);
        hash.update(std::string_view("\0", 1));  // no fingerprint has it: no two pairs run together
        hash.update(text);
        return hash.finish();
    }

    Result<std::vector<std::vector<float>>> find(std::span<const Sha256Digest> keys) override {
        const std::scoped_lock lock(m_mutex);
        std::vector<std::vector<float>> vectors(keys.size());
        ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin_read(m_database));
        for (std::size_t i = 0; i < keys.size(); ++i) {
            m_find.bind_blob_static(1, bytes_of(keys[i]));
            ELY_TRY_ASSIGN(const bool found, m_find.step());
            if (!found) continue;
            const auto bytes = m_find.blob(0);
            if (bytes.size() == m_dimensions * sizeof(float)) {
                vectors[i].resize(m_dimensions);
                std::memcpy(vectors[i].data(), bytes.data(), bytes.size());
            }
            m_find.reset();
        }
        ELY_TRY(transaction.commit());
        return vectors;
    }

    Result<void> insert(std::span<const Sha256Digest> keys, std::span<const float> values) override {
        if (values.size() != keys.size() * m_dimensions) {
            return fail(Code::internal, fmt::format("{} floats for {} vectors", values.size(), keys.size()));
        }
        if (keys.empty()) return {};
        const std::scoped_lock lock(m_mutex);
        ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(m_database));
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto vector = std::as_bytes(values.subspan(i * m_dimensions, m_dimensions));
            m_insert.bind_blob_static(1, bytes_of(keys[i]));
            m_insert.bind_blob_static(2, {reinterpret_cast<const char*>(vector.data()), vector.size()});
            ELY_TRY(m_insert.run());
        }
        return transaction.commit();
    }

  private:
    const std::string m_fingerprint;
    const std::size_t m_dimensions;
    std::mutex m_mutex;  // guards what follows
    sqlite::Database m_database;
    sqlite::Statement m_find;
    sqlite::Statement m_insert;
};

// Processes that have the damaged file open keep it until they end.
void remove_database(const Path& file) {
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        std::error_code ignored;
        std::filesystem::remove(Path(file.string() + suffix), ignored);
    }
}

}  // namespace

Result<std::unique_ptr<VectorCache>> VectorCache::open(const Path& file, std::string_view fingerprint,
                                                       std::uint32_t dimensions) {
    auto cache = std::make_unique<SqliteVectorCache>(fingerprint, dimensions);
    auto opened = cache->open(file);
    if (!opened && opened.error().code == Code::corrupt) {
        cache = std::make_unique<SqliteVectorCache>(fingerprint, dimensions);
        remove_database(file);
        opened = cache->open(file);
    }
    if (!opened) return fail(std::move(opened).error(), "opening the cache of vectors");
    return cache;
}

}  // namespace ely::embed
