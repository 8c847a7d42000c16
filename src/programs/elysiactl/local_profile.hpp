#pragma once

// The profile under which other commands know a local cluster: written when it is up, taken away with its data. A
// profile of the same name that is the user's own is never touched.

#include "base/result.hpp"
#include "model/settings.hpp"
#include "operate/local_cluster.hpp"

namespace ely::programs {

// conflict when the user's own profile has this name already.
[[nodiscard]] Result<void> check_profile_is_ours(const model::Folders& folders, const std::string& name);
[[nodiscard]] Result<void> register_profile(const model::Folders& folders, const operate::LocalCluster& cluster);
// Whether there was one.
[[nodiscard]] Result<bool> forget_profile(const model::Folders& folders, const operate::LocalCluster& cluster);

}  // namespace ely::programs
