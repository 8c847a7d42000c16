#pragma once

// mgit's main pipeline: bring the copy of a repository up to date, compare what was delivered last with what is there
// now, write the difference as a change stream, remember what was delivered. Crashing anywhere leaves the old state, or
// the new stream with the old state: then the next run writes a full stream, and nothing is lost. It prints nothing and
// does not read streams.

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "changes/detect/inclusion.hpp"
#include "changes/git/mirror.hpp"
#include "changes/scan/records.hpp"
#include "model/progress.hpp"

namespace ely::scan {

// Where the stream goes: a file of this name, replaced each time, or a new file in a collection's spool folder.
struct Target {
    Path file;
    Path spool_root;
    std::string collection;

    [[nodiscard]] bool is_spool() const { return !spool_root.empty(); }
    // A file in a folder called "pending" is handed over: whoever applies it takes it away. One that is still there
    // has not been applied, and what replaces it must hold its changes too.
    [[nodiscard]] bool is_handed_over() const { return !is_spool() && file.parent_path().filename() == "pending"; }
    // The same for the same receiver.
    [[nodiscard]] std::string key() const;
};

struct SyncRequest {
    git::Remote remote;
    Target target;
    git::UpdateOptions update;
    detect::InclusionOptions inclusion;
    bool full = false;  // a full stream even where an incremental one would do
    unsigned threads = 2;
    Path data;  // where copies and deliveries are kept
};

enum class Outcome { unchanged, incremental, full };

struct SyncReport {
    std::string repository;
    std::string url;
    std::string default_branch;
    std::string branch;
    std::string commit;
    std::string parent;  // the commit that the stream starts from
    std::string tree;
    Outcome outcome = Outcome::unchanged;
    std::string full_because;  // of a full stream: why
    bool fetched = false;
    Path stream;  // empty when none was written
    RecordTally tally;
    double fetch_seconds = 0;
    double scan_seconds = 0;
    double seconds = 0;
};

[[nodiscard]] Result<SyncReport> sync(const SyncRequest& request, const Clock& clock, model::Progress& progress,
                                      const std::stop_token& stop = {});

// The digest of the options that shape records.
[[nodiscard]] std::string rules_digest(const detect::InclusionOptions& options);

}  // namespace ely::scan
