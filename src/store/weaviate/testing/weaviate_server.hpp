#pragma once

// Real Weaviate servers for tests: one node or a cluster, started in a folder of their own and gone with the object.
// They are the programs that tools/setup builds. Tests that use them are *_live_test.cpp: their program has a network
// of its own, because the servers listen on more than the loopback interface. A start takes some three seconds, so the
// test cases of a program share what shared_weaviate() gives them and keep apart by the names of their collections.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "base/testing/private_network.hpp"
#include "model/cluster_profile.hpp"
#include "store/collection.hpp"

namespace ely::store::testing {

using ely::testing::enter_private_network;

struct WeaviateServerOptions {
    std::string version = "1.35.2";
    unsigned nodes = 1;
    std::vector<std::string> modules = {};                // beside backup-filesystem
    std::map<std::string, std::string> environment = {};  // for every node
    // Nobody gets in without a key: root-key may do everything, reader-key nothing until it is given a role
    // (POST /v1/authz/users/reader-user/assign).
    bool api_keys = false;
    // REST and gRPC with a certificate that ca_file() vouches for.
    bool tls = false;

    auto operator<=>(const WeaviateServerOptions&) const = default;
};

// Nodes are processes that die with the thread that started them: start servers in the main thread.
class WeaviateServer {
  public:
    // All nodes are ready when it returns.
    static Result<WeaviateServer> start(const WeaviateServerOptions& options);
    WeaviateServer(WeaviateServer&& other) noexcept;
    WeaviateServer& operator=(WeaviateServer&& other) noexcept;
    WeaviateServer(const WeaviateServer&) = delete;
    WeaviateServer& operator=(const WeaviateServer&) = delete;
    // Kills the nodes and removes their folder.
    ~WeaviateServer();

    // "http://127.0.0.1:PORT", "https://..." with tls.
    [[nodiscard]] std::string url(unsigned node = 0) const;
    // "127.0.0.1:PORT"
    [[nodiscard]] std::string grpc(unsigned node = 0) const;
    [[nodiscard]] Path data_folder(unsigned node = 0) const;
    // tls only.
    [[nodiscard]] Path ca_file() const;
    [[nodiscard]] int process_id(unsigned node = 0) const;
    [[nodiscard]] std::string log_tail(unsigned node = 0) const;

    // SIGKILL; the node is gone when it returns.
    void kill(unsigned node = 0);
    // SIGTERM: the node takes its leave of the others.
    void stop(unsigned node = 0);
    // Starts a node that was killed or stopped, with the same data and ports; it is ready when it returns.
    Result<void> restart(unsigned node = 0);

  private:
    struct State;
    explicit WeaviateServer(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

// How a store gets to it, without a key and with nothing but the system's authorities.
[[nodiscard]] model::ClusterAccess access_to(const WeaviateServer& server);

// A store there, whose collections are all gone.
[[nodiscard]] Result<std::unique_ptr<Store>> emptied_store(const model::ClusterAccess& access);

// The program's one server with these options, started when first asked for; it ends with the program.
[[nodiscard]] Result<WeaviateServer*> shared_weaviate(const WeaviateServerOptions& options = {});

}  // namespace ely::store::testing
