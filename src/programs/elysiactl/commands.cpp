#include "programs/elysiactl/commands.hpp"

#include <array>

namespace ely::programs {
namespace {

constexpr std::array k_groups{
    Group{"repo", "Repositories: add, list, sync, remove"},
    Group{"index", "Apply change streams to a collection"},
    Group{"col", "Collections: list, show, create, clear, remove"},
    Group{"cluster", "Weaviate clusters: add, list, show, check, use, remove; one on this machine: up, down, logs"},
    Group{"embed", "The local model, served to others"},
    Group{"config", "Settings and where they come from"},
};

const std::array k_commands{
    &k_search,        &k_repo_add,       &k_repo_list,    &k_repo_status,  &k_repo_sync,    &k_repo_remove,
    &k_index_sync,    &k_index_status,   &k_index_errors, &k_col_ls,       &k_col_show,     &k_col_create,
    &k_col_clear,     &k_col_rm,         &k_cluster_add,  &k_cluster_list, &k_cluster_show, &k_cluster_use,
    &k_cluster_check, &k_cluster_remove, &k_cluster_up,   &k_cluster_down, &k_cluster_logs, &k_health,
    &k_embed_serve,   &k_config_show,    &k_config_path,  &k_config_set,   &k_completion,   &k_man,
};

}  // namespace

const Program& elysiactl_program() {
    static const Program program{
        .name = "elysiactl",
        .summary = "turns Git repositories into collections that answer questions",
        .description = "Start with \"elysiactl repo add URL\", then \"elysiactl search QUESTION\".",
        .groups = k_groups,
        .commands = k_commands};
    return program;
}

}  // namespace ely::programs
