#include "store/weaviate/vectorizer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/weaviate/filter_request.hpp"
#include "store/weaviate/object_codec.hpp"

namespace ely::store::weaviate {
namespace {

// A name of our own, so that the probe is never an object of anybody's.
Uuid probe_id() {
    return uuid5(k_uuid_namespace_dns, "probe.elysiactl");
}

Result<void> put_probe(const Server& server, const Class& target, std::string_view content) {
    wire::BatchObjectsRequest request;
    auto& object = *request.add_objects();
    object.set_uuid(probe_id().text());
    object.set_collection(target.schema.name);
    auto& fields = *object.mutable_properties()->mutable_non_ref_properties()->mutable_fields();
    const auto names = vectorized_properties(target.schema);
    if (names.empty()) return fail(Code::usage, "a vectorizer needs a property with text that can be searched");
    fields[names.front()].set_string_value(std::string(content));
    ELY_TRY_ASSIGN(const auto reply, with_patience(k_patience, server.stop(), [&] { return server.put(request); }));
    if (reply.errors_size() == 0) return {};
    return fail(Code::unavailable,
                fmt::format("the server's vectorizer does not answer: {}", printable(reply.errors(0).error())));
}

Result<std::vector<float>> read_probe(const Server& server, const Class& target) {
    wire::SearchRequest request;
    request.set_collection(target.schema.name);
    request.set_uses_127_api(true);
    request.set_limit(1);
    request.mutable_metadata()->set_uuid(true);
    const auto& name = target.vector_name;
    name.empty() ? request.mutable_metadata()->set_vector(true) : request.mutable_metadata()->add_vectors(name);
    const auto id = probe_id();
    *request.mutable_filters() = id_filter(std::span(&id, 1));
    ELY_TRY_ASSIGN(const auto reply, server.search(target, request));
    if (reply->results_size() == 0) return fail(Code::unavailable, "the server did not keep a first object");
    ObjectDecoder decoder(target);
    const auto vector = decoder.vector(reply->results(0));
    if (vector.empty()) return fail(Code::unavailable, "the server's vectorizer gave a first object no vector");
    return std::vector<float>(vector.begin(), vector.end());
}

Result<void> remove_probe(const Server& server, const Class& target) {
    wire::BatchDeleteRequest request;
    request.set_collection(target.schema.name);
    const auto id = probe_id();
    *request.mutable_filters() = id_filter(std::span(&id, 1));
    ELY_TRY(server.remove(request));
    return {};
}

}  // namespace

Result<void> require_module(const Server& server, std::string_view name) {
    const auto& names = server.modules();
    if (std::ranges::find(names, name) != names.end()) return {};
    std::vector<std::string> vectorizers;
    for (const auto& one : names) {
        if (one.starts_with("text2vec-")) vectorizers.push_back(one);
    }
    return fail(Code::unsupported, fmt::format("{} has no module {}", server.rest().url(), name),
                vectorizers.empty() ? "start the server with ENABLE_MODULES, or use --vectorizer local"
                                    : "it has " + join(vectorizers, ", ") + "; or use --vectorizer local");
}

Result<std::vector<float>> probe(const Server& server, const Class& target, std::string_view content) {
    ELY_TRY(put_probe(server, target, content));
    auto vector = read_probe(server, target);
    ELY_TRY(remove_probe(server, target));
    return vector;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size()) return -1;
    double dot = 0;
    double left = 0;
    double right = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        dot += static_cast<double>(a[i]) * b[i];
        left += static_cast<double>(a[i]) * a[i];
        right += static_cast<double>(b[i]) * b[i];
    }
    return left > 0 && right > 0 ? dot / std::sqrt(left * right) : -1;
}

}  // namespace ely::store::weaviate
