#pragma once

// Object batches as the code here makes and reads them: an Apache Arrow RecordBatch whose columns
// doc/formats/object-batch.md fixes. Building is strict: what does not fit the schema is refused at append().

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <arrow/type_fwd.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/uuid.hpp"
#include "model/collection_schema.hpp"
#include "model/value.hpp"
#include "store/batch/cell.hpp"
#include "store/collection.hpp"

namespace ely::store {

// "_vector", or "_vector:<name>" for a named one.
[[nodiscard]] std::string vector_column(const model::VectorConfig& vector);

struct ObjectTimes {
    std::optional<Timestamp> created;
    std::optional<Timestamp> updated;
};

// Collects objects into one batch. Not thread-safe.
class BatchBuilder {
  public:
    // Without vectors the batch has no vector column.
    static Result<BatchBuilder> create(const model::CollectionSchema& schema, bool with_vectors = true);
    BatchBuilder(BatchBuilder&&) noexcept;
    BatchBuilder& operator=(BatchBuilder&&) noexcept;
    ~BatchBuilder();

    // `vector` empty: none. usage when a property is not in the schema, has another type, or the vector another length;
    // the object is then not part of the batch.
    [[nodiscard]] Result<void> append(const Uuid& id, const model::Properties& properties,
                                      std::span<const float> vector = {}, const ObjectTimes& times = {});
    // The same from cells, one for each property in the schema's order, each null or of the property's type.
    [[nodiscard]] Result<void> append_cells(const Uuid& id, std::span<const Cell> cells,
                                            std::span<const float> vector = {}, const ObjectTimes& times = {});
    [[nodiscard]] std::size_t rows() const;
    // The rows so far; the builder is empty afterwards and may be used again.
    [[nodiscard]] Result<Batch> finish();

  private:
    struct State;
    explicit BatchBuilder(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

// Rows of a batch, without copying it. Views live as long as the batch. Columns that the format does not know are not
// seen.
class BatchView {
  public:
    explicit BatchView(Batch batch);
    BatchView(BatchView&&) noexcept;
    BatchView& operator=(BatchView&&) noexcept;
    ~BatchView();

    // usage unless there is an `_id` column and every property column has the type that the schema gives it; of the
    // vector's length only when the schema knows its own.
    [[nodiscard]] Result<void> check(const model::CollectionSchema& schema) const;

    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] Uuid id(std::size_t row) const;
    [[nodiscard]] ObjectTimes times(std::size_t row) const;
    // Properties that are not null.
    [[nodiscard]] model::Properties properties(std::size_t row) const;
    // A text property; empty when null or when there is no such column.
    [[nodiscard]] std::string_view text(std::size_t row, std::string_view property) const;
    // Which property column; nullopt when the batch has none of that name.
    [[nodiscard]] std::optional<std::size_t> column(std::string_view property) const;
    [[nodiscard]] Cell cell(std::size_t row, std::size_t column) const;
    // Empty when the object has none or the batch was read without vectors.
    [[nodiscard]] std::span<const float> vector(std::size_t row) const;
    // Floats in a vector; 0 when the batch has no vector column.
    [[nodiscard]] std::uint32_t dimensions() const;

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace ely::store
