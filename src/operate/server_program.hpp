#pragma once

// Which weaviate-server a local cluster is made of: one that was named, one found on this machine, or the image of a
// container runtime that runs. It installs nothing and starts no server.

#include <optional>
#include <stop_token>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "store/weaviate_server/launch.hpp"

namespace ely::operate {

struct ServerChoice {
    Path program;         // --server; empty: look for one
    std::string version;  // --version; empty: any, the newest where several are known
};

struct ServerProgram {
    Path program;
    std::optional<store::ServerContainer> container;  // instead of a program

    // The program's path, or the runtime and the image.
    [[nodiscard]] std::string text() const;
    bool operator==(const ServerProgram&) const = default;
};

// In this order: the one named, WEAVIATE_SERVER, PATH, the newest built for tests in the cache folder of dependencies,
// docker or podman where one answers. A version asked for is looked for in the last two, whose versions are known.
// not_found with the commands that get one. `container_name`: for containers, see store::ServerContainer.
[[nodiscard]] Result<ServerProgram> find_server(const ServerChoice& choice, const std::string& container_name,
                                                const model::Variable& variable, const std::stop_token& stop);

}  // namespace ely::operate
