#include "model/cluster_environment.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"

namespace ely::model {
namespace {

// The first name that is set wins.
constexpr std::array<std::pair<std::string_view, std::string_view>, 30> k_provider_keys{{
    {"ANTHROPIC_API_KEY", "X-Anthropic-Api-Key"},
    {"ANTHROPIC_APIKEY", "X-Anthropic-Api-Key"},
    {"ANYSCALE_API_KEY", "X-Anyscale-Api-Key"},
    {"ANYSCALE_APIKEY", "X-Anyscale-Api-Key"},
    {"AWS_ACCESS_KEY", "X-Aws-Access-Key"},
    {"AWS_SECRET_KEY", "X-Aws-Secret-Key"},
    {"AZURE_API_KEY", "X-Azure-Api-Key"},
    {"AZURE_APIKEY", "X-Azure-Api-Key"},
    {"COHERE_API_KEY", "X-Cohere-Api-Key"},
    {"COHERE_APIKEY", "X-Cohere-Api-Key"},
    {"DATABRICKS_TOKEN", "X-Databricks-Token"},
    {"FRIENDLI_TOKEN", "X-Friendli-Api-Key"},
    {"HUGGINGFACE_API_KEY", "X-HuggingFace-Api-Key"},
    {"HUGGINGFACE_APIKEY", "X-HuggingFace-Api-Key"},
    {"JINAAI_API_KEY", "X-JinaAI-Api-Key"},
    {"JINAAI_APIKEY", "X-JinaAI-Api-Key"},
    {"MISTRAL_API_KEY", "X-Mistral-Api-Key"},
    {"MISTRAL_APIKEY", "X-Mistral-Api-Key"},
    {"NVIDIA_API_KEY", "X-Nvidia-Api-Key"},
    {"NVIDIA_APIKEY", "X-Nvidia-Api-Key"},
    {"OPENAI_API_KEY", "X-OpenAI-Api-Key"},
    {"OPENAI_APIKEY", "X-OpenAI-Api-Key"},
    {"STUDIO_API_KEY", "X-Goog-Studio-Api-Key"},
    {"STUDIO_APIKEY", "X-Goog-Studio-Api-Key"},
    {"VERTEX_API_KEY", "X-Goog-Vertex-Api-Key"},
    {"VERTEX_APIKEY", "X-Goog-Vertex-Api-Key"},
    {"VOYAGE_API_KEY", "X-Voyage-Api-Key"},
    {"VOYAGE_APIKEY", "X-Voyage-Api-Key"},
    {"XAI_API_KEY", "X-Xai-Api-Key"},
    {"XAI_APIKEY", "X-Xai-Api-Key"},
}};

// A variable with where it came from, so that an error can name it.
struct Named {
    std::string name;
    std::string value;  // empty: none of them is set
};

Named first_of(const Variable& variable, std::initializer_list<const char*> names) {
    for (const auto* name : names) {
        if (const auto value = variable(name); value && !trim(*value).empty()) return {name, std::string(trim(*value))};
    }
    return {*names.begin(), {}};
}

// Elysia takes the exact word only.
bool is_true(const Variable& variable, const char* name) {
    return variable(name).value_or("") == "True";
}

Error in_variable(Error error, const std::string& name) {
    error.message = name + ": " + error.message;
    return error;
}

Result<std::string> address(const Named& host, const Named& port, const char* fallback_port) {
    const auto text = host.value + ":" + (port.value.empty() ? fallback_port : port.value);
    auto out = grpc_address(text);
    if (!out) return fail(in_variable(std::move(out).error(), host.name + " and " + port.name));
    return out;
}

Result<void> fill_custom(const Variable& variable, ClusterAccess& access) {
    const auto http = first_of(variable, {"CUSTOM_HTTP_HOST"});
    const auto grpc = first_of(variable, {"CUSTOM_GRPC_HOST"});
    if (http.value.empty() || grpc.value.empty()) {
        return fail(Code::usage, "WEAVIATE_IS_CUSTOM is True, and a host is missing",
                    "set CUSTOM_HTTP_HOST and CUSTOM_GRPC_HOST");
    }
    ELY_TRY_ASSIGN(const auto rest, address(http, first_of(variable, {"CUSTOM_HTTP_PORT"}), "8080"));
    access.url = (is_true(variable, "CUSTOM_HTTP_SECURE") ? "https://" : "http://") + rest;
    ELY_TRY_ASSIGN(access.grpc, address(grpc, first_of(variable, {"CUSTOM_GRPC_PORT"}), "50051"));
    access.grpc_tls = is_true(variable, "CUSTOM_GRPC_SECURE");
    return {};
}

std::string host_of(std::string_view url) {
    const auto rest = url.substr(url.find("://") + 3);
    const auto end = rest.starts_with('[') ? rest.find(']') + 1 : std::min(rest.find(':'), rest.size());
    return std::string(rest.substr(0, end));
}

// "http://host:port", "host:port" or "host".
Result<void> fill_local(const Variable& variable, ClusterAccess& access) {
    auto place = first_of(variable, {"WEAVIATE_URL", "WCD_URL"});
    if (place.value.empty()) place.value = "localhost";
    if (place.value.find("://") == std::string::npos) place.value.insert(0, "http://");
    auto url = cluster_url(place.value);
    if (!url) return fail(in_variable(std::move(url).error(), place.name));
    access.url = std::move(*url);
    const auto host = host_of(access.url);
    const bool has_port = access.url.size() > access.url.find("://") + 3 + host.size();
    if (!has_port && access.url.starts_with("http://")) {
        ELY_TRY_ASSIGN(const auto with_port,
                       address({place.name, host}, first_of(variable, {"LOCAL_WEAVIATE_PORT"}), "8080"));
        access.url = "http://" + with_port;
    }
    ELY_TRY_ASSIGN(access.grpc, address({place.name, host}, first_of(variable, {"LOCAL_WEAVIATE_GRPC_PORT"}), "50051"));
    access.grpc_tls = access.url.starts_with("https://");
    return {};
}

Result<void> fill_cloud(const Variable& variable, ClusterAccess& access) {
    auto place = first_of(variable, {"WEAVIATE_URL", "WCD_URL"});
    if (place.value.empty()) {
        return fail(Code::usage, "no variable says where the cluster is",
                    "set WEAVIATE_URL, or add a profile: elysiactl cluster add NAME --url URL");
    }
    if (place.value.find("://") == std::string::npos) place.value.insert(0, "https://");
    auto url = cluster_url(place.value);
    if (!url) return fail(in_variable(std::move(url).error(), place.name));
    access.url = std::move(*url);
    access.grpc_tls = access.url.starts_with("https://");
    access.grpc = default_grpc_address(access.url);
    // Elysia looks for the gRPC host of any cloud beside it, under this name.
    if (access.grpc_tls && access.grpc.ends_with(":50051")) access.grpc = "grpc-" + host_of(access.url) + ":443";
    if (access.grpc_tls && access.api_key.empty()) {
        return fail(Code::unauthorized, place.name + " names a cloud's cluster, and there is no key for it",
                    "set WEAVIATE_API_KEY");
    }
    return {};
}

Result<void> add_provider_headers(const Variable& variable, ClusterAccess& access) {
    for (const auto& [name, header] : k_provider_keys) {
        const auto value = variable(std::string(name));
        const bool there = std::ranges::find(access.headers, header, &ClusterHeader::name) != access.headers.end();
        if (!value || value->empty() || there) continue;
        if (std::ranges::any_of(*value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
            return fail(Code::unauthorized, fmt::format("the variable {} has control characters", name),
                        "put the key alone into it");
        }
        access.headers.push_back({std::string(header), *value});
    }
    return {};
}

}  // namespace

Result<ClusterAccess> environment_access(const Variable& variable) {
    ClusterAccess out;
    out.name = k_environment_cluster;
    // By way of a profile, so that a key is held to the same rules.
    const auto key = first_of(variable, {"WEAVIATE_API_KEY", "WCD_API_KEY"});
    if (!key.value.empty()) {
        ClusterProfile keyed;
        keyed.name = out.name;
        keyed.url = "http://localhost";
        keyed.api_key_env = key.name;
        ELY_TRY_ASSIGN(auto access, cluster_access(keyed, variable));
        out.api_key = std::move(access.api_key);
    }
    if (is_true(variable, "WEAVIATE_IS_CUSTOM")) {
        ELY_TRY(fill_custom(variable, out));
    } else if (is_true(variable, "WEAVIATE_IS_LOCAL")) {
        ELY_TRY(fill_local(variable, out));
    } else {
        ELY_TRY(fill_cloud(variable, out));
    }
    ELY_TRY(add_provider_headers(variable, out));
    return out;
}

}  // namespace ely::model
