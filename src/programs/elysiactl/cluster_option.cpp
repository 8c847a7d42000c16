#include "programs/elysiactl/cluster_option.hpp"

#include <algorithm>

#include "operate/clusters.hpp"

namespace ely::programs {

void add_cluster_option(CommandLine& line) {
    line.add_setting("--cluster", "cluster", "where collections are: a cluster, embedded or environment")
        ->type_name("NAME");
}

void add_cluster_option_of_repository(CommandLine& line) {
    line.add_setting("--cluster", "cluster", "only when it is kept there; a repository's own cluster is used anyway")
        ->type_name("NAME");
}

void add_cluster_option_of_health(CommandLine& line) {
    line.add_setting("--cluster", "cluster", "only this one: a cluster, embedded or environment")->type_name("NAME");
}

Result<void> keep_of_cluster(const Context& context, std::vector<model::RepoEntry>& entries) {
    ELY_TRY_ASSIGN(const auto cluster, operate::cluster_flag(context.settings));
    if (cluster) std::erase_if(entries, [&](const model::RepoEntry& entry) { return entry.cluster != *cluster; });
    return {};
}

bool has_cluster(const std::vector<model::RepoEntry>& entries) {
    return std::ranges::any_of(entries, [](const model::RepoEntry& entry) { return !entry.cluster.empty(); });
}

}  // namespace ely::programs
