#pragma once

// Rows of object batches to objects on the wire and back. What the server would keep in another form than it was given
// (a whole number that no float64 has, a vector with an element that is no number) is refused here, object by object.

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <weaviate.pb.h>
#include "base/result.hpp"
#include "store/batch/batch.hpp"
#include "store/weaviate/arena_message.hpp"
#include "store/weaviate/class_json.hpp"

namespace ely::store::weaviate {

namespace wire = ::weaviate::v1;

using EncodedObjects = ArenaMessage<wire::BatchObjectsRequest>;

// Collects rows of one batch into requests. Both arguments must outlive it. Not thread-safe.
class ObjectEncoder {
  public:
    ObjectEncoder(const Class& target, const BatchView& view);

    // usage: the row cannot be kept as it is, and is not part of the request.
    [[nodiscard]] Result<void> add(std::size_t row);
    [[nodiscard]] std::size_t objects() const { return static_cast<std::size_t>(m_encoded->objects_size()); }
    // About as many as the request will have on the wire.
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    // The request so far; the encoder is empty afterwards and may be used again.
    [[nodiscard]] EncodedObjects take();

  private:
    struct Column {
        const model::Property* property = nullptr;
        std::size_t index = 0;  // in the batch
    };

    [[nodiscard]] Result<void> add_value(const Column& column, const Cell& cell, wire::BatchObject& object);
    [[nodiscard]] Result<void> add_vector(std::span<const float> vector, wire::BatchObject& object);
    void add_words(std::size_t row, wire::BatchObject& object);

    const Class& m_target;
    const BatchView& m_view;
    std::vector<Column> m_columns;
    std::vector<Column> m_searchable;
    EncodedObjects m_encoded;
    std::size_t m_bytes = 0;
};

// Reads results of a search. Views that it gives live until the next call. Not thread-safe.
class ObjectDecoder {
  public:
    explicit ObjectDecoder(const Class& source) : m_source(source) {}

    [[nodiscard]] static Result<Uuid> id(const wire::SearchResult& result);
    // One for each property of the schema, in its order.
    [[nodiscard]] std::span<const Cell> cells(const wire::SearchResult& result);
    // Empty when there is none, or none was asked for.
    [[nodiscard]] std::span<const float> vector(const wire::SearchResult& result);
    [[nodiscard]] static ObjectTimes times(const wire::SearchResult& result);
    // Those of the names that are not null; all when there are no names.
    [[nodiscard]] model::Properties properties(const wire::SearchResult& result,
                                               const std::vector<std::string>& names) const;

  private:
    [[nodiscard]] Cell to_cell(const model::Property& property, const wire::Value& value);

    const Class& m_source;
    std::vector<Cell> m_cells;
    std::deque<std::string> m_owned;
    std::vector<float> m_vector;
};

// float32, little-endian.
[[nodiscard]] std::string vector_bytes(std::span<const float> vector);

// The text of a property as it came; empty when it is null.
[[nodiscard]] std::string_view text_of(const wire::SearchResult& result, const std::string& property);

}  // namespace ely::store::weaviate
