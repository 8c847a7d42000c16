#include "embed/model_ends.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ely::embed {
namespace {

// In a fixed number of partial sums: the order, and so the result, is the same wherever this runs.
template <typename Term>
double sum(std::size_t count, const Term& term) {
    std::array<double, 8> lanes{};
    for (std::size_t i = 0; i < count; ++i) lanes[i % lanes.size()] += term(i);
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

}  // namespace

Result<InputLayer> InputLayer::from(const BertModel& model) {
    const auto& shape = model.shape;
    InputLayer out;
    out.m_hidden = shape.hidden;
    out.m_epsilon = shape.norm_epsilon;
    ELY_TRY_ASSIGN(const auto words,
                   model.tensor("embeddings.word_embeddings.weight", {shape.vocabulary, shape.hidden}));
    ELY_TRY_ASSIGN(const auto positions,
                   model.tensor("embeddings.position_embeddings.weight", {shape.positions, shape.hidden}));
    ELY_TRY_ASSIGN(const auto types,
                   model.tensor("embeddings.token_type_embeddings.weight", {shape.token_types, shape.hidden}));
    ELY_TRY_ASSIGN(const auto scale, model.tensor("embeddings.LayerNorm.weight", {shape.hidden}));
    ELY_TRY_ASSIGN(const auto shift, model.tensor("embeddings.LayerNorm.bias", {shape.hidden}));
    out.m_words = words.values;
    out.m_positions = positions.values;
    out.m_type = types.values.first(shape.hidden);
    out.m_scale = scale.values;
    out.m_shift = shift.values;
    return out;
}

void InputLayer::write(std::span<const std::uint32_t> ids, std::span<float> rows) const {
    for (std::size_t position = 0; position < ids.size(); ++position) {
        const auto row = rows.subspan(position * m_hidden, m_hidden);
        const auto word = m_words.subspan(ids[position] * m_hidden, m_hidden);
        const auto place = m_positions.subspan(position * m_hidden, m_hidden);
        for (std::size_t i = 0; i < m_hidden; ++i) row[i] = word[i] + m_type[i] + place[i];
        const auto count = static_cast<double>(m_hidden);
        const double mean = sum(m_hidden, [&](std::size_t i) { return double{row[i]}; }) / count;
        const double variance = sum(m_hidden, [&](std::size_t i) { return (row[i] - mean) * (row[i] - mean); }) / count;
        const double factor = 1 / std::sqrt(variance + m_epsilon);
        for (std::size_t i = 0; i < m_hidden; ++i) {
            row[i] = static_cast<float>((row[i] - mean) * factor) * m_scale[i] + m_shift[i];
        }
    }
}

void pool(std::span<const float> rows, Pooling pooling, std::span<float> vector) {
    const auto hidden = vector.size();
    const auto tokens = pooling == Pooling::first ? 1 : rows.size() / hidden;
    std::fill(vector.begin(), vector.end(), 0.0F);
    for (std::size_t token = 0; token < tokens; ++token) {
        const auto row = rows.subspan(token * hidden, hidden);
        for (std::size_t i = 0; i < hidden; ++i) vector[i] += row[i];
    }
    // The mean has the sum's direction, and only that is left of it.
    const double length = std::sqrt(sum(hidden, [&](std::size_t i) { return double{vector[i]} * vector[i]; }));
    if (length == 0) return;
    for (auto& value : vector) value = static_cast<float>(value / length);
}

}  // namespace ely::embed
