#pragma once

// A query to places in the code. Four channels are fused for each file: its best chunks by words (BM25F), the file as a
// whole by words, its path, and its nearest chunk by meaning; then implementation goes before tests, documents and
// data. The formula and what each part of it is worth: doc/search-quality.md. It reads one collection and changes
// nothing.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/collection.hpp"

namespace ely::search {

enum class Mode { hybrid, lexical, vector };

struct Request {
    std::string query = {};
    Mode mode = Mode::hybrid;
    std::uint32_t limit = 10;  // of files when grouped, of places otherwise
    bool group_by_file = false;
    std::string path_glob = {};   // as base/text.hpp's glob_match; empty: any
    std::string language = {};    // linguist's name in any case, else as the collection has it; empty: any
    std::string repository = {};  // canonical name; empty: any
};

struct Place {
    Uuid id;
    std::string collection;
    std::string repository;
    std::string commit;
    std::string path;
    std::string symbol;
    std::string language;
    std::uint32_t start_line = 0;
    std::uint32_t end_line = 0;
    double score = 0;  // comparable within one answer only
    std::string text;  // the chunk's lines
};

struct FileHits {
    double score = 0;
    std::vector<Place> places;  // best first, at least one
};

struct Answer {
    std::vector<FileHits>
        files;  // best first; with group_by_file at most `limit` of them, otherwise `limit` places in all
    // Objects that have no vector yet, while the mode asks for them.
    std::uint64_t without_vector = 0;
};

// usage for a query without a word, a limit of 0, a path pattern that cannot be meant, and a language that neither
// linguist nor the collection knows. search() begins with it; beforehand it saves opening a model.
[[nodiscard]] Result<void> check_request(store::Collection& collection, const Request& request);

// The query's vector, by the model that the collection's vectors are from. It is asked for once, when the search by
// words is done, so that it can be computed meanwhile.
using QueryVector = std::function<Result<std::vector<float>>()>;

// `query_vector` is needed for the mode vector; hybrid does without when there is none, or no vectors.
[[nodiscard]] Result<Answer> search(store::Collection& collection, const QueryVector& query_vector,
                                    const Request& request);

}  // namespace ely::search
