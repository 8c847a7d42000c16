#pragma once

// The workspace of one command: what the user says about it goes in, what clusters have to say comes out.

#include "operate/workspace.hpp"
#include "programs/command.hpp"

namespace ely::programs {

// Warnings of clusters go to standard error, unless --quiet is given; an interruption ends what they are asked. The
// context must outlive it.
[[nodiscard]] operate::Workspace open_workspace(Context& context);

}  // namespace ely::programs
