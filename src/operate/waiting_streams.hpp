#pragma once

// What waits in a collection's spool folder, seen as repositories' streams: the spool itself never looks into a stream.

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

}  // namespace ely::operate
