#pragma once

// One cluster as the store's collections share it: both sides of its interface, and what it says of itself.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "store/weaviate/rest.hpp"
#include "store/weaviate/rpc.hpp"

namespace ely::store::weaviate {

inline constexpr std::string_view k_oldest_version = "1.27";
// Whether "1.35.2" is a version that the store works with.
[[nodiscard]] bool is_supported(std::string_view version);

// Any number of threads may use it at once.
class Server {
  public:
    // Makes contact with both sides: a wrong address, key or certificate is told within seconds. unsupported for a
    // server that is older than 1.27.
    static Result<std::shared_ptr<Server>> make(const model::ClusterAccess& access);

    [[nodiscard]] const Rest& rest() const { return m_rest; }
    [[nodiscard]] const Rpc& rpc() const { return *m_rpc; }
    // "1.35.2"
    [[nodiscard]] const std::string& version() const { return m_version; }
    // Names of its modules, sorted.
    [[nodiscard]] const std::vector<std::string>& modules() const { return m_modules; }

  private:
    Server(const model::ClusterAccess& access, std::unique_ptr<Rpc> rpc) : m_rest(access), m_rpc(std::move(rpc)) {}
    [[nodiscard]] Result<void> introduce();

    Rest m_rest;
    std::unique_ptr<Rpc> m_rpc;
    std::string m_version;
    std::vector<std::string> m_modules;
};

}  // namespace ely::store::weaviate
