#include "store/weaviate/server_words.hpp"

namespace ely::store::weaviate {
namespace {

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

Code code_of_words(std::string_view words) {
    if (has(words, "could not find class") || has(words, "class not found") || has(words, "not present in schema") ||
        has(words, "not found in schema") || has(words, "failed to get class") || has(words, "no graphql provider") ||
        has(words, "GetObjectsObj") || has(words, "AggregateObjectsObj")) {
        return Code::not_found;
    }
    if (has(words, "leader not found") || has(words, "enough replicas") || has(words, "connection refused") ||
        has(words, "context canceled") || has(words, "shutting down") || has(words, "not ready") ||
        has(words, "non-existing index")) {  // a collection that the node has only just heard of
        return Code::unavailable;
    }
    if (has(words, "deadline exceeded")) return Code::timeout;
    if (has(words, "not enough memory") || has(words, "memory pressure")) return Code::rate_limited;
    return Code::internal;
}

}  // namespace ely::store::weaviate
