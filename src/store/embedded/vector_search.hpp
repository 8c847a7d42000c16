#pragma once

// The nearest vectors, exactly: a pass over the quantised blocks bounds every vector's score from both sides, and those
// whose upper bound reaches the k-th lower bound are scored from their float32 row.

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "store/embedded/index_state.hpp"
#include "store/embedded/lexical_search.hpp"

namespace ely::store::embedded {

// `allowed`: the documents that may be hits, null for all. The caller has checked the query's length.
[[nodiscard]] Result<std::vector<ScoredDocument>> search_vectors(
    Connection& connection, const CollectionRow& row, const model::VectorConfig& config, const VectorState& vectors,
    const DocumentState& documents, std::span<const float> query, const Bits* allowed, std::size_t limit);

}  // namespace ely::store::embedded
