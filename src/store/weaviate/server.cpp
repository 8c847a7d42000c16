#include "store/weaviate/server.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely::store::weaviate {
namespace {

// "1.35.2" -> 35; -1 for what is no version 1.
int minor_of(std::string_view version) {
    if (!version.starts_with("1.")) return -1;
    int out = -1;
    std::from_chars(version.data() + 2, version.data() + version.size(), out);
    return out;
}

}  // namespace

bool is_supported(std::string_view version) {
    return minor_of(version) >= minor_of(k_oldest_version);
}

Result<std::shared_ptr<Server>> Server::make(const model::ClusterAccess& access) {
    ELY_TRY_ASSIGN(auto rpc, Rpc::make(access));
    std::shared_ptr<Server> out(new Server(access, std::move(rpc)));
    ELY_TRY(out->introduce());
    ELY_TRY(out->m_rpc->connect());
    return out;
}

Result<void> Server::introduce() {
    ELY_TRY_ASSIGN(const auto meta, m_rest.get_now("/v1/meta"));
    const auto version = meta.is_object() ? meta.find("version") : meta.end();
    if (version == meta.end() || !version->is_string()) {
        return fail(Code::unsupported, m_rest.url() + " is no Weaviate server: it does not tell its version",
                    "elysiactl cluster show says which address is in use");
    }
    m_version = version->get<std::string>();
    if (!is_supported(m_version)) {
        return fail(Code::unsupported,
                    fmt::format("{} is Weaviate {}, and {} is the oldest that works", m_rest.url(),
                                printable(m_version), k_oldest_version),
                    "update the server");
    }
    if (const auto modules = meta.find("modules"); modules != meta.end() && modules->is_object()) {
        for (const auto& [name, facts] : modules->items()) m_modules.push_back(name);
    }
    return {};
}

}  // namespace ely::store::weaviate
