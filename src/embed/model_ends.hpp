#pragma once

// The two ends of a BERT model, before and after its layers: tokens to their first vectors (word, position and type,
// normalized), and the tokens' last vectors to the text's. Plain loops over one token after the other: next to the
// layers they cost nothing, the word table stays in the mapped file, and no neighbour can change a bit of the result.

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "embed/bert_model.hpp"

namespace ely::embed {

class InputLayer {
  public:
    // The model must outlive it.
    static Result<InputLayer> from(const BertModel& model);
    // Writes ids.size() * hidden floats to the start of `rows`.
    void write(std::span<const std::uint32_t> ids, std::span<float> rows) const;

  private:
    std::size_t m_hidden = 0;
    float m_epsilon = 0;
    std::span<const float> m_words;
    std::span<const float> m_positions;
    std::span<const float> m_type;
    std::span<const float> m_scale;
    std::span<const float> m_shift;
};

// Pools rows (tokens * vector.size() floats) into `vector`, and makes that one long.
void pool(std::span<const float> rows, Pooling pooling, std::span<float> vector);

}  // namespace ely::embed
