#pragma once

// What the cluster commands show of a cluster: its profile without any secret, and who uses it. It connects to nothing.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/cluster_file.hpp"
#include "programs/command.hpp"

namespace ely::programs {

struct ClusterFacts {
    model::ClusterProfile profile;  // values of headers as they may be shown, the gRPC address filled in
    bool tls = false;               // of gRPC
    std::string key;                // where it comes from: "variable KEY", "file /x/key", "none"
    bool chosen = false;
    std::vector<std::string> repositories;
    std::optional<Error> trouble;  // why it cannot be used as things are: a variable that is not set, say
};

[[nodiscard]] Path cluster_file_of(const Context& context);

[[nodiscard]] Result<ClusterFacts> facts_of(const Context& context, const model::ClusterProfile& profile,
                                            const model::ClusterFile& file);
// The cluster that the standard variables describe.
[[nodiscard]] Result<ClusterFacts> facts_of_environment(const Context& context, const model::ClusterFile& file);
// The repositories under care that are kept there, by name.
[[nodiscard]] Result<std::vector<std::string>> repositories_on(const Context& context, std::string_view cluster);

[[nodiscard]] nlohmann::ordered_json to_json(const ClusterFacts& facts);
[[nodiscard]] std::string to_text(const Context& context, const ClusterFacts& facts);

}  // namespace ely::programs
