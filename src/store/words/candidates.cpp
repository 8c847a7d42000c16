#include "store/words/candidates.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "store/words/tokenizer.hpp"

namespace ely::store::words {
namespace {

struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

// A set of words that lie elsewhere. Objects go by in tens of thousands, so it allocates once.
class WordTable {
  public:
    explicit WordTable(std::size_t about) : m_slots(std::bit_ceil(2 * about + 16)) {}

    [[nodiscard]] bool contains(std::string_view word) const { return !m_slots[slot_of(word)].empty(); }
    void insert(std::string_view word) {
        auto& slot = m_slots[slot_of(word)];
        if (!slot.empty() || word.empty()) return;
        slot = word;
        if (2 * ++m_count > m_slots.size()) grow();
    }

  private:
    // Where the word is, or would be.
    [[nodiscard]] std::size_t slot_of(std::string_view word) const {
        const auto mask = m_slots.size() - 1;
        auto at = std::hash<std::string_view>{}(word)&mask;
        while (!m_slots[at].empty() && m_slots[at] != word) at = (at + 1) & mask;
        return at;
    }
    void grow() {
        auto old = std::exchange(m_slots, std::vector<std::string_view>(2 * m_slots.size()));
        for (const auto word : old) {
            if (!word.empty()) m_slots[slot_of(word)] = word;
        }
    }

    std::vector<std::string_view> m_slots;  // an empty one is free
    std::size_t m_count = 0;
};

void add_plain_words(std::string_view text, WordTable& words) {
    const auto is_word = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c & 0x80) != 0; };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto start = at;
        while (at < text.size() && is_word(text[at])) ++at;
        if (at > start) words.insert(text.substr(start, at - start));
    }
}

// What one unit (an object, or a group of them) has of the query's terms.
struct Unit {
    std::vector<std::uint32_t> frequencies;  // by term, then field
    std::vector<std::uint32_t> lengths;      // by field
};

class Counter {
  public:
    Counter(const std::vector<QueryTerm>& terms, std::size_t fields) : m_fields(fields) {
        for (std::size_t i = 0; i < terms.size(); ++i) m_terms.emplace(terms[i].term, i);
    }

    Unit count(const Candidate& candidate) {
        Unit out{std::vector<std::uint32_t>(m_terms.size() * m_fields), std::vector<std::uint32_t>(m_fields)};
        for (std::size_t field = 0; field < m_fields; ++field) {
            m_tokenizer.run(candidate.fields[field], [&](const Term& term) {
                if (term.kind != TermKind::dotted_name) ++out.lengths[field];
                if (const auto found = m_terms.find(term.text); found != m_terms.end()) {
                    ++out.frequencies[found->second * m_fields + field];
                }
            });
        }
        return out;
    }

  private:
    std::size_t m_fields;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> m_terms;
    Tokenizer m_tokenizer;
};

void add_to_group(Unit& group, const Unit& unit, std::span<const FieldWeight> fields) {
    for (std::size_t i = 0; i < unit.frequencies.size(); ++i) {
        auto& present = group.frequencies[i];
        present = fields[i % fields.size()].once_per_group ? std::max(present, unit.frequencies[i])
                                                           : present + unit.frequencies[i];
    }
    for (std::size_t field = 0; field < fields.size(); ++field) {
        auto& present = group.lengths[field];
        present = fields[field].once_per_group ? std::max(present, unit.lengths[field]) : present + unit.lengths[field];
    }
}

double rarity(double units, double with_term) {
    return std::log(1 + std::max(0.0, units - with_term + 0.5) / (with_term + 0.5));
}

// BM25F of each unit; `population` is the number of units there are, seen or not.
std::vector<double> scores_of(const std::vector<Unit>& units, const std::vector<QueryTerm>& terms,
                              std::span<const FieldWeight> fields, double population, double k1) {
    std::vector<double> means(fields.size());
    for (std::size_t field = 0; field < fields.size(); ++field) {
        for (const auto& unit : units) means[field] += unit.lengths[field];
        means[field] = means[field] > 0 ? means[field] / static_cast<double>(units.size()) : 1;
    }
    std::vector<double> out(units.size());
    for (std::size_t term = 0; term < terms.size(); ++term) {
        std::vector<double> weights(units.size());
        std::size_t with_term = 0;
        for (std::size_t i = 0; i < units.size(); ++i) {
            for (std::size_t field = 0; field < fields.size(); ++field) {
                const double frequency = units[i].frequencies[term * fields.size() + field];
                if (frequency == 0) continue;
                const double length = units[i].lengths[field] / means[field];
                weights[i] += fields[field].weight * frequency / (1 - fields[field].b + fields[field].b * length);
            }
            if (weights[i] > 0) ++with_term;
        }
        const double factor = rarity(population, static_cast<double>(with_term)) * terms[term].weight;
        for (std::size_t i = 0; i < units.size(); ++i) out[i] += factor * weights[i] / (weights[i] + k1);
    }
    return out;
}

