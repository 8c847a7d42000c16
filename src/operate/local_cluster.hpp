#pragma once

// A Weaviate cluster on this machine for people who have none: up and down. Its nodes are daemons in folders of their
// own under <data>/clusters/<name>; what runs is found again by the record there. It listens on the loopback interface
// as far as the server lets it, asks for no key, and is no place for other people's data.

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/background_process.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "model/progress.hpp"
#include "operate/server_program.hpp"
#include "store/weaviate_server/launch.hpp"

namespace ely::operate {

struct LocalNode {
    store::NodePorts ports;
    ProcessIdentity process;  // pid 0: it was ended

    [[nodiscard]] bool runs() const { return is_running(process); }
};

// As it is recorded in cluster.json.
struct LocalCluster {
    std::string name;
    Path folder;
    ServerProgram server;
    std::string version;         // as the server said; empty before its first start
    std::string embed_endpoint;  // for text2vec-transformers; empty: without that module
    std::vector<LocalNode> nodes;

    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::string grpc() const;
    [[nodiscard]] unsigned running() const;
    [[nodiscard]] store::Launch launch() const;
};

[[nodiscard]] Path local_cluster_folder(const Path& data_folder, const std::string& name);
// not_found when there is none of that name, corrupt when its record cannot be understood.
[[nodiscard]] Result<LocalCluster> read_local_cluster(const Path& data_folder, const std::string& name);

struct UpRequest {
    std::string name = "local";
    std::optional<unsigned> nodes;              // of a new cluster 1; of an old one, as many as it has
    ServerChoice server;                        // empty: as before, else what find_server finds
    std::optional<std::string> embed_endpoint;  // not given: as before
    std::chrono::seconds patience{120};
};

struct UpReport {
    LocalCluster cluster;
    bool created = false;
    unsigned started = 0;
    // Ports that other machines can reach.
    std::vector<std::uint16_t> open_ports;
    double seconds = 0;
};

// Starts what does not run and waits until all nodes are ready. When that fails, what it has started is ended again.
// conflict when what is asked for differs from what runs, and when a port that the cluster had is taken.
[[nodiscard]] Result<UpReport> bring_up(const Path& data_folder, const UpRequest& request,
                                        const model::Variable& variable, model::Progress& progress,
                                        const std::stop_token& stop);

struct DownReport {
    LocalCluster cluster;
    unsigned ended = 0;
    unsigned killed = 0;  // of them, those that did not end when asked
    bool deleted = false;
};

// Ends the nodes: asked first, killed after `patience`. Then, if asked for, deletes the cluster's folder.
[[nodiscard]] Result<DownReport> bring_down(const Path& data_folder, const std::string& name, bool delete_data,
                                            std::chrono::seconds patience, model::Progress& progress);

}  // namespace ely::operate
