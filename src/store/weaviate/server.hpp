#pragma once

// One cluster as the store's collections share it: both sides of its interface, and what it says of itself.

#include <memory>
#include <string>

#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "store/weaviate/rest.hpp"
#include "store/weaviate/rpc.hpp"

namespace ely::store::weaviate {

// Any number of threads may use it at once.
class Server {
  public:
    static Result<std::shared_ptr<Server>> make(const model::ClusterAccess& access);

    [[nodiscard]] const Rest& rest() const { return m_rest; }
    [[nodiscard]] const Rpc& rpc() const { return *m_rpc; }

  private:
    Server(const model::ClusterAccess& access, std::unique_ptr<Rpc> rpc) : m_rest(access), m_rpc(std::move(rpc)) {}
    Rest m_rest;
    std::unique_ptr<Rpc> m_rpc;
};

}  // namespace ely::store::weaviate
