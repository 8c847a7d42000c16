#pragma once

// The server's gRPC side: objects in, objects out, counts. It authenticates, sets deadlines and turns a status into an
// Error.
//
// A cluster may have several addresses. Writes go to one after the other; everything else to the first, so that who
// asks twice sees one node's state and not two. An address that is away is left out for a while (rotation.hpp), and
// what it did not answer is asked at the next one: nothing is lost by that, nor doubled, because every request may be
// carried out twice.

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "model/cluster_profile.hpp"
#include "store/weaviate/transport.hpp"

namespace ely::store::weaviate {

class Rpc final : public Transport {
  public:
    // io when the file of certificates cannot be read. `stop` ends requests that are under way.
    static Result<std::unique_ptr<Rpc>> make(const model::ClusterAccess& access, std::stop_token stop = {});
    // unavailable unless one of its addresses can be reached: within a second when they refuse, in five when nothing
    // comes back.
    [[nodiscard]] Result<void> connect() const;

    [[nodiscard]] std::vector<std::string> addresses() const;
    // Asks one of the addresses once whether it serves, by gRPC's own health check: seconds until the answer.
    // unsupported when it is no server of Weaviate's.
    [[nodiscard]] Result<double> look(std::size_t address) const;
    ~Rpc() override;
    Rpc(const Rpc&) = delete;
    Rpc& operator=(const Rpc&) = delete;

    [[nodiscard]] Result<SearchAnswer> search(const Class& of, const wire::SearchRequest& request) override;
    [[nodiscard]] Result<wire::BatchObjectsReply> put(const wire::BatchObjectsRequest& request) override;
    [[nodiscard]] Result<wire::BatchDeleteReply> remove(const wire::BatchDeleteRequest& request) override;
    [[nodiscard]] Result<wire::AggregateReply> aggregate(const wire::AggregateRequest& request) override;

  private:
    struct Connections;
    explicit Rpc(std::unique_ptr<Connections> connections);
    std::unique_ptr<Connections> m_connections;
};

}  // namespace ely::store::weaviate
