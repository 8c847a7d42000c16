#pragma once

// The server's gRPC side: objects in, objects out, counts. It authenticates, sets deadlines, turns a status into an
// Error, and asks again for a while when the server is away: every request here may be carried out twice with the same
// outcome, upserts because objects have ids of their own.

#include <memory>
#include <string_view>

#include <weaviate.pb.h>
#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "store/weaviate/arena_message.hpp"

namespace ely::store::weaviate {

namespace wire = ::weaviate::v1;

// Any number of threads may use it at once.
class Rpc {
  public:
    // io when the file of certificates cannot be read.
    static Result<std::unique_ptr<Rpc>> make(const model::ClusterAccess& access);
    // unavailable unless the server can be reached now.
    [[nodiscard]] Result<void> connect() const;
    // Asks once whether it serves, by gRPC's own health check. unsupported when it is no server of Weaviate's.
    [[nodiscard]] Result<void> check() const;
    ~Rpc();
    Rpc(const Rpc&) = delete;
    Rpc& operator=(const Rpc&) = delete;

    // not_found for a collection that the server does not have, usage for what it refuses, unauthorized, rate_limited,
    // unavailable, timeout.
    [[nodiscard]] Result<ArenaMessage<wire::SearchReply>> search(const wire::SearchRequest& request) const;
    [[nodiscard]] Result<wire::BatchObjectsReply> put(const wire::BatchObjectsRequest& request) const;
    [[nodiscard]] Result<wire::BatchDeleteReply> remove(const wire::BatchDeleteRequest& request) const;
    [[nodiscard]] Result<wire::AggregateReply> aggregate(const wire::AggregateRequest& request) const;

  private:
    struct Connections;
    explicit Rpc(std::unique_ptr<Connections> connections);
    std::unique_ptr<Connections> m_connections;
};

}  // namespace ely::store::weaviate
