#pragma once

// clusters.yaml, beside config.yaml: the profiles of clusters by name, and which of them is used when nothing else says
// so. It is written whole, for the owner's eyes alone; what a person writes into it is checked with file and line.

#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"

namespace ely::model {

struct ClusterFile {
    std::string chosen;                    // `default:`; empty: the embedded store
    std::vector<ClusterProfile> profiles;  // sorted by name

    [[nodiscard]] const ClusterProfile* find(std::string_view name) const;
    // not_found, with the names that there are.
    [[nodiscard]] Result<ClusterProfile> require(std::string_view name) const;
    // Inserts or replaces by name.
    void put(ClusterProfile profile);
    void erase(std::string_view name);
};

[[nodiscard]] Path cluster_file_path(const Path& config_folder);

// A missing file has no profile. usage with file:line; unauthorized when a header's value stands in a file that others
// than its owner can read.
[[nodiscard]] Result<ClusterFile> read_cluster_file(const Path& file);
// Atomically, mode 0600. Its folder is made if missing.
[[nodiscard]] Result<void> write_cluster_file(const Path& file, const ClusterFile& content);
// Held from reading to writing by whoever changes the file.
[[nodiscard]] Result<FileLock> lock_cluster_file(const Path& file);

}  // namespace ely::model
