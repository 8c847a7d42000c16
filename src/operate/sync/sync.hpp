#pragma once

// Brings a repository's collection up to date: mgit delivers what changed into the spool, the streams that wait there
// are applied in order, vectors are filled in, Elysia is told. Each part can be killed; the next call goes on.

#include <optional>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "model/ingest_report.hpp"
#include "model/progress.hpp"
#include "model/repo_entry.hpp"
#include "operate/code_collection.hpp"
#include "operate/sync/elysia.hpp"
#include "operate/workspace.hpp"

namespace ely::operate {

struct SyncOptions {
    bool full = false;                  // a full stream, whatever was delivered before
    std::optional<std::string> branch;  // follow this one from now on; empty: the remote's default branch
};

struct SyncReport {
    model::IngestReport ingest;  // totals are the repository's; indexed, removed and the like this call's
    bool changed = false;        // the remote had something new
    bool full = false;
    std::string full_reason;
    std::string branch;
    double mgit_seconds = 0;
    // How Elysia can ask the collection now; nullopt when it cannot, is not wanted to, or could not be told.
    std::optional<elysia::Reach> elysia = std::nullopt;
};

// conflict when the repository is being worked on. The run, its failures and its rates go to the state database,
// whatever the outcome; `entry` is the repository's as it is afterwards. Another branch is kept only when the sync
// succeeds.
[[nodiscard]] Result<SyncReport> sync_repository(Workspace& workspace, model::RepoEntry& entry,
                                                 const SyncOptions& options, model::Progress& progress,
                                                 std::stop_token stop = {});

// The same for a caller who holds the repository's lock.
[[nodiscard]] Result<SyncReport> sync_locked(Workspace& workspace, model::RepoEntry& entry, const SyncOptions& options,
                                             model::Progress& progress, std::stop_token stop = {});

// Applies what waits in the collection's spool folder, oldest first, and sums the reports up. A stream that cannot be
// applied is moved to error/ with its report: damaged ones return their error, those that do not continue what is
// indexed set needs_full.
[[nodiscard]] Result<model::IngestReport> apply_pending(Workspace& workspace, const CodeCollection& to,
                                                        const index::IngestOptions& options, model::Progress& progress,
                                                        std::stop_token stop = {});

// Fills in missing vectors, if the collection has any to fill in, and adds what it did to the report.
[[nodiscard]] Result<void> fill_vectors(Workspace& workspace, store::Collection& collection,
                                        model::IngestReport& report, model::Progress& progress,
                                        std::stop_token stop = {});

}  // namespace ely::operate
