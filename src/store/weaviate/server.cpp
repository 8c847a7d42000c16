#include "store/weaviate/server.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "store/weaviate/rest_transport.hpp"
#include "store/weaviate/rpc.hpp"

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

Result<std::shared_ptr<Server>> Server::make(const model::ClusterAccess& access, const ClusterUse& use) {
    std::shared_ptr<Server> out(new Server(access, use.stop));
    ELY_TRY(out->introduce());
    ELY_TRY(out->choose_transport(access, use));
    return out;
}

Result<void> Server::choose_transport(const model::ClusterAccess& access, const ClusterUse& use) {
    if (!access.grpc.empty()) {
        ELY_TRY_ASSIGN(auto rpc, Rpc::make(access, use.stop));
        const auto reached = rpc->connect();
        if (reached) {
            m_transport = std::move(rpc);
            return {};
        }
        if (use.warn) {
            use.warn(fmt::format("{}: objects travel over REST, which is slower; {} says more", reached.error().message,
                                 m_rest.check_command()));
        }
    }
    m_transport = std::make_unique<RestTransport>(m_rest);
    return {};
}

Result<void> Server::introduce() {
    // Long enough for a connection that was cut; a wrong address is still told within a second.
    constexpr std::chrono::seconds k_first_patience(1);
    ELY_TRY_ASSIGN(const auto meta,
                   with_patience(k_first_patience, stop(), [&] { return m_rest.send_now("GET", "/v1/meta", {}); }));
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

Result<SearchAnswer> Server::search(const Class& of, const wire::SearchRequest& request) const {
    return with_patience(k_patience, stop(), [&] { return m_transport->search(of, request); });
}
Result<wire::BatchDeleteReply> Server::remove(const wire::BatchDeleteRequest& request) const {
    return with_patience(k_patience, stop(), [&] { return m_transport->remove(request); });
}
Result<wire::AggregateReply> Server::aggregate(const wire::AggregateRequest& request) const {
    return with_patience(k_patience, stop(), [&] {
        auto reply = m_transport->aggregate(request);
        // Servers before 1.29 count over GraphQL only.
        if (!reply && reply.error().code == Code::unsupported) return RestTransport(m_rest).aggregate(request);
        return reply;
    });
}
Result<wire::BatchObjectsReply> Server::put(const wire::BatchObjectsRequest& request) const {
    return m_transport->put(request);
}

}  // namespace ely::store::weaviate
