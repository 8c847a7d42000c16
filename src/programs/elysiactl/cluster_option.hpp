#pragma once

// --cluster, as every command has it that touches collections.

#include <vector>

#include "model/repo_entry.hpp"
#include "programs/command.hpp"

namespace ely::programs {

// Which store's collections: the chosen one by default.
void add_cluster_option(CommandLine& line);
// Of a command that is about one repository, or all of them.
void add_cluster_option_of_repository(CommandLine& line);

// Of the look at all stores.
void add_cluster_option_of_health(CommandLine& line);

// Takes out those that are not where the flag says, if there is one.
[[nodiscard]] Result<void> keep_of_cluster(const Context& context, std::vector<model::RepoEntry>& entries);
// Whether a table of these says where each of them is.
[[nodiscard]] bool has_cluster(const std::vector<model::RepoEntry>& entries);

}  // namespace ely::programs
