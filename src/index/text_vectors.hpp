#pragma once

// Vectors for texts, each distinct text once: from the cache, then from the model. Counts what came from where.

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "embed/embedder.hpp"
#include "embed/vector_cache.hpp"

namespace ely::index {

// Belongs to one thread. Both arguments must outlive it.
class TextVectors {
  public:
    TextVectors(embed::Embedder& embedder, embed::VectorCache& cache) : m_embedder(embedder), m_cache(cache) {}

    // texts.size() runs of dimensions() floats. Calls done(n) whenever n more of the texts have their vectors. What was
    // computed is in the cache, also when the next call fails.
    [[nodiscard]] Result<std::vector<float>> of(std::span<const std::string> texts, const std::stop_token& stop,
                                                const std::function<void(std::size_t)>& done = {});

    [[nodiscard]] std::size_t dimensions() const { return m_embedder.info().dimensions; }
    [[nodiscard]] std::uint64_t embedded() const { return m_embedded; }
    [[nodiscard]] std::uint64_t cached() const { return m_cached; }
    [[nodiscard]] double model_seconds() const { return m_model_seconds; }

  private:
    embed::Embedder& m_embedder;
    embed::VectorCache& m_cache;
    std::uint64_t m_embedded = 0;
    std::uint64_t m_cached = 0;
    double m_model_seconds = 0;
};

}  // namespace ely::index
