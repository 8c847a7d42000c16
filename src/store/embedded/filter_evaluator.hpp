#pragma once

// A filter to the set of documents that it holds for. What the index knows (values of filterable text, ids, vectors) is
// answered from there; the rest by reading objects, only those that are still in question.

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "store/embedded/index_state.hpp"
#include "store/filter/filter.hpp"

namespace ely::store::embedded {

class FilterEvaluator {
  public:
    // What is passed must outlive the evaluator; the caller holds a transaction.
    FilterEvaluator(Connection& connection, const CollectionRow& row, const model::CollectionSchema& schema,
                    const DocumentState& state, IndexCache& cache)
        : m_connection(connection),
          m_row(row),
          m_schema(schema),
          m_state(state),
          m_cache(cache),
          m_tables(connection, row.id) {}

    // Of the living documents.
    [[nodiscard]] Result<Bits> run(const Filter& filter) { return evaluate(filter, m_state.living); }

  private:
    enum class Cost { lookup, keys, rows };

    [[nodiscard]] Cost cost(const Filter& filter) const;
    [[nodiscard]] Cost compare_cost(const Filter& filter) const;
    // All of these answer a part of `candidates`.
    [[nodiscard]] Result<Bits> evaluate(const Filter& filter, const Bits& candidates);
    [[nodiscard]] Result<Bits> all_of(const Filter& filter, const Bits& candidates);
    [[nodiscard]] Result<Bits> compare(const Filter& filter, const Bits& candidates);
    [[nodiscard]] Result<Bits> compare_ids(const Filter& filter, const Bits& candidates);
    [[nodiscard]] Result<Bits> compare_vectors(const Filter& filter, const Bits& candidates);
    [[nodiscard]] Result<Bits> compare_values(const Filter& filter, std::size_t property, const Bits& candidates);
    [[nodiscard]] Result<Bits> compare_rows(const Filter& filter, const Bits& candidates);

    [[nodiscard]] Result<Bits> with_key(std::size_t property, KeyKind kind, std::string_view value = {});
    [[nodiscard]] Result<Bits> nulls(std::size_t property);
    [[nodiscard]] Result<Bits> with_values(std::size_t property, const Filter& filter);
    [[nodiscard]] Result<Bits> with_texts(std::size_t property, const model::Value& texts);
    [[nodiscard]] Result<void> add(const SegmentState& segment, std::string_view postings, Bits& out) const;
    [[nodiscard]] std::optional<std::size_t> property_index(std::string_view name) const;

    Connection& m_connection;
    const CollectionRow& m_row;
    const model::CollectionSchema& m_schema;
    const DocumentState& m_state;
    IndexCache& m_cache;
    SegmentTables m_tables;
};

}  // namespace ely::store::embedded
