#pragma once

// Fills in the vectors that an ingest left open, from the collection itself, so that it can be stopped, killed and
// started again at will: each window of objects is durable when the next begins.

#include <cstdint>
#include <stop_token>

#include "base/result.hpp"
#include "embed/embedder.hpp"
#include "embed/vector_cache.hpp"
#include "model/progress.hpp"
#include "store/collection.hpp"

namespace ely::index {

struct EmbedReport {
    std::uint64_t embedded = 0;  // vectors computed by the model
    std::uint64_t cached = 0;    // vectors that were known for the exact text
    std::uint64_t pending = 0;   // objects still without a vector
    double seconds = 0;
    double model_seconds = 0;  // inside the model
};

// cancelled keeps what is done.
[[nodiscard]] Result<EmbedReport> embed_pending(store::Collection& collection, embed::Embedder& embedder,
                                                embed::VectorCache& cache, model::Progress& progress,
                                                std::stop_token stop = {});

}  // namespace ely::index
