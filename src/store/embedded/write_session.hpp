#pragma once

// One write transaction on one collection: objects go in and out, vectors are set, and finish() brings the index, the
// counters and the generation in line. Nothing is visible or durable before the caller commits.

#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/batch/batch.hpp"
#include "store/embedded/collection_row.hpp"
#include "store/embedded/index_state.hpp"
#include "store/embedded/segment_builder.hpp"

namespace ely::store::embedded {

class WriteSession {
  public:
    WriteSession(Connection& connection, CollectionRow row, model::CollectionSchema schema)
        : m_connection(connection), m_row(std::move(row)), m_schema(std::move(schema)) {}

    [[nodiscard]] Result<WriteResult> upsert(const BatchView& batch, Timestamp now);
    [[nodiscard]] Result<std::uint64_t> set_vectors(std::span<const Uuid> ids, std::span<const float> values);
    [[nodiscard]] Result<std::uint64_t> remove_ids(std::span<const Uuid> ids);
    [[nodiscard]] Result<std::uint64_t> remove_ordinals(std::span<const std::uint32_t> ordinals);
    [[nodiscard]] Result<std::uint64_t> remove_everything();
    void set_schema(model::CollectionSchema schema);

    [[nodiscard]] Result<void> finish();
    [[nodiscard]] Connection& connection() const { return m_connection; }
    [[nodiscard]] const CollectionRow& row() const { return m_row; }
    [[nodiscard]] const model::CollectionSchema& schema() const { return m_schema; }

  private:
    struct Stored {
        std::uint32_t ordinal = 0;
        std::int64_t created = 0;
    };
    [[nodiscard]] Result<std::optional<Stored>> find(const Uuid& id);
    [[nodiscard]] Result<void> learn_dimensions(std::size_t dimensions);
    [[nodiscard]] Result<void> put_segment(SegmentBuilder& segment);
    [[nodiscard]] Result<void> apply_tombstones();
    [[nodiscard]] Result<void> merge();
    [[nodiscard]] VectorTables vector_tables() const;
    [[nodiscard]] std::string objects() const;

    Connection& m_connection;
    CollectionRow m_row;
    model::CollectionSchema m_schema;
    std::vector<std::uint32_t> m_dead;
    bool m_lost_vectors = false;
};

}  // namespace ely::store::embedded
