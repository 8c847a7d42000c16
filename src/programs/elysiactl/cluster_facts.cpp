#include "programs/elysiactl/cluster_facts.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/cluster_environment.hpp"
#include "state/state_database.hpp"
#include "ui/tree.hpp"

namespace ely::programs {
namespace {

nlohmann::ordered_json text_or_null(const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

std::string key_text(const model::ClusterProfile& profile) {
    if (!profile.api_key_env.empty()) return "variable " + profile.api_key_env;
    if (!profile.api_key_file.empty()) return "file " + profile.api_key_file.string();
    return "none";
}

}  // namespace

Path cluster_file_of(const Context& context) {
    return model::cluster_file_path(context.settings.folders().config);
}

Result<std::vector<std::string>> repositories_on(const Context& context, std::string_view cluster) {
    ELY_TRY_ASSIGN(auto state, state::StateDatabase::open(context.settings.state_path()));
    ELY_TRY_ASSIGN(const auto entries, state.repositories());
    std::vector<std::string> out;
    for (const auto& entry : entries) {
        if (entry.cluster == cluster) out.push_back(entry.name);
    }
    return out;
}

Result<ClusterFacts> facts_of(const Context& context, const model::ClusterProfile& profile,
                              const model::ClusterFile& file) {
    ClusterFacts out;
    out.profile = profile;
    if (out.profile.grpc.empty()) model::set_grpc(out.profile, model::all_grpc(profile));
    for (auto& header : out.profile.headers) header.value = model::shown_header_value(header.value);
    out.tls = profile.url.starts_with("https://");
    out.key = key_text(profile);
    out.chosen = file.chosen == profile.name;
    ELY_TRY_ASSIGN(out.repositories, repositories_on(context, profile.name));
    if (auto access = model::cluster_access(profile, context.variable); !access) {
        out.trouble = std::move(access).error();
    }
    return out;
}

Result<ClusterFacts> facts_of_environment(const Context& context, const model::ClusterFile& file) {
    ELY_TRY_ASSIGN(const auto access, model::environment_access(context.variable));
    ClusterFacts out;
    out.profile.name = access.name;
    out.profile.url = access.url;
    out.profile.grpc = access.grpc;
    for (const auto& header : access.headers) {
        out.profile.headers.push_back({header.name, model::shown_header_value(header.value)});
    }
    out.tls = access.grpc_tls;
    out.key = access.api_key.empty() ? "none" : "the standard variables";
    out.chosen = file.chosen == access.name;
    ELY_TRY_ASSIGN(out.repositories, repositories_on(context, access.name));
    return out;
}

nlohmann::ordered_json to_json(const ClusterFacts& facts) {
    nlohmann::ordered_json out;
    out["name"] = facts.profile.name;
    out["url"] = facts.profile.url;
    out["grpc"] = facts.profile.grpc;
    if (!facts.profile.other_urls.empty()) out["other_urls"] = facts.profile.other_urls;
    if (!facts.profile.other_grpc.empty()) out["other_grpc"] = facts.profile.other_grpc;
    out["grpc_tls"] = facts.tls;
    out["api_key_env"] = text_or_null(facts.profile.api_key_env);
    out["api_key_file"] = text_or_null(facts.profile.api_key_file.string());
    out["ca_file"] = text_or_null(facts.profile.ca_file.string());
    out["headers"] = nlohmann::ordered_json::object();
    for (const auto& header : facts.profile.headers) out["headers"][header.name] = to_valid_utf8(header.value);
    out["default"] = facts.chosen;
    out["repositories"] = facts.repositories;
    out["trouble"] = facts.trouble ? nlohmann::ordered_json(facts.trouble->text()) : nlohmann::ordered_json(nullptr);
    return out;
}

std::string to_text(const Context& context, const ClusterFacts& facts) {
    const auto& profile = facts.profile;
    ui::TreeNode root{"Cluster: " + context.style.bold(profile.name) + (facts.chosen ? " (default)" : ""), {}};
    root.add("URL: " + join(model::all_urls(profile), ", "));
    const auto grpc = model::all_grpc(profile);
    root.add("gRPC: " +
             (grpc.empty() ? "none, objects travel over REST" : join(grpc, ", ") + (facts.tls ? " with TLS" : "")));
    root.add("Key: " + printable(facts.key));
    if (!profile.ca_file.empty()) root.add("Authorities: " + printable(profile.ca_file.string()));
    for (const auto& header : profile.headers) {
        root.add(fmt::format("Header {}: {}", header.name, printable(header.value)));
    }
    root.add("Repositories: " + (facts.repositories.empty() ? "none" : join(facts.repositories, ", ")));
    if (facts.trouble) root.add(context.style.yellow("Trouble: " + printable(facts.trouble->text())));
    return ui::tree_text(root, context.terminal);
}

}  // namespace ely::programs
