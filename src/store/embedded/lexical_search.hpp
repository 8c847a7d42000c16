#pragma once

// The best documents by words: BM25F over the terms of a query, every posting of every term looked at. Statistics are
// those of the living documents, exactly, so that scores do not depend on the order of writes.

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "store/collection.hpp"
#include "store/embedded/index_state.hpp"

namespace ely::store::embedded {

struct ScoredDocument {
    std::uint32_t document = 0;  // its number in the DocumentState
    double score = 0;
};

// At most query.limit, best first, ties by id. `filter` is the set of documents that may be hits.
[[nodiscard]] Result<std::vector<ScoredDocument>> search_lexical(Connection& connection, const CollectionRow& row,
                                                                 const model::CollectionSchema& schema,
                                                                 const DocumentState& state, IndexCache& cache,
                                                                 const LexicalQuery& query, const Bits& filter);

// The `limit` best by score, ties by id.
[[nodiscard]] std::vector<ScoredDocument> best_of(const DocumentState& state, std::vector<ScoredDocument> scored,
                                                  std::size_t limit);

}  // namespace ely::store::embedded
