#pragma once

// A document's text to chunks: whole definitions where a grammar knows the language (tree-sitter), sections of
// Markdown, runs of lines otherwise. Chunks come in the document's order and share no line; every line that is not
// blank is in one. It embeds nothing and knows no store.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/chunk.hpp"

namespace ely::chunk {

// Sizes in word pieces of the model, estimated (within some 6 %).
struct Options {
    // What a chunk should stay below, so that the model sees all of it and its context. A line longer than that is a
    // chunk of its own.
    std::uint32_t max_pieces = 220;
    // Neighbours that are smaller together are one chunk.
    std::uint32_t merge_pieces = 200;
    std::uint32_t max_lines = 100;
};

// Never fails: text that a grammar cannot read is chunked by lines. `language` as changes/detect names it.
// Deterministic. Thread-safe.
[[nodiscard]] std::vector<model::Chunk> chunk_document(std::string_view path, std::string_view language,
                                                       std::string_view content, const Options& options = {});

// What is embedded for a chunk: its context (path, enclosing symbol) and its text.
[[nodiscard]] std::string embedding_text(std::string_view path, std::string_view symbol, std::string_view text);

// Whether the language has a grammar here.
[[nodiscard]] bool has_grammar(std::string_view language);

// Part of the version of what is stored: a change of the chunking rules changes it, and documents are chunked anew.
[[nodiscard]] std::string_view chunker_version();

}  // namespace ely::chunk
