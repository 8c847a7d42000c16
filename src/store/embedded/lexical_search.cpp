#include "store/embedded/lexical_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/words/tokenizer.hpp"

namespace ely::store::embedded {
namespace {

struct Field {
    std::size_t property = 0;
    double weight = 1;
    double b = 0;
    bool once_per_group = false;
};

Result<std::vector<Field>> query_fields(const model::CollectionSchema& schema, const LexicalQuery& query) {
    std::vector<Field> out;
    for (std::size_t i = 0; i < schema.properties.size(); ++i) {
        const auto& property = schema.properties[i];
        if (!has_terms(property)) continue;
        if (query.fields.empty()) {
            out.push_back({i, 1, k_default_b, false});
            continue;
        }
        for (const auto& field : query.fields) {
            if (field.property == property.name) out.push_back({i, field.weight, field.b, field.once_per_group});
        }
    }
    for (const auto& field : query.fields) {
        const auto* property = schema.find(field.property);
        if (property == nullptr || !has_terms(*property)) {
            return fail(Code::usage,
                        fmt::format("property '{}' of '{}' is not searchable", field.property, schema.name));
        }
    }
    return out;
}

// BM25F's weight of one field of one text: weight * frequency / (1 - b + b * length / mean length). Lengths come back
// often, so the quotients of short ones are kept.
class FieldNorm {
  public:
    FieldNorm(double weight, double b, double mean_length) : m_weight(weight), m_b(b), m_mean_length(mean_length) {
        for (std::uint32_t length = 0; length < m_factors.size(); ++length) m_factors[length] = compute(length);
    }
    [[nodiscard]] double factor(std::uint32_t length) const {
        return length < m_factors.size() ? m_factors[length] : compute(length);
    }

  private:
    [[nodiscard]] double compute(std::uint32_t length) const {
        return m_weight / (1 - m_b + m_b * static_cast<double>(length) / m_mean_length);
    }
    double m_weight;
    double m_b;
    double m_mean_length;
    std::array<double, 1024> m_factors{};
};

// Large arrays that each query would have to ask the system for; one set a thread.
struct Scratch {
    struct Weighted {
        std::uint32_t document;
        double weight;
    };
    std::vector<Weighted> weighted;  // documents with the present term
    std::vector<double> document_scores;
    std::vector<double> group_scores;
    std::vector<std::uint64_t> group_frequencies;  // by group, then field
    std::vector<std::uint32_t> group_stamps;       // the last term that a group had, from 1
    std::vector<std::uint32_t> touched;            // groups with the present term
};

class LexicalSearch {
  public:
    LexicalSearch(Connection& connection, const CollectionRow& row, const DocumentState& state,
                  std::vector<Field> fields, double k1)
        : m_tables(connection, row.id), m_state(state), m_fields(std::move(fields)), m_k1(k1) {
        m_field_of.fill(k_no_field);
        for (std::size_t i = 0; i < m_fields.size(); ++i) {
            const auto property = m_fields[i].property;
            m_field_of[property] = static_cast<std::uint8_t>(i);
            const auto total = property < state.total_lengths.size() ? state.total_lengths[property] : 0;
            m_norms.emplace_back(m_fields[i].weight, m_fields[i].b, mean(total, state.living_count));
        }
    }

    // Scores of documents, and of groups where there are groups.
    Result<void> run(const std::vector<words::QueryTerm>& terms, const Groups* groups) {
        m_groups = groups;
        m_scratch.document_scores.assign(m_state.documents, 0);
        if (groups != nullptr) start_groups();
        for (const auto& term : terms) {
            ++m_term;
            m_scratch.weighted.clear();
            m_scratch.touched.clear();
            ELY_TRY(find(term.term));
            score_documents(term.weight);
            if (groups != nullptr) score_groups(term.weight);
        }
        return {};
    }

    [[nodiscard]] const std::vector<double>& document_scores() const { return m_scratch.document_scores; }
    [[nodiscard]] const std::vector<double>& group_scores() const { return m_scratch.group_scores; }

  private:
    static constexpr std::uint8_t k_no_field = 255;

    static Scratch& thread_scratch() {
        thread_local Scratch scratch;
        return scratch;
    }

    [[nodiscard]] static double mean(std::uint64_t total, std::size_t units) {
        return total == 0 || units == 0 ? 1 : static_cast<double>(total) / static_cast<double>(units);
    }

