#pragma once

// A repository's first hour: look at it, say what would happen, then do it step by step. Each step can be undone, so an
// add that fails leaves nothing behind, and one that is interrupted goes on when it is given again.

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/progress.hpp"
#include "model/repo_entry.hpp"
#include "operate/mgit_program.hpp"
#include "operate/sync/sync.hpp"
#include "operate/workspace.hpp"

namespace ely::operate {

struct AddRequest {
    std::string url;
    std::string name;        // empty: the repository's own
    std::string collection;  // empty: the name
    std::string branch;
    std::string vectorizer = "local";
    std::string ids = "chunk";
    std::vector<std::string> include_patterns;
    std::vector<std::string> exclude_patterns;
    std::uint64_t max_file_size = 0;
};

struct Estimate {
    std::uint64_t chunks = 0;
    double seconds_to_words = 0;    // until all of it can be searched by words
    double seconds_to_vectors = 0;  // until it can be searched by meaning too
    bool measured = false;          // from this machine's own rates; else from a short trial
};

struct AddPlan {
    Discovery discovery;
    model::RepoEntry entry;
    bool collection_exists = false;
    bool resumes = false;  // an add of the same repository was interrupted
    Estimate estimate;
};

// Looks at the repository; changes nothing but mgit's own copy of it. already_exists when it is under care already, or
// its name belongs to another one; conflict when the collection is not fit for code.
[[nodiscard]] Result<AddPlan> plan_add(Workspace& workspace, const AddRequest& request, model::Progress& progress,
                                       std::stop_token stop = {});

struct AddReport {
    SyncReport sync;
    model::RepoEntry entry;
    std::string proof;  // the query that was asked in the end
};

// Collection, configuration, first sync, final check. An error undoes what was made unless something was indexed
// already; its hint says how to go on.
[[nodiscard]] Result<AddReport> add_repository(Workspace& workspace, AddPlan plan, model::Progress& progress,
                                               std::stop_token stop = {});

struct RemoveReport {
    std::uint64_t objects = 0;  // removed from the collection
    bool collection_dropped = false;
};

// Ends the care for a repository. With `delete_collection` its objects go too, and the collection if nothing else is in
// it.
[[nodiscard]] Result<RemoveReport> remove_repository(Workspace& workspace, const model::RepoEntry& entry,
                                                     bool delete_collection, std::stop_token stop = {});

}  // namespace ely::operate
