#include "store/weaviate/cluster_rights.hpp"

#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/cluster_environment.hpp"
#include "store/weaviate/json_fields.hpp"

namespace ely::store::weaviate {
namespace {

using model::HealthState;
using model::HealthStep;
using nlohmann::json;

constexpr int k_forbidden = 403;
constexpr int k_not_found = 404;

// What searching takes, and what indexing takes beside it, as Weaviate's roles call it.
constexpr std::array k_to_search{"read_collections", "read_data"};
constexpr std::array k_to_index{"create_collections", "update_collections", "delete_collections", "create_data",
                                "update_data",        "delete_data",        "read_nodes"};

bool is_loopback(std::string_view url) {
    const auto start = url.find("://");
    const auto host = start == std::string_view::npos ? url : url.substr(start + 3);
    return host.starts_with("localhost:") || host == "localhost" || host.starts_with("127.") ||
           host.starts_with("[::1]");
}

HealthStep rights(HealthState state, std::string text, std::string next = {}) {
    return {"rights", "Rights", state, std::move(text), {}, std::move(next)};
}

HealthStep anonymous(const ClusterAnswers& answers) {
    if (answers.statistics && answers.statistics->status == k_forbidden) {
        return rights(HealthState::warning, "nobody is asked for a key, and without one not everything is allowed",
                      how_to_give_a_key(answers));
    }
    if (is_loopback(answers.url)) return rights(HealthState::ok, "everything: nobody is asked for a key");
    return rights(HealthState::warning, "everything, for everybody who reaches the server: nobody is asked for a key",
                  "have the server ask for keys (AUTHENTICATION_APIKEY_ENABLED), if others reach it");
}

// Actions with the collections that they are allowed for.
using Allowed = std::map<std::string, std::set<std::string>>;

Allowed allowed_by(const json& roles) {
    Allowed out;
    for (const auto& role : roles) {
        for (const auto& permission : list_field(role, "permissions")) {
            auto& scopes = out[text_field(permission, "action")];
            for (const char* domain : {"collections", "data", "nodes"}) {
                const auto collection = text_field(field(permission, domain), "collection");
                if (!collection.empty()) scopes.insert(collection);
            }
        }
    }
    return out;
}

std::vector<std::string> missing_of(const Allowed& allowed, const auto& wanted) {
    std::vector<std::string> out;
    for (const char* action : wanted) {
        if (!allowed.contains(action)) out.emplace_back(action);
    }
    return out;
}

// "Docs, Flask" when some of these rights are for those only; empty when all are for every collection.
std::string limits_of(const Allowed& allowed, const auto& wanted) {
    std::set<std::string> scopes;
    for (const char* action : wanted) {
        const auto found = allowed.find(action);
        if (found == allowed.end() || found->second.contains("*")) continue;
        scopes.insert(found->second.begin(), found->second.end());
    }
    return join({scopes.begin(), scopes.end()}, ", ");
}

HealthStep by_roles(const std::string& user, const json& roles) {
    std::vector<std::string> names;
    for (const auto& role : roles) names.push_back(text_field(role, "name"));
    const auto who = fmt::format("{} ({})", user, join(names, ", "));
    const auto allowed = allowed_by(roles);
    const auto to_search = missing_of(allowed, k_to_search);
    const auto to_index = missing_of(allowed, k_to_index);
    if (!to_search.empty()) {
        return rights(HealthState::failed, fmt::format("{} may not search: {}", who, join(to_search, ", ")),
                      "have the user given a role with these rights");
    }
    const auto limits = limits_of(allowed, k_to_search);
    const auto where = limits.empty() ? std::string() : ", in " + limits + " alone";
    if (!to_index.empty()) {
        auto out = rights(HealthState::warning, fmt::format("{} may search{}, and not index", who, where),
                          "to index, have the user given a role with the missing rights");
        out.details.push_back("missing: " + join(to_index, ", "));
        return out;
    }
    const auto writing = limits_of(allowed, k_to_index);
    return rights(HealthState::ok, fmt::format("{} may search and index{}", who,
                                               writing.empty() ? where : ", in " + writing + " alone"));
}

}  // namespace

std::string how_to_give_a_key(const ClusterAnswers& answers) {
    if (answers.name == model::k_environment_cluster) return "set WEAVIATE_API_KEY";
    return fmt::format("elysiactl cluster add {} --url {} --api-key-env VARIABLE --replace", answers.name, answers.url);
}

HealthStep judge_rights(const ClusterAnswers& answers) {
    if (!answers.own_info) return rights(HealthState::untold, std::string(model::k_not_asked));
    const auto& own = *answers.own_info;
    // With nobody asked for a key there is nobody to tell of.
    if (!answers.key) return anonymous(answers);
    if (own.status == k_not_found) return rights(HealthState::untold, "this version does not tell");
    if (!own.body) return rights(HealthState::untold, own.body.error().text());
    const auto user = text_field(*own.body, "username");
    const auto& roles = list_field(*own.body, "roles");
    if (!roles.empty()) return by_roles(user, roles);
    if (answers.statistics && answers.statistics->status == k_forbidden) {
        return rights(HealthState::failed, user + " has no role, and may do nothing",
                      "have the user given a role that may read and write collections and their data");
    }
    return rights(HealthState::ok, user + "; this server has no roles");
}

}  // namespace ely::store::weaviate
