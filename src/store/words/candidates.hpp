#pragma once

// The best of some texts by words, for stores whose server finds candidates but ranks them in its own way: BM25F as
// store/collection.hpp's LexicalQuery asks for it, over texts in memory. Statistics come from the candidates, which
// have every object with one of the words unless their number was limited, and from the counts that the store knows.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.hpp"
#include "store/collection.hpp"

namespace ely::store::words {

struct Candidate {
    Uuid id;
    std::vector<std::string_view> fields;  // texts, in the order of the query's fields
    std::string group;                     // objects with the same one fold to one hit; empty: alone
    bool allowed = true;                   // by the query's filter; others count in the statistics only
};

struct ScoredCandidate {
    std::size_t index = 0;  // among the candidates
    double score = 0;
};

// At most query.limit, best first, ties by id. `fields` are the query's, or those that stand for an empty list;
// `objects` is how many the collection has.
[[nodiscard]] std::vector<ScoredCandidate> best_candidates(const LexicalQuery& query,
                                                           std::span<const FieldWeight> fields,
                                                           std::span<const Candidate> candidates,
                                                           std::uint64_t objects);

// The words that stand within others and that a tokenizer does not see which only cuts at what is no letter and no
// digit: parts of identifiers in camelCase, stems. Each once, separated by spaces.
[[nodiscard]] std::string words_within(std::span<const std::string_view> texts);

}  // namespace ely::store::words
