#pragma once

// Undoes what sync left behind for a repository and a receiver: what was delivered last, and mgit's copy of the
// repository once no receiver is left. Streams that were delivered stay where they are.

#include "base/files.hpp"
#include "base/result.hpp"
#include "changes/git/remote.hpp"
#include "changes/scan/sync.hpp"

namespace ely::scan {

struct ForgetReport {
    bool delivery = false;  // there was one to forget
    bool copy = false;      // the copy is gone
};

// Forgetting what is not known is not an error. conflict when a sync of the repository runs.
[[nodiscard]] Result<ForgetReport> forget(const git::Remote& remote, const Target& target, const Path& data);

}  // namespace ely::scan