    void start_groups() {
        const auto property_lengths = [&](const auto& by_property, std::size_t property) {
            static const std::vector<std::uint32_t> k_empty;
            return property < by_property.size() ? &by_property[property] : &k_empty;
        };
        for (const auto& field : m_fields) {
            const auto* lengths =
                property_lengths(field.once_per_group ? m_groups->largest : m_groups->lengths, field.property);
            const auto total = std::accumulate(lengths->begin(), lengths->end(), std::uint64_t{0});
            m_group_lengths.push_back(lengths);
            m_group_norms.emplace_back(field.weight, field.b, mean(total, m_groups->count));
        }
        m_scratch.group_scores.assign(m_groups->count, 0);
        m_scratch.group_stamps.assign(m_groups->count, 0);
        m_scratch.group_frequencies.resize(m_groups->count * m_fields.size());
    }

    Result<void> find(std::string_view term) {
        const auto key = term_key(term);
        for (const auto& segment : m_state.segments) {
            const auto found = [&](std::string_view, std::string_view postings) -> Result<bool> {
                ELY_TRY(collect(segment, postings));
                return true;
            };
            ELY_TRY(m_tables.find(segment.row.id, key, found));
        }
        return {};
    }

    Result<void> collect(const SegmentState& segment, std::string_view postings) {
        std::array<const std::uint32_t*, 256> lengths{};
        for (std::size_t i = 0; i < segment.documents->lengths.size(); ++i) {
            if (!segment.documents->lengths[i].empty()) lengths[i] = segment.documents->lengths[i].data();
        }
        bool inside = true;
        auto last = k_no_document;
        const bool whole = segment.row.deleted == 0;
        const bool good = decode_postings(postings, [&](const Posting& posting) {
            inside = inside && posting.document < segment.row.documents;
            const auto field = m_field_of[posting.field];
            if (!inside || field == k_no_field) return;
            if (!whole && segment.tombstones->get(posting.document)) return;
            const auto* field_lengths = lengths[posting.field];
            const auto length = field_lengths != nullptr ? field_lengths[posting.document] : 0;
            const double weight = posting.frequency * m_norms[field].factor(length);
            const auto document = segment.base + posting.document;
            if (document == last) {
                m_scratch.weighted.back().weight += weight;
            } else {
                m_scratch.weighted.push_back({document, weight});
            }
            last = document;
            if (m_groups != nullptr) count_in_group(document, field, posting.frequency);
        });
        if (!good || !inside) return fail(Code::corrupt, "postings of the lexical index are damaged");
        return {};
    }

    // Frequencies add up as whole numbers first, so that the order of documents does not matter.
    void count_in_group(std::uint32_t document, std::uint8_t field, std::uint32_t frequency) {
        const auto group = m_groups->group_of[document];
        auto* frequencies = &m_scratch.group_frequencies[group * m_fields.size()];
        if (m_scratch.group_stamps[group] != m_term) {
            m_scratch.group_stamps[group] = m_term;
            m_scratch.touched.push_back(group);
            std::fill(frequencies, frequencies + m_fields.size(), 0);
        }
        if (m_fields[field].once_per_group) {
            frequencies[field] = std::max<std::uint64_t>(frequencies[field], frequency);
        } else {
            frequencies[field] += frequency;
        }
    }

    [[nodiscard]] static double rarity(std::size_t units, std::size_t with_term) {
        const auto n = static_cast<double>(with_term);
        return std::log(1 + (static_cast<double>(units) - n + 0.5) / (n + 0.5));
    }
    [[nodiscard]] double saturated(double weight) const { return weight / (weight + m_k1); }

    void score_documents(double term_weight) {
        const double factor = rarity(m_state.living_count, m_scratch.weighted.size()) * term_weight;
        for (const auto& [document, weight] : m_scratch.weighted) {
            m_scratch.document_scores[document] += factor * saturated(weight);
        }
    }

    void score_groups(double term_weight) {
        const auto fields = m_fields.size();
        const double factor = rarity(m_groups->count, m_scratch.touched.size()) * term_weight;
        for (const auto group : m_scratch.touched) {
            double weight = 0;
            for (std::size_t field = 0; field < fields; ++field) {
                const auto frequency = m_scratch.group_frequencies[group * fields + field];
                if (frequency == 0) continue;
                weight +=
                    static_cast<double>(frequency) * m_group_norms[field].factor((*m_group_lengths[field])[group]);
            }
            m_scratch.group_scores[group] += factor * saturated(weight);
        }
    }

    static constexpr auto k_no_document = ~0U;

    SegmentTables m_tables;
    const DocumentState& m_state;
    const std::vector<Field> m_fields;
    const double m_k1;
    std::array<std::uint8_t, 256> m_field_of{};
    std::vector<FieldNorm> m_norms;
    const Groups* m_groups = nullptr;
    std::vector<FieldNorm> m_group_norms;
    std::vector<const std::vector<std::uint32_t>*> m_group_lengths;
    std::uint32_t m_term = 0;
    Scratch& m_scratch = thread_scratch();
};

// Keeps the documents that can still be among the best.
class BestDocuments {
  public:
    explicit BestDocuments(std::size_t limit) : m_limit(limit) {}
    void add(std::uint32_t document, double score) {
        if (score < m_least || m_limit == 0) return;
        m_kept.push_back({document, score});
        if (m_kept.size() >= m_full) drop_low();
    }
    [[nodiscard]] std::vector<ScoredDocument> take() { return std::move(m_kept); }

