#include "store/weaviate/rest_transport.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "store/weaviate/graphql.hpp"
#include "store/weaviate/json_fields.hpp"
#include "store/weaviate/object_json.hpp"
#include "store/weaviate/server_words.hpp"

namespace ely::store::weaviate {
namespace {

using nlohmann::json;

// Nobody has said: the server's own choice.
std::string consistency_parameter(char before, wire::ConsistencyLevel level) {
    switch (level) {
        case wire::CONSISTENCY_LEVEL_ONE:
            return fmt::format("{}consistency_level=ONE", before);
        case wire::CONSISTENCY_LEVEL_QUORUM:
            return fmt::format("{}consistency_level=QUORUM", before);
        case wire::CONSISTENCY_LEVEL_ALL:
            return fmt::format("{}consistency_level=ALL", before);
        default:
            return {};
    }
}

std::string tenant_parameter(char before, const std::string& tenant) {
    return tenant.empty() ? std::string() : fmt::format("{}tenant={}", before, tenant);
}

bool wants_vectors(const wire::SearchRequest& request) {
    return request.metadata().vector() || !request.metadata().vectors().empty();
}

// What an entry of a batch's answer says went wrong; empty when nothing did.
std::string failure_of(const json& entry) {
    const auto& result = field(entry, "result");
    if (text_field(result, "status") != "FAILED") return {};
    std::string out;
    for (const auto& error : list_field(field(result, "errors"), "error")) {
        out += (out.empty() ? "" : "; ") + text_field(error, "message");
    }
    return out.empty() ? "the server does not say why" : out;
}

}  // namespace

Result<json> RestTransport::ask(std::string_view method, std::string_view path, const json& body) const {
    auto answer = m_rest.send_now(method, path, body);
    if (answer) return answer;
    auto error = std::move(answer).error();
    // A collection that is not there is a request that cannot be processed to some of the server's answers, and others
    // call by that name what will pass.
    if (error.code == Code::usage || error.code == Code::unavailable) {
        const auto code = code_of_words(error.message);
        if (code != Code::internal) error.code = code;
    }
    return fail(std::move(error));
}

Result<json> RestTransport::query(const std::string& collection, const std::string& text) const {
    auto answer = ask("POST", "/v1/graphql", {{"query", text}});
    if (!answer && answer.error().code != Code::usage && answer.error().code != Code::not_found) return answer;
    std::string problems = answer ? std::string() : answer.error().message;
    if (answer) {
        for (const auto& error : list_field(*answer, "errors")) {
            problems += (problems.empty() ? "" : "; ") + text_field(error, "message");
        }
        if (problems.empty()) return field(*answer, "data");
    }
    ELY_TRY(ask("GET", "/v1/schema/" + collection, {}));
    // A node's GraphQL hears of a new collection a moment after its schema does.
    const bool unheard_of = !answer || problems.find("Cannot query field \"" + collection) != std::string::npos;
    return fail(unheard_of ? Code::unavailable : code_of_words(problems),
                fmt::format("{} (GraphQL): {}", m_rest.url(), printable(problems)), m_rest.check_command());
}

Result<SearchAnswer> RestTransport::page(const Class& of, const wire::SearchRequest& request) const {
    const auto path = fmt::format("/v1/objects?class={}&limit={}&after={}{}{}", request.collection(), request.limit(),
                                  request.after(), wants_vectors(request) ? "&include=vector" : "",
                                  tenant_parameter('&', request.tenant()));
    ELY_TRY_ASSIGN(const auto answer, ask("GET", path, {}));
    SearchAnswer out;
    for (const auto& object : list_field(answer, "objects")) *out->add_results() = result_from_json(of, object);
    return out;
}

// Values that GraphQL does not give, or may have turned to null, are read from the object itself.
Result<wire::SearchResult> RestTransport::found(const Class& of, const wire::SearchRequest& request,
                                                json object) const {
    const auto additional = field(object, "_additional");
    const auto needs_look = [&](const std::string& name) {
        const auto* property = of.schema.find(name);
        if (property == nullptr) return false;
        return !is_carried(property->type) ||
               (property->type == model::DataType::integer && field(object, name.c_str()).is_null());
    };
    json whole{{"id", field(additional, "id")},
               {"vector", field(additional, "vector")},
               {"vectors", field(additional, "vectors")}};
    const auto& wanted = request.properties();
    if (!wanted.object_properties().empty() || std::ranges::any_of(wanted.non_ref_properties(), needs_look)) {
        const auto path = fmt::format("/v1/objects/{}/{}{}", request.collection(), text_field(additional, "id"),
                                      tenant_parameter('?', request.tenant()));
        ELY_TRY_ASSIGN(const auto looked, ask("GET", path, {}));
        whole["properties"] = field(looked, "properties");
    } else {
        whole["properties"] = std::move(object);
    }
    auto out = result_from_json(of, whole);
    const auto& distance = field(additional, "distance");
    if (distance.is_number()) {
        out.mutable_metadata()->set_distance(distance.get<float>());
        out.mutable_metadata()->set_distance_present(true);
    }
    return out;
}

Result<SearchAnswer> RestTransport::search(const Class& of, const wire::SearchRequest& request) {
    const bool by_place =
        !request.has_filters() && !request.has_bm25_search() && !request.has_near_vector() && !request.has_near_text();
    if (by_place) return page(of, request);
    ELY_TRY_ASSIGN(const auto data, query(request.collection(), search_query(of, request)));
    SearchAnswer out;
    for (const auto& object : list_field(field(data, "Get"), request.collection().c_str())) {
        auto one = found(of, request, object);
        if (!one && one.error().code == Code::not_found) continue;  // removed since it was found
        if (!one) return fail(std::move(one).error());
        *out->add_results() = std::move(*one);
    }
    return out;
}

Result<wire::BatchObjectsReply> RestTransport::put(const wire::BatchObjectsRequest& request) {
    auto objects = json::array();
    for (const auto& object : request.objects()) objects.push_back(object_to_json(object));
    const auto path = "/v1/batch/objects" + consistency_parameter('?', request.consistency_level());
    ELY_TRY_ASSIGN(const auto answer, ask("POST", path, {{"objects", std::move(objects)}}));
    if (!answer.is_array() || answer.size() != static_cast<std::size_t>(request.objects_size())) {
        return fail(Code::corrupt, m_rest.url() + " does not say what became of the objects of a batch",
                    m_rest.check_command());
    }
    wire::BatchObjectsReply out;
    for (int i = 0; i < request.objects_size(); ++i) {
        const auto failure = failure_of(answer[static_cast<std::size_t>(i)]);
        if (failure.empty()) continue;
        auto& error = *out.add_errors();
        error.set_index(i);
        error.set_error(failure);
    }
    return out;
}

Result<wire::BatchDeleteReply> RestTransport::remove(const wire::BatchDeleteRequest& request) {
    const json body{{"match", {{"class", request.collection()}, {"where", where_json(request.filters())}}},
                    {"output", "minimal"}};
    const auto level = consistency_parameter('?', request.consistency_level());
    const auto path = "/v1/batch/objects" + level + tenant_parameter(level.empty() ? '?' : '&', request.tenant());
    ELY_TRY_ASSIGN(const auto answer, ask("DELETE", path, body));
    const auto& results = field(answer, "results");
    wire::BatchDeleteReply out;
    out.set_matches(static_cast<std::int64_t>(count_field(results, "matches")));
    out.set_successful(static_cast<std::int64_t>(count_field(results, "successful")));
    out.set_failed(static_cast<std::int64_t>(count_field(results, "failed")));
    return out;
}

Result<wire::AggregateReply> RestTransport::aggregate(const wire::AggregateRequest& request) {
    ELY_TRY_ASSIGN(const auto data, query(request.collection(), count_query(request)));
    const auto& groups = list_field(field(data, "Aggregate"), request.collection().c_str());
    if (groups.empty()) return fail(Code::corrupt, m_rest.url() + " does not count", m_rest.check_command());
    wire::AggregateReply out;
    const auto count = count_field(field(groups.front(), "meta"), "count");
    out.mutable_single_result()->set_objects_count(static_cast<std::int64_t>(count));
    return out;
}

}  // namespace ely::store::weaviate
