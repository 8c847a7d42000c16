// Searches. By words the server finds candidates, with its own ranking, and ours decides among them (words/candidates);
// by meaning its vector index gives the nearest ones.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/weaviate/names.hpp"
#include "store/weaviate/weaviate_collection.hpp"
#include "store/words/candidates.hpp"
#include "store/words/tokenizer.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::uint32_t k_least_candidates = 1000;
constexpr std::uint32_t k_most_results = 10'000;  // what a server gives at once, unless it is set up for more
constexpr std::uint32_t k_ties = 16;              // so many more, so that the lower of equal ids come first

Result<std::vector<FieldWeight>> query_fields(const model::CollectionSchema& schema, const LexicalQuery& query) {
    for (const auto& field : query.fields) {
        const auto* property = schema.find(field.property);
        if (property == nullptr || !property->searchable) {
            return fail(Code::usage,
                        fmt::format("property '{}' of '{}' is not searchable", field.property, schema.name));
        }
    }
    if (!query.fields.empty()) return query.fields;
    std::vector<FieldWeight> out;
    for (const auto& property : schema.properties) {
        if (property.searchable) out.push_back({property.name});
    }
    return out;
}

Result<std::vector<std::string>> folded_properties(const model::CollectionSchema& schema, const std::string& list) {
    auto out = split_list(list);
    for (const auto& name : out) {
        const auto* property = schema.find(name);
        if (property == nullptr || property->type != model::DataType::text || !property->filterable) {
            return fail(Code::usage, fmt::format("'{}' is no filterable text of '{}'", name, schema.name));
        }
    }
    return out;
}

// The values together, kept apart; empty when one is missing.
std::string group_of(const model::Properties& properties, const std::vector<std::string>& folded) {
    std::string out;
    for (const auto& name : folded) {
        const auto found = properties.find(name);
        const auto* text = found == properties.end() ? nullptr : std::get_if<std::string>(&found->second);
        if (text == nullptr) return {};
        out += fmt::format("{}:{}", text->size(), *text);
    }
    return out;
}

void add_names(std::vector<std::string>& names, const std::vector<std::string>& more) {
    for (const auto& name : more) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
}

model::Properties chosen(const model::Properties& all, const std::vector<std::string>& names) {
    if (names.empty()) return all;
    model::Properties out;
    for (const auto& name : names) {
        if (const auto found = all.find(name); found != all.end()) out.insert(*found);
    }
    return out;
}

double similarity(model::Distance distance, double value) {
    switch (distance) {
        case model::Distance::cosine:
            return 1 - value;
        case model::Distance::dot:
            return -value;
        case model::Distance::euclidean:
            return -std::sqrt(std::max(0.0, value));
    }
    return -value;
}

void sort_hits(std::vector<Hit>& hits, std::uint32_t limit) {
    std::ranges::sort(hits,
                      [](const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; });
    if (hits.size() > limit) hits.resize(limit);
}

// Found objects with all that was asked for of them; what the candidates' views point into.
struct Found {
    Uuid id;
    model::Properties properties;
    bool allowed = true;
};

std::vector<std::string_view> texts_of(const Found& found, const std::vector<FieldWeight>& fields,
                                       std::deque<std::string>& joined) {
    std::vector<std::string_view> out;
    for (const auto& field : fields) {
        const auto value = found.properties.find(field.property);
        if (value == found.properties.end()) {
            out.emplace_back();
        } else if (const auto* list = std::get_if<std::vector<std::string>>(&value->second)) {
            out.emplace_back(joined.emplace_back(join(*list, "\n")));
        } else {
            out.emplace_back(std::get<std::string>(value->second));
        }
    }
    return out;
}

}  // namespace

