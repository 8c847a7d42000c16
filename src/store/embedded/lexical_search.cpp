#include "store/embedded/lexical_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/embedded/tokenizer.hpp"

namespace ely::store::embedded {
namespace {

struct Field {
    std::size_t property = 0;
    double weight = 1;
    double b = 0;
    bool once_per_group = false;
    double mean_length = 1;  // of documents, or of groups
};

Result<std::vector<Field>> query_fields(const model::CollectionSchema& schema, const LexicalQuery& query) {
    std::vector<Field> out;
    for (std::size_t i = 0; i < schema.properties.size(); ++i) {
        const auto& property = schema.properties[i];
        if (!has_terms(property)) continue;
        if (query.fields.empty()) {
            out.push_back({i, 1, k_default_b, false, 1});
            continue;
        }
        for (const auto& field : query.fields) {
            if (field.property == property.name) out.push_back({i, field.weight, field.b, field.once_per_group, 1});
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

void set_mean_lengths(const DocumentState& state, std::size_t units, std::vector<Field>& fields) {
    for (auto& field : fields) {
        const auto total = field.property < state.total_lengths.size() ? state.total_lengths[field.property] : 0;
        field.mean_length = total == 0 || units == 0 ? 1 : static_cast<double>(total) / static_cast<double>(units);
    }
}

// A term's occurrences in the living documents: by document, then field.
struct Occurrence {
    std::uint32_t document;
    std::uint32_t frequency;
    std::uint32_t length;  // of the field in the document
    std::uint32_t field;   // index into the fields of the query
};

class LexicalSearch {
  public:
    LexicalSearch(Connection& connection, const CollectionRow& row, const DocumentState& state,
                  std::vector<Field> fields, double k1)
        : m_tables(connection, row.id), m_state(state), m_fields(std::move(fields)), m_k1(k1) {
        m_field_of.fill(k_no_field);
        for (std::size_t i = 0; i < m_fields.size(); ++i) {
            m_field_of[m_fields[i].property] = static_cast<std::uint8_t>(i);
        }
        set_mean_lengths(state, state.living_count, m_fields);
    }

    // Scores of documents, and of groups where there are groups.
    Result<void> run(const std::vector<QueryTerm>& terms, const Groups* groups) {
        m_document_scores.assign(m_state.documents, 0);
        if (groups != nullptr) start_groups(*groups);
        for (const auto& term : terms) {
            ELY_TRY(find(term.term));
            score_documents(term.weight);
            if (groups != nullptr) score_groups(*groups, term.weight);
        }
        return {};
    }

    [[nodiscard]] const std::vector<double>& document_scores() const { return m_document_scores; }
    [[nodiscard]] const std::vector<double>& group_scores() const { return m_group_scores; }

  private:
    static constexpr std::uint8_t k_no_field = 255;

    Result<void> find(std::string_view term) {
        m_occurrences.clear();
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
        bool inside = true;
        const bool whole = segment.row.deleted == 0;
        const bool good = decode_postings(postings, [&](const Posting& posting) {
            inside = inside && posting.document < segment.row.documents;
            const auto field = m_field_of[posting.field];
            if (!inside || field == k_no_field) return;
            if (!whole && segment.tombstones->get(posting.document)) return;
            m_occurrences.push_back({segment.base + posting.document, posting.frequency,
                                     DocumentState::length(segment, posting.field, posting.document), field});
        });
        if (!good || !inside) return fail(Code::corrupt, "postings of the lexical index are damaged");
        return {};
    }

    [[nodiscard]] static double field_weight(const Field& field, double frequency, double length) {
        return field.weight * frequency / (1 - field.b + field.b * length / field.mean_length);
    }
    [[nodiscard]] static double rarity(std::size_t units, std::size_t with_term) {
        const auto n = static_cast<double>(with_term);
        return std::log(1 + (static_cast<double>(units) - n + 0.5) / (n + 0.5));
    }
    [[nodiscard]] double saturated(double weight) const { return weight / (weight + m_k1); }

    void start_groups(const Groups& groups) {
        m_group_fields = m_fields;
        set_mean_lengths(m_state, groups.count, m_group_fields);
        m_group_lengths.assign(m_fields.size(), {});
        for (std::size_t i = 0; i < m_fields.size(); ++i) {
            const auto property = m_fields[i].property;
            if (m_fields[i].once_per_group) {
                m_group_fields[i].mean_length = take_single_lengths(groups, property, m_group_lengths[i]);
            } else if (property < groups.lengths.size()) {
                m_group_lengths[i] = groups.lengths[property];
            }
        }
        m_group_scores.assign(groups.count, 0);
        m_group_frequencies.assign(groups.count * m_fields.size(), 0);
    }

    // Lengths of a field that each group has once: the largest of its documents'. Returns their mean.
    double take_single_lengths(const Groups& groups, std::size_t property, std::vector<std::uint32_t>& lengths) const {
        lengths.assign(groups.count, 0);
        for (const auto& segment : m_state.segments) {
            for (std::uint32_t i = 0; i < segment.row.documents; ++i) {
                if (!m_state.living.get(segment.base + i)) continue;
                auto& length = lengths[groups.group_of[segment.base + i]];
                length = std::max(length, DocumentState::length(segment, property, i));
            }
        }
        const auto total = std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0});
        return total == 0 ? 1 : static_cast<double>(total) / static_cast<double>(groups.count);
    }

    void score_documents(double term_weight) {
        std::size_t documents = 0;
        for (std::size_t i = 0; i < m_occurrences.size(); ++i) {
            if (i == 0 || m_occurrences[i].document != m_occurrences[i - 1].document) ++documents;
        }
        const double factor = rarity(m_state.living_count, documents) * term_weight;
        for (std::size_t i = 0; i < m_occurrences.size();) {
            const auto document = m_occurrences[i].document;
            double weight = 0;
            for (; i < m_occurrences.size() && m_occurrences[i].document == document; ++i) {
                const auto& at = m_occurrences[i];
                weight += field_weight(m_fields[at.field], at.frequency, at.length);
            }
            m_document_scores[document] += factor * saturated(weight);
        }
    }

    // Frequencies add up as whole numbers first, so that the order of documents does not matter.
    void score_groups(const Groups& groups, double term_weight) {
        const auto fields = m_fields.size();
        m_touched.clear();
        for (const auto& at : m_occurrences) {
            const auto group = groups.group_of[at.document];
            auto* frequencies = &m_group_frequencies[group * fields];
            if (std::all_of(frequencies, frequencies + fields, [](std::uint64_t n) { return n == 0; })) {
                m_touched.push_back(group);
            }
            auto& frequency = frequencies[at.field];
            if (m_fields[at.field].once_per_group) {
                frequency = std::max<std::uint64_t>(frequency, at.frequency);
            } else {
                frequency += at.frequency;
            }
        }
        const double factor = rarity(groups.count, m_touched.size()) * term_weight;
        for (const auto group : m_touched) {
            double weight = 0;
            for (std::size_t field = 0; field < fields; ++field) {
                auto& frequency = m_group_frequencies[group * fields + field];
                if (frequency == 0) continue;
                weight +=
                    field_weight(m_group_fields[field], static_cast<double>(frequency), m_group_lengths[field][group]);
                frequency = 0;
            }
            m_group_scores[group] += factor * saturated(weight);
        }
    }

    SegmentTables m_tables;
    const DocumentState& m_state;
    std::vector<Field> m_fields;
    std::vector<Field> m_group_fields;
    const double m_k1;
    std::array<std::uint8_t, 256> m_field_of{};
    std::vector<Occurrence> m_occurrences;
    std::vector<double> m_document_scores;
    std::vector<double> m_group_scores;
    std::vector<std::uint64_t> m_group_frequencies;
    std::vector<std::vector<std::uint32_t>> m_group_lengths;  // by field, then group
    std::vector<std::uint32_t> m_touched;
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
    const auto terms = query_terms(query.text, query.weak_words, query.weak_weight);
    LexicalSearch search(connection, row, state, std::move(fields), query.k1);
    if (!folded.empty()) {
        ELY_TRY_ASSIGN(const auto groups, cache.groups(connection, row, state, folded));
        ELY_TRY(search.run(terms, groups.get()));
        return best_of(state, best_of_groups(state, search, *groups, filter), query.limit);
    }
    ELY_TRY(search.run(terms, nullptr));
    const auto& scores = search.document_scores();
    std::vector<ScoredDocument> scored;
    filter.for_each([&](std::size_t i) {
        if (scores[i] > 0) scored.push_back({static_cast<std::uint32_t>(i), scores[i]});
    });
    return best_of(state, std::move(scored), query.limit);
}

}  // namespace ely::store::embedded
