#pragma once

// A collection's spool folder as a repository's life needs it: the spool itself never looks into a stream, and knows
// neither repositories nor how long anybody cares.

#include <chrono>
#include <cstdint>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"
#include "model/repo_entry.hpp"
#include "operate/workspace.hpp"

namespace ely::operate {

// The canonical name of the repository that a stream's first good record names; empty when none does.
[[nodiscard]] Result<std::string> repository_of_stream(const Path& file);

// Moves the streams of a repository that nobody keeps any more to error/, with the reason, so that no later sync of
// another repository in the same collection applies them. How many. conflict while streams are being applied.
[[nodiscard]] Result<std::uint64_t> set_aside_streams(Workspace& workspace, const model::RepoEntry& entry,
                                                      const std::string& reason);

// Removes streams that were applied longer ago than `keep`, and what dead writers left; `keep` below zero: all of them.
[[nodiscard]] Result<void> clear_applied_streams(Workspace& workspace, const model::CollectionAddress& collection,
                                                 std::chrono::seconds keep);

}  // namespace ely::operate
