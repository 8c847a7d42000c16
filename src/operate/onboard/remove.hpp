#pragma once

// The end of a repository's life here, and the undoing of an add that failed: both take away the same things in the
// same order, so that a kill leaves a repository that can be removed again.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/repo_entry.hpp"
#include "operate/workspace.hpp"

namespace ely::operate {

struct RemoveReport {
    std::uint64_t objects = 0;  // removed from the collection
    bool collection_dropped = false;
    std::vector<std::string> notes;  // what could not be cleared away and does no harm
};

struct Withdrawal {
    bool objects = false;           // the repository's objects go
    bool empty_collection = false;  // then the collection too, when nothing is left in it
};

// Takes away objects, what the ledger knows, streams that wait, mgit's copy, and last the entry itself. The caller
// holds the repository's lock.
[[nodiscard]] Result<RemoveReport> withdraw(Workspace& workspace, const model::RepoEntry& entry,
                                            const Withdrawal& withdrawal, std::stop_token stop = {});

// Ends the care for a repository. With `delete_collection` its objects go too, and the collection if nothing else is in
// it. conflict when the repository is being worked on; not_found when it is gone already.
[[nodiscard]] Result<RemoveReport> remove_repository(Workspace& workspace, const std::string& name,
                                                     bool delete_collection, std::stop_token stop = {});

}  // namespace ely::operate
