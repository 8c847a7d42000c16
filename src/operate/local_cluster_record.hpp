#pragma once

// cluster.json, the record of a local cluster: which server, which ports, which processes. For this program alone and
// its owner's eyes; a record of a format that it does not know is refused.

#include <string>

#include "base/files.hpp"
#include "base/result.hpp"
#include "operate/local_cluster.hpp"

namespace ely::operate {

[[nodiscard]] Path record_file(const Path& cluster_folder);
// Atomically, mode 0600.
[[nodiscard]] Result<void> write_record(const LocalCluster& cluster);
// not_found when there is no file; corrupt.
[[nodiscard]] Result<LocalCluster> read_record(const Path& cluster_folder);

}  // namespace ely::operate
