#pragma once

// The embedded store's Collection: each call is one SQLite transaction on a leased connection. What the pieces do
// stands in their own headers; this one only puts them together.

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "store/collection.hpp"
#include "store/embedded/index_state.hpp"
#include "store/embedded/lexical_search.hpp"
#include "store/embedded/write_session.hpp"

namespace ely::store::embedded {

class EmbeddedCollection final : public Collection, public std::enable_shared_from_this<EmbeddedCollection> {
  public:
    static Result<std::shared_ptr<EmbeddedCollection>> make(std::shared_ptr<ConnectionPool> pool,
                                                            const CollectionRow& row, const Clock& clock);

    [[nodiscard]] const model::CollectionSchema& schema() const override { return *m_schema.load(); }
    [[nodiscard]] Result<void> alter(const model::CollectionSchema& schema) override;
    [[nodiscard]] Result<WriteResult> upsert(const Batch& batch) override;
    [[nodiscard]] Result<std::uint64_t> set_vectors(std::span<const Uuid> ids, std::span<const float> values) override;
    [[nodiscard]] Result<std::uint64_t> remove(const Filter& filter) override;
    [[nodiscard]] Result<std::uint64_t> remove_ids(std::span<const Uuid> ids) override;
    [[nodiscard]] Result<std::unique_ptr<Scan>> scan(const ScanOptions& options) override;
    [[nodiscard]] Result<std::vector<IdRange>> split(std::uint32_t parts) override;
    [[nodiscard]] Result<std::vector<Hit>> get(std::span<const Uuid> ids,
                                               const std::vector<std::string>& properties) override;
    [[nodiscard]] Result<std::vector<Hit>> search(const LexicalQuery& query,
                                                  const std::vector<std::string>& properties) override;
    [[nodiscard]] Result<std::vector<Hit>> search(const VectorQuery& query,
                                                  const std::vector<std::string>& properties) override;
    [[nodiscard]] Result<std::uint64_t> count(const Filter& filter) override;
    [[nodiscard]] Result<CollectionStats> stats() override;

  private:
    EmbeddedCollection(std::shared_ptr<ConnectionPool> pool, std::int64_t id, std::string name, const Clock& clock)
        : m_pool(std::move(pool)), m_id(id), m_name(std::move(name)), m_clock(clock) {}

    // A read transaction, the collection's row in it, and the schema that goes with the row.
    struct Reading {
        ConnectionPool::Lease lease;
        std::optional<sqlite::Transaction> transaction;
        CollectionRow row;
        const model::CollectionSchema* schema = nullptr;
    };
    friend class EmbeddedScan;

    [[nodiscard]] Result<Reading> read();
    [[nodiscard]] Result<CollectionRow> load_row(Connection& connection) const;
    // Kept as long as the collection: references to a schema stay good.
    [[nodiscard]] Result<const model::CollectionSchema*> adopt_schema(const std::string& json);
    template <typename Work>
    [[nodiscard]] auto write(Work work) -> decltype(work(std::declval<WriteSession&>()));
    [[nodiscard]] Result<Bits> matching(Reading& reading, const DocumentState& state, const Filter& filter);
    struct KnownColumn {
        std::string name;
        std::shared_ptr<const ValueColumn> column;
    };
    [[nodiscard]] Result<std::vector<KnownColumn>> known_columns(Reading& reading, const DocumentState& state,
                                                                 const std::vector<std::string>& properties);
    [[nodiscard]] Result<model::Properties> read_properties(Reading& reading, std::uint32_t ordinal,
                                                            const std::vector<std::string>& properties) const;
    [[nodiscard]] Result<std::vector<Hit>> to_hits(Reading& reading, const DocumentState& state,
                                                   std::span<const ScoredDocument> scored,
                                                   const std::vector<std::string>& properties);

    const std::shared_ptr<ConnectionPool> m_pool;
    const std::int64_t m_id;
    const std::string m_name;
    const Clock& m_clock;
    IndexCache m_cache;
    std::mutex m_schema_mutex;
    std::vector<std::pair<std::string, std::unique_ptr<const model::CollectionSchema>>> m_schemas;
    std::atomic<const model::CollectionSchema*> m_schema{nullptr};
};

}  // namespace ely::store::embedded
