#pragma once

// Which store a command means, and how it is opened: the name that flag, environment, config.yaml or clusters.yaml
// gives, and the profile or the standard variables behind the name. Names are as RepoEntry::cluster has them: empty is
// the embedded store. Nothing here keeps a store open; the workspace does.

#include <optional>
#include <string>

#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "model/repo_entry.hpp"
#include "model/settings.hpp"

namespace ely::operate {

// Where collections are when nobody asks otherwise. not_found when there is no such profile.
[[nodiscard]] Result<std::string> chosen_cluster(const model::Settings& settings);

// What a flag of this command asks for; nullopt when it has none. not_found as above.
[[nodiscard]] Result<std::optional<std::string>> cluster_flag(const model::Settings& settings);

// A repository stays where it is: usage when a flag asks for it elsewhere.
[[nodiscard]] Result<void> check_cluster_flag(const model::Settings& settings, const model::RepoEntry& entry);

// With its secrets read; `cluster` is not empty.
[[nodiscard]] Result<model::ClusterAccess> access_of(const model::Settings& settings, const model::Variable& variable,
                                                     const std::string& cluster);

// "the embedded store", "cluster team".
[[nodiscard]] std::string store_text(const std::string& cluster);

}  // namespace ely::operate
