#include "store/weaviate/weaviate_store.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "model/schema_json.hpp"
#include "store/schema_change.hpp"
#include "store/weaviate/names.hpp"
#include "store/weaviate/patience.hpp"
#include "store/weaviate/vectorizer.hpp"
#include "store/weaviate/weaviate_collection.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::uint32_t k_most_replicas = 3;
constexpr std::string_view k_probe_text = "def main(): return 0  # the first object of a collection";
constexpr double k_same_vector = 0.999;  // cosine

std::string class_path(std::string_view name) {
    return "/v1/schema/" + class_name(name);
}

Result<void> check_for_weaviate(const model::CollectionSchema& schema) {
    ELY_TRY(model::check_collection_name(schema.name));
    ELY_TRY(check_schema(schema));
    for (const auto& property : schema.properties) ELY_TRY(check_property_name(property));
    return {};
}

// In a cluster the node that we speak with hears a moment later than the one that leads, and has it until then.
Result<void> wait_until_gone(const Server& server, const std::string& name) {
    constexpr std::chrono::milliseconds k_pause(20);
    wire::SearchRequest request;
    request.set_collection(name);
    request.set_limit(1);
    Class any;
    any.schema.name = name;
    const auto until = std::chrono::steady_clock::now() + k_patience;
    while (std::chrono::steady_clock::now() < until) {
        const auto reply = server.search(any, request);
        // A key may well do without looking.
        if (!reply && reply.error().code != Code::internal) {
            return reply.error().code == Code::not_found || reply.error().code == Code::unauthorized
                       ? Result<void>()
                       : fail(reply.error());
        }
        if (!pause(k_pause, server.stop())) return fail(Code::cancelled, "interrupted", {});
    }
    return fail(Code::timeout, fmt::format("{} has removed '{}' and still shows it", server.rest().url(), name),
                server.rest().check_command());
}

}  // namespace

Result<std::unique_ptr<Store>> WeaviateStore::open(const model::ClusterAccess& access, ClusterUse use) {
    ELY_TRY_ASSIGN(auto server, Server::make(access, use));
    return std::unique_ptr<Store>(new WeaviateStore(std::move(server), std::move(use.local_vector)));
}

Result<std::vector<std::string>> WeaviateStore::list() {
    ELY_TRY_ASSIGN(const auto json, m_server->rest().get("/v1/schema"));
    std::vector<std::string> out;
    if (const auto classes = json.find("classes"); classes != json.end() && classes->is_array()) {
        for (const auto& one : *classes) out.push_back(one.value("class", std::string()));
    }
    std::ranges::sort(out);
    return out;
}

std::string WeaviateStore::name_for(std::string_view wanted) const {
    return class_name(wanted);
}

Result<Error> WeaviateStore::not_found(std::string_view name) {
    ELY_TRY_ASSIGN(const auto names, list());
    Error error{Code::not_found, fmt::format("there is no collection '{}' in {}", name, location()), {}, {}, 0};
    error.hint = hint_for_missing(class_name(name), names);
    return error;
}

Result<std::shared_ptr<Collection>> WeaviateStore::open(std::string_view name) {
    ELY_TRY(model::check_collection_name(name));
    const auto json = m_server->rest().get(class_path(name));
    if (!json) {
        if (json.error().code != Code::not_found) return fail(json.error());
        ELY_TRY_ASSIGN(auto error, not_found(name));
        return fail(std::move(error));
    }
    ELY_TRY_ASSIGN(auto target, class_from_json(*json));
    ELY_TRY_ASSIGN(auto made, WeaviateCollection::make(m_server, std::move(target)));
    return std::shared_ptr<Collection>(std::move(made));
}

Result<std::uint32_t> WeaviateStore::replicas() const {
    ELY_TRY_ASSIGN(const auto json, m_server->rest().get("/v1/nodes"));
    const auto nodes = json.find("nodes");
    const auto count = nodes != json.end() && nodes->is_array() ? nodes->size() : 1;
    return static_cast<std::uint32_t>(std::clamp<std::size_t>(count, 1, k_most_replicas));
}

