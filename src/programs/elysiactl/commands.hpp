#pragma once

// elysiactl's commands, each from the file of its name, and the table that help, completion and manual pages follow.

#include "programs/command.hpp"

namespace ely::programs {

extern const Command k_repo_list;

[[nodiscard]] const Program& elysiactl_program();

}  // namespace ely::programs
