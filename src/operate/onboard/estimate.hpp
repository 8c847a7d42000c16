#pragma once

// How long a first sync will take on this machine: from the rates of earlier runs, or from a short trial when there are
// none.

#include <stop_token>

#include "operate/onboard/add.hpp"

namespace ely::operate {

[[nodiscard]] Result<Estimate> estimate_add(Workspace& workspace, const Discovery& discovery,
                                            const model::RepoEntry& entry, std::stop_token stop = {});

}  // namespace ely::operate
