#pragma once

// elysiactl's commands, each from the file of its name, and the table that help, completion and manual pages follow.

#include "programs/command.hpp"

namespace ely::programs {

extern const Command k_search;
extern const Command k_repo_list;
extern const Command k_repo_add;
extern const Command k_repo_sync;
extern const Command k_repo_status;
extern const Command k_repo_remove;
extern const Command k_index_sync;
extern const Command k_index_status;
extern const Command k_index_errors;
extern const Command k_col_ls;
extern const Command k_col_show;
extern const Command k_col_create;
extern const Command k_col_clear;
extern const Command k_col_rm;
extern const Command k_cluster_up;
extern const Command k_cluster_down;
extern const Command k_cluster_logs;
extern const Command k_embed_serve;
extern const Command k_cluster_add;
extern const Command k_cluster_list;
extern const Command k_cluster_show;
extern const Command k_cluster_use;
extern const Command k_cluster_remove;
extern const Command k_cluster_check;
extern const Command k_health;

[[nodiscard]] const Program& elysiactl_program();

}  // namespace ely::programs
