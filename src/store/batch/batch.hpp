#pragma once

// Object batches as the code here makes and reads them: an Apache Arrow RecordBatch whose columns
// doc/formats/object-batch.md fixes. Building is strict: what does not fit the schema is refused at append().

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "model/collection_schema.hpp"
#include "model/value.hpp"
#include "store/collection.hpp"

namespace ely::store {

// Collects objects into one batch. Not thread-safe.
class BatchBuilder {
  public:
    static Result<BatchBuilder> create(const model::CollectionSchema& schema);
    BatchBuilder(BatchBuilder&&) noexcept;
    BatchBuilder& operator=(BatchBuilder&&) noexcept;
    ~BatchBuilder();

    // `vector` empty: none. usage when a property is not in the schema, has another type, or the vector another length;
    // the object is then not part of the batch.
    [[nodiscard]] Result<void> append(const Uuid& id, const model::Properties& properties,
                                      std::span<const float> vector = {});
    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] Result<Batch> finish();

  private:
    struct State;
    explicit BatchBuilder(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

// Rows of a batch, without copying it. Views live as long as the batch.
class BatchView {
  public:
    explicit BatchView(Batch batch);
    BatchView(BatchView&&) noexcept;
    BatchView& operator=(BatchView&&) noexcept;
    ~BatchView();

    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] Uuid id(std::size_t row) const;
    // Properties that are not null.
    [[nodiscard]] model::Properties properties(std::size_t row) const;
    // A text property; empty when null or when there is no such column.
    [[nodiscard]] std::string_view text(std::size_t row, std::string_view property) const;
    // Empty when the object has none or the batch was read without vectors.
    [[nodiscard]] std::span<const float> vector(std::size_t row) const;

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace ely::store
