#pragma once

// Text to token ids as BERT's uncased models have it: clean, set CJK apart, strip accents, lower-case, split at white
// space and punctuation, then the longest vocabulary pieces that make up each word. Ids equal those of Hugging Face's
// BertTokenizer, with one intended difference: "[SEP]" and the like in a text are text, never special tokens.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"

namespace ely::embed {

struct WordPieceOptions {
    bool lower_case = true;
    bool strip_accents = true;
    bool split_cjk = true;
};

class WordPiece {
  public:
    // Part of a model's fingerprint: raise it when any text would get other ids.
    static constexpr unsigned k_version = 1;

    // One piece a line, the id being the line's number from 0: vocab.txt.
    static Result<WordPiece> from_vocabulary(std::string vocabulary, const WordPieceOptions& options);

    // [CLS], the text's pieces, [SEP]; at most `limit` (2 or more) ids in all. Bytes that are not UTF-8 are left out.
    [[nodiscard]] std::vector<std::uint32_t> tokenize(std::string_view text, std::size_t limit) const;
    [[nodiscard]] std::size_t size() const { return m_size; }

  private:
    using Pieces = std::unordered_map<std::string_view, std::uint32_t>;
    friend class WordSplitter;

    void append_word(std::string_view word, std::vector<std::uint32_t>& ids) const;

    WordPieceOptions m_options;
    std::unique_ptr<const std::string> m_vocabulary;  // the maps' keys point into it
    Pieces m_starts;
    Pieces m_continuations;  // without their "##"
    std::size_t m_longest_piece = 0;
    std::size_t m_size = 0;
    std::uint32_t m_unknown = 0;
    std::uint32_t m_classification = 0;
    std::uint32_t m_separator = 0;
};

}  // namespace ely::embed
