#include "store/embedded/vector_search.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <queue>
#include <thread>

namespace ely::store::embedded {
namespace {

// Vectors for which a second thread pays.
constexpr std::size_t k_vectors_per_thread = 20'000;
constexpr std::size_t k_most_threads = 8;

constexpr double k_lowest = -std::numeric_limits<double>::infinity();

struct Candidate {
    std::uint32_t ordinal;
    double upper;
};

// The k largest values seen; least() is the k-th, or minus infinity while there are fewer.
class Largest {
  public:
    explicit Largest(std::size_t k) : m_k(k) {}
    void add(double value) {
        if (m_values.size() < m_k) {
            m_values.push(value);
        } else if (value > m_values.top()) {
            m_values.pop();
            m_values.push(value);
        }
    }
    void add_all(Largest other) {
        for (; !other.m_values.empty(); other.m_values.pop()) add(other.m_values.top());
    }
    [[nodiscard]] double least() const { return m_values.size() < m_k ? k_lowest : m_values.top(); }

  private:
    std::size_t m_k;
    std::priority_queue<double, std::vector<double>, std::greater<>> m_values;
};

// The first pass over some of the blocks.
struct Pass {
    explicit Pass(std::size_t limit) : lowers(limit) {}
    Largest lowers;
    std::vector<Candidate> candidates;

    void run(const QuantizedQuery& query, const VectorState& state, std::size_t first, std::size_t last,
             const Bits* allowed) {
        std::array<Estimate, k_block_rows> estimates{};
        for (auto i = first; i < last; ++i) {
            const auto& ordinals = state.rows[i]->ordinals;
            query.estimate(*state.codes[i], estimates);
            for (std::size_t row = 0; row < ordinals.size(); ++row) {
                const auto& at = estimates[row];
                if (at.value + at.slack < lowers.least()) continue;
                const auto ordinal = ordinals[row];
                if (ordinal == k_no_ordinal || (allowed != nullptr && !allowed->get(ordinal))) continue;
                lowers.add(at.value - at.slack);
                candidates.push_back({ordinal, at.value + at.slack});
            }
        }
    }
};

std::vector<Candidate> first_pass(const QuantizedQuery& query, const VectorState& state, const Bits* allowed,
                                  std::size_t limit) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const auto count =
        std::clamp<std::size_t>(state.vectors / k_vectors_per_thread, 1, std::min(cores, k_most_threads));
    std::vector<Pass> passes(count, Pass(limit));
    const auto blocks = state.rows.size();
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < count; ++i) {
            threads.emplace_back(
                [&, i] { passes[i].run(query, state, blocks * i / count, blocks * (i + 1) / count, allowed); });
        }
        passes[0].run(query, state, 0, blocks / count, allowed);
    }
    Largest lowers(limit);
    for (const auto& pass : passes) lowers.add_all(pass.lowers);
    std::vector<Candidate> out;
    for (const auto& pass : passes) {
        std::ranges::copy_if(pass.candidates, std::back_inserter(out),
                             [&](const Candidate& candidate) { return candidate.upper >= lowers.least(); });
    }
    std::ranges::sort(out, std::greater<>(), &Candidate::upper);
    return out;
}

}  // namespace

Result<std::vector<ScoredDocument>> search_vectors(Connection& connection, const CollectionRow& row,
                                                   const model::VectorConfig& config, const VectorState& vectors,
                                                   const DocumentState& documents, std::span<const float> query,
                                                   const Bits* allowed, std::size_t limit) {
    std::vector<ScoredDocument> scored;
    if (limit == 0) return scored;
    std::optional<Bits> ordinals;
    if (allowed != nullptr) {
        ordinals.emplace(static_cast<std::size_t>(row.next_ordinal));
        allowed->for_each([&](std::size_t i) { ordinals->set(documents.ordinal(static_cast<std::uint32_t>(i))); });
    }
    const QuantizedQuery quantized(query, config.distance);
    VectorTables tables(connection, row.id, config.dimensions, config.distance);
    Largest exact(limit);
    for (const auto& candidate : first_pass(quantized, vectors, ordinals ? &*ordinals : nullptr, limit)) {
        if (candidate.upper < exact.least()) break;
        ELY_TRY_ASSIGN(const auto vector, tables.vector(candidate.ordinal));
        const auto document = documents.document(candidate.ordinal);
        if (vector.empty() || !document) return fail(Code::corrupt, "a block has a vector that is not there");
        const double score = exact_score(config.distance, query, vector);
        // Bounds have room for the rounding of this conversion.
        exact.add(quantized.rank_value(score));
        scored.push_back({*document, score});
    }
    return best_of(documents, std::move(scored), limit);
}

}  // namespace ely::store::embedded
