#pragma once

// One cluster as the store's collections share it: both sides of its interface, how fast it is written to, and what it
// says of itself. Questions wait for a server that is away (patience.hpp); who writes waits himself, because what comes
// next depends on it.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "store/open.hpp"
#include "store/weaviate/pace.hpp"
#include "store/weaviate/rest.hpp"
#include "store/weaviate/transport.hpp"

namespace ely::store::weaviate {

inline constexpr std::string_view k_oldest_version = "1.27";
// Whether "1.35.2" is a version that the store works with.
[[nodiscard]] bool is_supported(std::string_view version);

// Any number of threads may use it at once.
class Server {
  public:
    // Makes contact: a wrong address, key or certificate is told within seconds. Where gRPC cannot be reached objects
    // travel over REST, and the user is told once. unsupported for a server that is older than 1.27.
    static Result<std::shared_ptr<Server>> make(const model::ClusterAccess& access, const ClusterUse& use = {});

    [[nodiscard]] const Rest& rest() const { return m_rest; }

    [[nodiscard]] Result<SearchAnswer> search(const Class& of, const wire::SearchRequest& request) const;
    [[nodiscard]] Result<wire::BatchDeleteReply> remove(const wire::BatchDeleteRequest& request) const;
    [[nodiscard]] Result<wire::AggregateReply> aggregate(const wire::AggregateRequest& request) const;
    // Once, without patience.
    [[nodiscard]] Result<wire::BatchObjectsReply> put(const wire::BatchObjectsRequest& request) const;
    [[nodiscard]] Pace& pace() const { return m_pace; }

    // "1.35.2"
    [[nodiscard]] const std::string& version() const { return m_version; }
    // Names of its modules, sorted.
    [[nodiscard]] const std::vector<std::string>& modules() const { return m_modules; }
    // Asked for when the user interrupts.
    [[nodiscard]] const std::stop_token& stop() const { return m_rest.stop(); }

  private:
    Server(const model::ClusterAccess& access, std::stop_token stop) : m_rest(access, std::move(stop)) {}
    [[nodiscard]] Result<void> introduce();
    [[nodiscard]] Result<void> choose_transport(const model::ClusterAccess& access, const ClusterUse& use);

    Rest m_rest;
    std::unique_ptr<Transport> m_transport;
    mutable Pace m_pace;
    std::string m_version;
    std::vector<std::string> m_modules;
};

}  // namespace ely::store::weaviate
