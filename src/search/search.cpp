#include "search/search.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/text.hpp"
#include "search/path_class.hpp"
#include "search/query_words.hpp"
#include "search/request_check.hpp"

namespace ely::search {
namespace {

// The formula's constants, as chosen on the tuning repositories.
constexpr double k_chunk_share = 0.5;
constexpr double k_file_share = 0.5;
constexpr double k_path_share = 0.3;
constexpr double k_vector_share = 0.3;
constexpr double k_named_symbol_bonus = 0.3;
constexpr std::uint32_t k_vector_depth = 200;  // or as many as are asked for, where there are no other channels
constexpr std::uint32_t k_lexical_depth = 3000;
constexpr std::uint32_t k_file_depth = 1000;

const std::vector<std::string> k_properties{"path",     "repository", "commit",   "symbol",
                                            "language", "start_line", "end_line", "content"};

struct ChunkScores {
    double lexical = 0;
    double vector = 0;
};

struct FileScores {
    std::unordered_map<Uuid, ChunkScores> chunks;
    double chunk_words = 0;  // best three chunks, 1, 1/2, 1/4
    double file_words = 0;
    double path_words = 0;
    double vector = 0;
    double total = 0;
};

// A file of a repository: collections may hold several.
using FileKey = std::pair<std::string, std::string>;
using Files = std::map<FileKey, FileScores>;

std::string text_of(const model::Properties& properties, std::string_view name) {
    const auto found = properties.find(name);
    if (found == properties.end()) return {};
    const auto* text = std::get_if<std::string>(&found->second);
    return text != nullptr ? *text : std::string();
}

std::uint32_t line_of(const model::Properties& properties, std::string_view name) {
    const auto found = properties.find(name);
    if (found == properties.end()) return 0;
    const auto* number = std::get_if<std::int64_t>(&found->second);
    return number != nullptr ? static_cast<std::uint32_t>(*number) : 0;
}

FileKey key_of(const store::Hit& hit) {
    return {text_of(hit.properties, "repository"), text_of(hit.properties, "path")};
}

store::Filter filter_of(const Request& request) {
    std::vector<store::Filter> parts;
    if (!request.path_glob.empty()) {
        parts.push_back(store::Filter::compare("path", store::Comparison::glob, request.path_glob));
    }
    if (!request.language.empty()) parts.push_back(language_filter(request.language));
    if (!request.repository.empty()) parts.push_back(store::Filter::equals("repository", request.repository));
    if (parts.empty()) return store::Filter::everything();
    return store::Filter::all_of(std::move(parts));
}

store::LexicalQuery lexical_query(const Request& request, std::vector<store::FieldWeight> fields, std::uint32_t limit) {
    store::LexicalQuery query;
    query.text = without_stop_words(request.query);
    query.fields = std::move(fields);
    query.filter = filter_of(request);
    query.limit = limit;
    query.weak_words = weak_words();
    query.weak_weight = k_weak_weight;
    return query;
}

const std::vector<std::string> k_key_properties{"path", "repository"};

Result<void> add_chunk_words(store::Collection& collection, const Request& request, Files& files) {
    const auto query =
        lexical_query(request, {{"content", 1, 0.75}, {"symbol", 2, 0.5}, {"path", 2, 0.5}}, k_lexical_depth);
    ELY_TRY_ASSIGN(const auto hits, collection.search(query, k_key_properties));
    for (const auto& hit : hits) files[key_of(hit)].chunks[hit.id].lexical = hit.score;
    for (auto& [key, file] : files) {
        std::vector<double> scores;
        for (const auto& [id, chunk] : file.chunks) scores.push_back(chunk.lexical);
        const auto best = std::min<std::size_t>(3, scores.size());
        std::partial_sort(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(best), scores.end(),
                          std::greater<>());
        double share = 1;
        for (std::size_t i = 0; i < best; ++i) {
            file.chunk_words += scores[i] * share;
            share /= 2;
        }
    }
    return {};
}

Result<void> add_file_words(store::Collection& collection, const Request& request, Files& files) {
    auto query =
        lexical_query(request, {{"content", 1, 0.3}, {"symbol", 3, 0.5}, {"path", 8, 0.3, true}}, k_file_depth);
    query.fold_by = "repository,path";
    ELY_TRY_ASSIGN(const auto whole, collection.search(query, k_key_properties));
    for (const auto& hit : whole) {
        auto& file = files[key_of(hit)];
        file.file_words = hit.score;
        file.chunks.try_emplace(hit.id);
    }
    query.fields = {{"path", 1, 0.9, true}};
    ELY_TRY_ASSIGN(const auto paths, collection.search(query, k_key_properties));
    for (const auto& hit : paths) {
        auto& file = files[key_of(hit)];
        file.path_words = hit.score;
        file.chunks.try_emplace(hit.id);
    }
    return {};
}

// Of vectors that are not ours only the store has the model.
bool store_embeds(const store::Collection& collection) {
    const auto& vectors = collection.schema().vectors;
    return !vectors.empty() && vectors.front().vectorizer != "local" && collection.traits().embeds_queries;
}

Result<void> add_vectors(store::Collection& collection, const QueryVector& query_vector, const Request& request,
                         Files& files) {
    store::VectorQuery query;
    if (store_embeds(collection)) {
        query.text = request.query;
    } else {
        ELY_TRY_ASSIGN(query.vector, query_vector());
    }
    query.filter = filter_of(request);
    query.limit = request.mode == Mode::vector ? std::max(k_vector_depth, request.limit) : k_vector_depth;
    ELY_TRY_ASSIGN(const auto hits, collection.search(query, k_key_properties));
    if (hits.empty()) return {};
    const double best = hits.front().score;
    const double last = hits.back().score;
    for (const auto& hit : hits) {
        auto& file = files[key_of(hit)];
        const double value = best > last ? (hit.score - last) / (best - last) : 1;
        file.chunks[hit.id].vector = value;
        file.vector = std::max(file.vector, value);
    }
    return {};
}

double largest(const Files& files, double FileScores::*channel) {
    double out = 0;
    for (const auto& [key, file] : files) out = std::max(out, file.*channel);
    return out;
}

void fuse(Files& files, const Request& request) {
    const double chunk = largest(files, &FileScores::chunk_words);
    const double whole = largest(files, &FileScores::file_words);
    const double path = largest(files, &FileScores::path_words);
    const double vector = largest(files, &FileScores::vector);
    const auto part = [](double value, double maximum) { return maximum > 0 ? value / maximum : 0; };
    for (auto& [key, file] : files) {
        file.total = k_chunk_share * part(file.chunk_words, chunk) + k_file_share * part(file.file_words, whole) +
                     k_path_share * part(file.path_words, path) + k_vector_share * part(file.vector, vector);
        file.total *= class_weight(key.second, request.query);
    }
}

std::vector<std::pair<double, FileKey>> ranked(const Files& files, Mode mode) {
    std::vector<std::pair<double, FileKey>> out;
    for (const auto& [key, file] : files) {
        // Values are relative: where nothing but vectors speaks, the last of the hits has 0 and is a hit all the same.
        if (file.total > 0 || mode == Mode::vector) out.emplace_back(file.total, key);
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    return out;
}

Place to_place(const store::Collection& collection, const store::Hit& hit) {
    Place out;
    out.id = hit.id;
    out.collection = collection.schema().name;
    out.repository = text_of(hit.properties, "repository");
    out.commit = text_of(hit.properties, "commit");
    out.path = text_of(hit.properties, "path");
    out.symbol = text_of(hit.properties, "symbol");
    out.language = text_of(hit.properties, "language");
    out.start_line = line_of(hit.properties, "start_line");
    out.end_line = line_of(hit.properties, "end_line");
    out.text = text_of(hit.properties, "content");
    return out;
}

// Whether the query has the last part of the symbol's name as a word of its own.
bool names_symbol(const std::string& query, const std::string& symbol) {
    const auto at = symbol.find_last_of(".:# ");
    const auto name = to_lower_ascii(at == std::string::npos ? symbol : symbol.substr(at + 1));
    if (name.size() < 3) return false;
    const auto words = words_to_show(query);
    return std::find(words.begin(), words.end(), name) != words.end();
}

// The places of one file: the best has the file's score, each next one half of it.
Result<FileHits> places_of(store::Collection& collection, const FileScores& file, double best_chunk,
                           const Request& request) {
    std::vector<Uuid> ids;
    for (const auto& [id, chunk] : file.chunks) ids.push_back(id);
    ELY_TRY_ASSIGN(const auto hits, collection.get(ids, k_properties));
    FileHits out;
    out.score = file.total;
    for (const auto& hit : hits) {
        auto place = to_place(collection, hit);
        const auto& scores = file.chunks.at(hit.id);
        place.score = (best_chunk > 0 ? k_chunk_share * scores.lexical / best_chunk : 0) +
                      k_vector_share * scores.vector +
                      (names_symbol(request.query, place.symbol) ? k_named_symbol_bonus : 0);
        out.places.push_back(std::move(place));
    }
    std::sort(out.places.begin(), out.places.end(), [](const Place& a, const Place& b) {
        return a.score != b.score ? a.score > b.score : a.start_line < b.start_line;
    });
    double score = file.total;
    for (auto& place : out.places) {
        place.score = score;
        score /= 2;
    }
    return out;
}

// Cuts the answer to `limit` places over all files, best first.
void keep_best_places(Answer& answer, std::uint32_t limit) {
    std::vector<double> scores;
    for (const auto& file : answer.files) {
        for (const auto& place : file.places) scores.push_back(place.score);
    }
    if (scores.size() <= limit) return;
    std::sort(scores.begin(), scores.end(), std::greater<>());
    const double cut = scores[limit - 1];
    std::size_t left = limit;
    for (auto& file : answer.files) {
        std::size_t kept = 0;
        while (kept < file.places.size() && left > 0 && file.places[kept].score >= cut) {
            ++kept;
            --left;
        }
        file.places.resize(kept);
    }
    std::erase_if(answer.files, [](const FileHits& file) { return file.places.empty(); });
}

Result<void> check_vectors(const store::Collection& collection, const QueryVector& query_vector, Mode mode) {
    if (mode != Mode::vector) return {};
    if (collection.schema().vectors.empty()) {
        return fail(Code::unsupported, "collection \"" + collection.schema().name + "\" has no vectors",
                    "search it by words: --mode lexical");
    }
    if (!query_vector && !store_embeds(collection)) return fail(Code::internal, "a vector search needs a model");
    return {};
}

}  // namespace

Result<Answer> search(store::Collection& collection, const QueryVector& query_vector, const Request& request) {
    ELY_TRY(check_request(collection, request));
    ELY_TRY(check_vectors(collection, query_vector, request.mode));
    Answer answer;
    Files files;
    if (request.mode != Mode::vector) {
        ELY_TRY(add_chunk_words(collection, request, files));
        ELY_TRY(add_file_words(collection, request, files));
    }
    const bool embeds = query_vector || store_embeds(collection);
    if (request.mode != Mode::lexical && embeds && !collection.schema().vectors.empty()) {
        ELY_TRY(add_vectors(collection, query_vector, request, files));
        ELY_TRY_ASSIGN(const auto stats, collection.stats());
        answer.without_vector = stats.objects - stats.vectors;
    }
    fuse(files, request);
    double best_chunk = 0;
    for (const auto& [key, file] : files) {
        for (const auto& [id, chunk] : file.chunks) best_chunk = std::max(best_chunk, chunk.lexical);
    }
    for (const auto& [score, key] : ranked(files, request.mode)) {
        if (answer.files.size() >= request.limit) break;
        ELY_TRY_ASSIGN(auto hits, places_of(collection, files.at(key), best_chunk, request));
        if (!hits.places.empty()) answer.files.push_back(std::move(hits));
    }
    if (!request.group_by_file) keep_best_places(answer, request.limit);
    return answer;
}

}  // namespace ely::search
