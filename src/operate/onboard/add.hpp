#pragma once

// A repository's first hour: look at it, say what would happen, then do it step by step. An add that fails is undone as
// a whole; one that is interrupted goes on when it is given again, as it was given the first time.

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
    std::string cluster;     // empty: the embedded store
    std::string collection;  // empty: the name
    std::string branch;
    std::string vectorizer;  // "local" or "none"; empty: as the collection has it, "local" for a new one
    std::string ids;         // "chunk" or "legacy"; empty: "chunk"
    std::vector<std::string> include_patterns;
    std::vector<std::string> exclude_patterns;
    std::uint64_t max_file_size = 0;
    std::string vector_model;  // of a vectorizer of the cluster's
    bool elysia = true;        // on a cluster: Elysia is told of the collection
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
// its name belongs to another one; conflict when the collection is not fit for what is asked, or an interrupted add was
// asked for otherwise.
[[nodiscard]] Result<AddPlan> plan_add(Workspace& workspace, const AddRequest& request, model::Progress& progress,
                                       std::stop_token stop = {});

struct AddReport {
    SyncReport sync;
    model::RepoEntry entry;
    std::string proof;  // the query that was asked in the end
};

// A plan that is not carried out: mgit's copy of a repository that nobody keeps goes.
[[nodiscard]] Result<void> abandon_plan(Workspace& workspace, const AddPlan& plan, std::stop_token stop = {});

// Collection, configuration, first sync, final check. An error undoes all that was made; when it was interrupted, or is
// an add that had been interrupted before, everything stays, and the hint says how to go on.
[[nodiscard]] Result<AddReport> add_repository(Workspace& workspace, AddPlan plan, model::Progress& progress,
                                               std::stop_token stop = {});

}  // namespace ely::operate
