#pragma once

// mgit's commands, each from the file of its name, and the table that help, completion and manual pages follow.

#include "programs/command.hpp"

namespace ely::programs {

[[nodiscard]] const Program& mgit_program();

extern const Command k_mgit_inspect;
extern const Command k_mgit_sync;
extern const Command k_mgit_forget;
extern const Command k_stream_show;

}  // namespace ely::programs
