#pragma once

// Text to the terms that the lexical index holds: words of any script in lower case, identifiers both whole and in
// their parts (camelCase, snake_case, digits, dotted names), parts stemmed lightly. The same for documents and for
// queries; a query then leaves out stop words. A change of what comes out is a change of tokenizer_version().

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ely::store::embedded {

inline constexpr std::int64_t k_tokenizer_version = 1;

// Longer words are noise (encoded data): their first bytes stand for them.
inline constexpr std::size_t k_max_term_bytes = 64;

// Cuts one text after another. Keeps its buffers, so make one and use it often. Not thread-safe.
class Tokenizer {
  public:
    // Calls found(std::string_view term) for each term in order; the view is valid during the call only. A word that
    // has parts gives the parts and itself; a dotted name gives its words and itself.
    template <typename Found>
    void run(std::string_view text, Found found) {
        m_terms.clear();
        m_bytes.clear();
        cut(text);
        for (const auto& term : m_terms) found(std::string_view(m_bytes).substr(term.start, term.size));
    }

  private:
    struct Term {
        std::uint32_t start;
        std::uint32_t size;
    };

    void cut(std::string_view text);
    std::size_t take_word(std::string_view text, std::size_t at);
    void cut_ascii_word(std::string_view word);
    void cut_unicode_word(std::string_view word);
    void add_part(std::string_view part);
    void add_lower(std::string_view text);
    void close_term(std::size_t start);

    std::vector<Term> m_terms;
    std::string m_bytes;
    std::string m_folded;
};

struct QueryTerm {
    std::string term;
    std::uint32_t count = 1;  // how often the query has it
};

// Distinct terms in the query's order, without stop words unless there is nothing else.
[[nodiscard]] std::vector<QueryTerm> query_terms(std::string_view text);

// The light stem of a lower-case ASCII word: plurals go, nothing else. Returns how many of its bytes remain, and
// whether a 'y' follows them ("queries" -> "quer" + y).
struct Stem {
    std::size_t size;
    bool add_y;
};
[[nodiscard]] Stem light_stem(std::string_view word);

}  // namespace ely::store::embedded