// The number of each candidate's group; those without one are groups of their own.
std::vector<std::size_t> group_numbers(std::span<const Candidate> candidates, std::size_t& count) {
    std::unordered_map<std::string_view, std::size_t> known;
    std::vector<std::size_t> out;
    count = 0;
    for (const auto& candidate : candidates) {
        if (candidate.group.empty()) {
            out.push_back(count++);
            continue;
        }
        const auto [entry, fresh] = known.try_emplace(candidate.group, count);
        if (fresh) ++count;
        out.push_back(entry->second);
    }
    return out;
}

std::vector<ScoredCandidate> sorted(std::vector<ScoredCandidate> scored, std::span<const Candidate> candidates,
                                    std::size_t limit) {
    std::ranges::sort(scored, [&](const ScoredCandidate& a, const ScoredCandidate& b) {
        return a.score != b.score ? a.score > b.score : candidates[a.index].id < candidates[b.index].id;
    });
    if (scored.size() > limit) scored.resize(limit);
    return scored;
}

// The best object of each group, with the group's score.
std::vector<ScoredCandidate> best_of_groups(std::span<const Candidate> candidates, const std::vector<double>& objects,
                                            const std::vector<std::size_t>& group_of,
                                            const std::vector<double>& groups) {
    constexpr auto k_none = ~std::size_t{0};
    std::vector<std::size_t> best(groups.size(), k_none);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (!candidates[i].allowed || objects[i] <= 0) continue;
        auto& present = best[group_of[i]];
        const bool better = present == k_none || objects[i] > objects[present] ||
                            (objects[i] == objects[present] && candidates[i].id < candidates[present].id);
        if (better) present = i;
    }
    std::vector<ScoredCandidate> out;
    for (std::size_t group = 0; group < groups.size(); ++group) {
        if (best[group] != k_none) out.push_back({best[group], groups[group]});
    }
    return out;
}

}  // namespace

std::vector<ScoredCandidate> best_candidates(const LexicalQuery& query, std::span<const FieldWeight> fields,
                                             std::span<const Candidate> candidates, std::uint64_t objects) {
    const auto terms = query_terms(query.text, query.weak_words, query.weak_weight);
    if (terms.empty() || candidates.empty() || fields.empty() || query.limit == 0) return {};
    Counter counter(terms, fields.size());
    std::vector<Unit> units;
    units.reserve(candidates.size());
    for (const auto& candidate : candidates) units.push_back(counter.count(candidate));
    const double population = static_cast<double>(std::max<std::uint64_t>(objects, candidates.size()));
    const auto scores = scores_of(units, terms, fields, population, query.k1);
    if (query.fold_by.empty()) {
        std::vector<ScoredCandidate> out;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (candidates[i].allowed && scores[i] > 0) out.push_back({i, scores[i]});
        }
        return sorted(std::move(out), candidates, query.limit);
    }
    std::size_t count = 0;
    const auto group_of = group_numbers(candidates, count);
    std::vector<Unit> groups(count, Unit{std::vector<std::uint32_t>(terms.size() * fields.size()),
                                         std::vector<std::uint32_t>(fields.size())});
    for (std::size_t i = 0; i < units.size(); ++i) add_to_group(groups[group_of[i]], units[i], fields);
    // Groups that have none of the words are as large as the others, as far as anybody can tell.
    const double all_groups = population * static_cast<double>(count) / static_cast<double>(candidates.size());
    const auto group_scores = scores_of(groups, terms, fields, all_groups, query.k1);
    return sorted(best_of_groups(candidates, scores, group_of, group_scores), candidates, query.limit);
}

std::string words_within(std::span<const std::string_view> texts) {
    std::size_t bytes = 0;
    for (const auto text : texts) bytes += text.size();
    // Lower case is at most half as long again, so that no view is left behind by a longer string.
    std::string lower;
    std::string out;
    lower.reserve(bytes);
    out.reserve(2 * bytes + texts.size());
    WordTable words(bytes / 4);
    for (const auto text : texts) {
        const auto start = lower.size();
        for (const char c : text) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        add_plain_words(std::string_view(lower).substr(start), words);
    }
    thread_local Tokenizer tokenizer;
    for (const auto text : texts) {
        tokenizer.run(text, [&](const Term& term) {
            if (term.kind != TermKind::part || words.contains(term.text)) return;
            if (out.size() + term.text.size() + 1 > out.capacity()) return;  // cannot be; views would be left behind
            if (!out.empty()) out.push_back(' ');
            const auto start = out.size();
            out += term.text;
            words.insert(std::string_view(out).substr(start));
        });
    }
    return out;
}

}  // namespace ely::store::words