  private:
    void drop_low() {
        const auto cut = m_kept.begin() + static_cast<std::ptrdiff_t>(m_limit - 1);
        if (m_kept.size() > m_limit) {
            std::ranges::nth_element(m_kept, cut, std::greater<>(), &ScoredDocument::score);
            m_least = cut->score;
            std::erase_if(m_kept, [&](const ScoredDocument& hit) { return hit.score < m_least; });
        }
        m_full = 4 * m_kept.size() + 1000;
    }

    const std::size_t m_limit;
    double m_least = 0;
    std::size_t m_full = 1000;
    std::vector<ScoredDocument> m_kept;
};

// The best document of each group that has one with a score, with the group's score.
std::vector<ScoredDocument> best_of_groups(const DocumentState& state, const LexicalSearch& search,
                                           const Groups& groups, const Bits& filter) {
    constexpr auto k_none = ~0U;
    const auto& scores = search.document_scores();
    std::vector<std::uint32_t> best(groups.count, k_none);
    filter.for_each([&](std::size_t i) {
        if (scores[i] <= 0) return;
        const auto document = static_cast<std::uint32_t>(i);
        auto& present = best[groups.group_of[document]];
        const bool better = present == k_none || scores[document] > scores[present] ||
                            (scores[document] == scores[present] && state.id(document) < state.id(present));
        if (better) present = document;
    });
    std::vector<ScoredDocument> out;
    for (std::uint32_t group = 0; group < groups.count; ++group) {
        if (best[group] != k_none) out.push_back({best[group], search.group_scores()[group]});
    }
    return out;
}

// The properties that a comma list names; usage unless their values are keys of the index.
Result<std::vector<std::size_t>> folded_properties(const model::CollectionSchema& schema, const std::string& list) {
    std::vector<std::size_t> out;
    for (const auto& name : split_list(list)) {
        const auto found = std::ranges::find(schema.properties, name, &model::Property::name);
        if (found == schema.properties.end() || found->type != model::DataType::text || !has_value_keys(*found)) {
            return fail(Code::usage, fmt::format("'{}' is no filterable text of '{}'", name, schema.name));
        }
        out.push_back(static_cast<std::size_t>(found - schema.properties.begin()));
    }
    return out;
}

}  // namespace

std::vector<ScoredDocument> best_of(const DocumentState& state, std::vector<ScoredDocument> scored, std::size_t limit) {
    if (limit == 0) return {};
    if (scored.size() > limit) {
        const auto cut = scored.begin() + static_cast<std::ptrdiff_t>(limit - 1);
        std::ranges::nth_element(scored, cut, std::greater<>(), &ScoredDocument::score);
        const double least = cut->score;
        std::erase_if(scored, [&](const ScoredDocument& hit) { return hit.score < least; });
    }
    std::ranges::sort(scored, [&](const ScoredDocument& a, const ScoredDocument& b) {
        return a.score != b.score ? a.score > b.score : state.id(a.document) < state.id(b.document);
    });
    if (scored.size() > limit) scored.resize(limit);
    return scored;
}

Result<std::vector<ScoredDocument>> search_lexical(Connection& connection, const CollectionRow& row,
                                                   const model::CollectionSchema& schema, const DocumentState& state,
                                                   IndexCache& cache, const LexicalQuery& query, const Bits& filter) {
    ELY_TRY_ASSIGN(auto fields, query_fields(schema, query));
    ELY_TRY_ASSIGN(const auto folded, folded_properties(schema, query.fold_by));
    const auto terms = words::query_terms(query.text, query.weak_words, query.weak_weight);
    LexicalSearch search(connection, row, state, std::move(fields), query.k1);
    if (!folded.empty()) {
        ELY_TRY_ASSIGN(const auto groups, cache.groups(connection, row, state, folded));
        ELY_TRY(search.run(terms, groups.get()));
        return best_of(state, best_of_groups(state, search, *groups, filter), query.limit);
    }
    ELY_TRY(search.run(terms, nullptr));
    const auto& scores = search.document_scores();
    BestDocuments best(query.limit);
    filter.for_each([&](std::size_t i) {
        if (scores[i] > 0) best.add(static_cast<std::uint32_t>(i), scores[i]);
    });
    return best_of(state, best.take(), query.limit);
}

}  // namespace ely::store::embedded