Result<std::vector<Hit>> WeaviateCollection::search(const LexicalQuery& query,
                                                    const std::vector<std::string>& properties) {
    ELY_TRY_ASSIGN(const auto fields, query_fields(schema(), query));
    ELY_TRY_ASSIGN(const auto folded, folded_properties(schema(), query.fold_by));
    const auto terms = words::query_terms(query.text);
    const auto filter = to_request(query.filter, target());
    if (terms.empty() || fields.empty() || query.limit == 0 || filter.nothing) return std::vector<Hit>{};

    auto needed = properties.empty() ? std::vector<std::string>() : properties;
    if (properties.empty()) {
        for (const auto& property : schema().properties) needed.push_back(property.name);
    }
    for (const auto& field : fields) add_names(needed, {field.property});
    add_names(needed, folded);
    add_names(needed, compared_properties(query.filter));
    auto request = search_request(needed);
    if (filter.filters) *request.mutable_filters() = *filter.filters;
    request.set_limit(std::clamp(query.limit, k_least_candidates, k_most_results));
    auto& words_wanted = *request.mutable_bm25_search();
    std::string text;
    for (const auto& term : terms) text += (text.empty() ? "" : " ") + term.term;
    words_wanted.set_query(text);
    for (const auto& field : fields) words_wanted.add_properties(field.property);
    if (target().ours) words_wanted.add_properties(std::string(k_words_property));
    ELY_TRY_ASSIGN(const auto reply, m_server->search(target(), request));

    std::vector<Found> found;
    const ObjectDecoder decoder(target());
    for (const auto& result : reply->results()) {
        ELY_TRY_ASSIGN(const auto id, ObjectDecoder::id(result));
        Found one{id, decoder.properties(result, needed), true};
        one.allowed = filter.exact || matches(query.filter, one.properties, id.text(), true);
        found.push_back(std::move(one));
    }
    std::ranges::sort(found, {}, &Found::id);
    std::deque<std::string> joined;
    std::vector<words::Candidate> candidates;
    for (const auto& one : found) {
        candidates.push_back({one.id, texts_of(one, fields, joined), group_of(one.properties, folded), one.allowed});
    }
    ELY_TRY_ASSIGN(const auto objects, server_count({}));
    std::vector<Hit> out;
    for (const auto& best : words::best_candidates(query, fields, candidates, objects)) {
        const auto& one = found[best.index];
        out.push_back({one.id, best.score, chosen(one.properties, properties)});
    }
    return out;
}

Result<std::vector<Hit>> WeaviateCollection::search(const VectorQuery& query,
                                                    const std::vector<std::string>& properties) {
    const auto& vectors = schema().vectors;
    if (vectors.empty() || vectors[0].name != query.name) {
        return fail(Code::usage, fmt::format("collection '{}' has no vector '{}'", schema().name, query.name));
    }
    const auto& config = vectors[0];
    const auto filter = to_request(query.filter, target());
    const bool by_text = query.vector.empty() && !query.text.empty() && target().server_vectorizer;
    if (!by_text && config.dimensions != 0 && query.vector.size() != config.dimensions) {
        ELY_TRY_ASSIGN(const auto present, stats());
        if (present.vectors == 0) return std::vector<Hit>{};
        return fail(Code::usage, fmt::format("a query of {} dimensions, where the collection '{}' has {}",
                                             query.vector.size(), schema().name, config.dimensions));
    }
    if (!std::ranges::all_of(query.vector, [](float value) { return std::isfinite(value); })) {
        return fail(Code::usage, "the query has an element that is no finite number");
    }
    if (query.limit == 0 || filter.nothing) return std::vector<Hit>{};

    auto needed = properties;
    if (!filter.exact && !needed.empty()) add_names(needed, compared_properties(query.filter));
    auto request = search_request(needed);
    if (filter.filters) *request.mutable_filters() = *filter.filters;
    request.mutable_metadata()->set_distance(true);
    if (by_text) {
        request.mutable_near_text()->add_query(query.text);
    } else {
        request.mutable_near_vector()->set_vector_bytes(vector_bytes(query.vector));
    }
    if (const auto& name = target().vector_name; !name.empty()) {
        auto& targets = by_text ? *request.mutable_near_text()->mutable_targets()
                                : *request.mutable_near_vector()->mutable_targets();
        targets.add_target_vectors(name);
    }

    const ObjectDecoder decoder(target());
    // What does not match is found out only here: then more are asked for, until there are enough or no more.
    for (auto limit = std::min(query.limit + k_ties, k_most_results);; limit = std::min(limit * 4, k_most_results)) {
        request.set_limit(limit);
        ELY_TRY_ASSIGN(const auto reply, m_server->search(target(), request));
        std::vector<Hit> out;
        for (const auto& result : reply->results()) {
            ELY_TRY_ASSIGN(const auto id, ObjectDecoder::id(result));
            auto values = decoder.properties(result, needed);
            if (!filter.exact && !matches(query.filter, values, id.text(), true)) continue;
            out.push_back({id, similarity(config.distance, result.metadata().distance()), chosen(values, properties)});
        }
        const bool all = static_cast<std::uint32_t>(reply->results_size()) < limit || limit == k_most_results;
        if (all || out.size() >= query.limit) {
            sort_hits(out, query.limit);
            return out;
        }
    }
}

}  // namespace ely::store::weaviate
