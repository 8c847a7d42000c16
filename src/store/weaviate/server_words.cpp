#include "store/weaviate/server_words.hpp"

#include <utility>

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

Code code_of_object(std::string_view words) {
    if (has(words, "enough replicas") || has(words, "leader not found") || has(words, "connection refused") ||
        has(words, "unavailable") || has(words, "context canceled") || has(words, "shutting down") ||
        has(words, "status code: 5")) {
        return Code::unavailable;
    }
    if (has(words, "deadline exceeded") || has(words, "timeout")) return Code::timeout;
    if (has(words, "memory") || has(words, "too many requests") || has(words, "429")) return Code::rate_limited;
    if (has(words, "API key") || has(words, "api key") || has(words, "401") || has(words, "403")) {
        return Code::unauthorized;
    }
    if (has(words, "read-only") || has(words, "no space left") || has(words, "disk")) return Code::io;
    return Code::usage;
}

Error read_only_error(std::string message, const std::string& check_command) {
    return {Code::io, std::move(message), "is the server's disk full? " + check_command, {}, 0};
}

}  // namespace ely::store::weaviate
