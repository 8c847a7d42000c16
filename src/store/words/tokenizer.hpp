#pragma once

// Text to the terms that the lexical index holds: words of any script in lower case, identifiers in their parts
// (camelCase, snake_case, digits) and whole, dotted names whole too, all stemmed lightly. The same for documents and
// for queries; a query then leaves out stop words. A change of what comes out is a change of k_tokenizer_version.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ely::store::words {

inline constexpr std::int64_t k_tokenizer_version = 1;

// Longer words are noise (encoded data) and left out.
inline constexpr std::size_t k_max_word_bytes = 100;

enum class TermKind : std::uint8_t {
    part,         // of a word, or a word that is one part
    whole,        // a word's parts together
    dotted_name,  // words with dots between; not counted in a text's length
};

struct Term {
    std::string_view text;
    TermKind kind = TermKind::part;
    std::uint32_t parts = 1;  // of the word that it belongs to
};

// Cuts one text after another. Keeps its buffers, so make one and use it often. Not thread-safe.
class Tokenizer {
  public:
    // Calls found(const Term&) for each term in order; its text is valid during the call only.
    template <typename Found>
    void run(std::string_view text, Found found) {
        m_terms.clear();
        m_bytes.clear();
        cut(text);
        const std::string_view bytes(m_bytes);
        for (const auto& term : m_terms) found(Term{bytes.substr(term.start, term.size), term.kind, term.parts});
    }

  private:
    struct Piece {
        std::uint32_t start;
        std::uint32_t size;
        std::uint32_t parts;
        TermKind kind;
    };

    void cut(std::string_view text);
    std::size_t take_word(std::string_view text, std::size_t at);
    void cut_word(std::string_view word);
    void append_lower(std::string_view text);
    void close_term(std::size_t start, TermKind kind);

    std::vector<Piece> m_terms;
    std::string m_bytes;
};

struct QueryTerm {
    std::string term;
    double weight = 1;
};

// Distinct terms in the query's order, without stop words unless there is nothing else. Parts that are among the weak
// words, or differ from one only by their ending, weigh `weak_weight`.
[[nodiscard]] std::vector<QueryTerm> query_terms(std::string_view text, std::span<const std::string> weak_words = {},
                                                 double weak_weight = 1);

// The light stem of a lower-case word in place: plurals go, nothing else.
void stem(std::string& bytes, std::size_t start);

}  // namespace ely::store::words