Result<std::shared_ptr<Collection>> WeaviateStore::create(const model::CollectionSchema& schema) {
    ELY_TRY(check_for_weaviate(schema));
    auto wanted = schema;
    wanted.name = class_name(schema.name);
    ELY_TRY_ASSIGN(const auto names, list());
    // The server tells names apart by more than case, and refuses those that differ by nothing else.
    for (const auto& name : names) {
        if (to_lower_ascii(name) != to_lower_ascii(wanted.name)) continue;
        return fail(Code::already_exists,
                    to_lower_ascii(name) == to_lower_ascii(schema.name)
                        ? fmt::format("there is a collection '{}' already", name)
                        : fmt::format("'{}' would be called '{}' in Weaviate, and there is '{}' already", schema.name,
                                      wanted.name, name),
                    "choose another name: --collection NAME");
    }
    const auto vectorizer = wanted.vectors.empty() ? std::string("none") : wanted.vectors.front().vectorizer;
    ELY_TRY_ASSIGN(auto made, vectorizer == "none"    ? make(wanted, std::string())
                              : vectorizer == "local" ? make_for_local(wanted)
                                                      : make_with_vectorizer(wanted));
    ELY_TRY_ASSIGN(auto collection, WeaviateCollection::make(m_server, std::move(made)));
    return std::shared_ptr<Collection>(std::move(collection));
}

Result<Class> WeaviateStore::make(const model::CollectionSchema& schema, const std::string& server_vectorizer) {
    ELY_TRY_ASSIGN(const auto factor, replicas());
    ELY_TRY(m_server->rest().send("POST", "/v1/schema", class_to_json(schema, factor, server_vectorizer)));
    ELY_TRY_ASSIGN(const auto json, m_server->rest().get("/v1/schema/" + schema.name));
    return class_from_json(json);
}

Result<Class> WeaviateStore::make_with_vectorizer(const model::CollectionSchema& schema) {
    const auto& name = schema.vectors.front().vectorizer;
    ELY_TRY(require_module(*m_server, name));
    ELY_TRY_ASSIGN(auto made, make(schema, name));
    auto vector = probe(*m_server, made, k_probe_text);
    if (!vector) {
        ELY_TRY(m_server->rest().remove("/v1/schema/" + schema.name));
        auto error = std::move(vector).error();
        if (error.hint.empty()) error.hint = "see to the module's key or address, or use --vectorizer local";
        return fail(std::move(error), "trying " + name);
    }
    made.schema.vectors.front().dimensions = static_cast<std::uint32_t>(vector->size());
    return made;
}

Result<Class> WeaviateStore::make_for_local(const model::CollectionSchema& schema) {
    const auto& names = m_server->modules();
    if (!m_local_vector || std::ranges::find(names, k_transformers) == names.end()) return make(schema, std::string());
    ELY_TRY_ASSIGN(const auto ours, m_local_vector(k_probe_text));
    ELY_TRY_ASSIGN(auto made, make(schema, std::string(k_transformers)));
    const auto theirs = probe(*m_server, made, k_probe_text);
    if (theirs && cosine(ours, *theirs) > k_same_vector) return made;
    // Another model, or nobody answers: its vectors would not fit ours.
    ELY_TRY(m_server->rest().remove("/v1/schema/" + schema.name));
    return make(schema, std::string());
}

Result<void> WeaviateStore::drop(std::string_view name) {
    ELY_TRY(model::check_collection_name(name));
    // Removing what is not there is a success to the server.
    const auto json = m_server->rest().get(class_path(name));
    if (!json) {
        if (json.error().code != Code::not_found) return fail(json.error());
        ELY_TRY_ASSIGN(auto error, not_found(name));
        return fail(std::move(error));
    }
    ELY_TRY(m_server->rest().remove(class_path(name)));
    return wait_until_gone(*m_server, class_name(name));
}

Result<void> WeaviateStore::health() {
    ELY_TRY(m_server->rest().get("/v1/.well-known/ready"));
    ELY_TRY_ASSIGN(const auto json, m_server->rest().get("/v1/nodes"));
    std::string unwell;
    for (const auto& node : json.value("nodes", nlohmann::json::array())) {
        if (node.value("status", "") == "HEALTHY") continue;
        unwell +=
            fmt::format("{}{} is {}", unwell.empty() ? "" : ", ", node.value("name", ""), node.value("status", ""));
    }
    if (!unwell.empty()) return fail(Code::unavailable, location() + ": " + unwell, m_server->rest().check_command());
    return {};
}

}  // namespace ely::store::weaviate
