#pragma once

// The records of a stream: what changed between two trees, as lines in the order of paths. Several threads read, judge
// and write lines; the caller gets them in order. It decides nothing about where a stream starts from (see sync.hpp).

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "changes/detect/inclusion.hpp"
#include "changes/git/repository.hpp"
#include "changes/scan/file_judge.hpp"
#include "model/change.hpp"
#include "model/progress.hpp"

namespace ely::scan {

struct RecordPlan {
    model::Operation operation = model::Operation::add;
    git::Entry entry;          // of the new tree; of the old one for a removal
    std::string renamed_from;  // git's bytes
};

// Every path of a tree.
[[nodiscard]] std::vector<RecordPlan> plan_full(std::vector<git::Entry> entries);
// What differs. An executable bit alone is no difference; a file that becomes a link or a submodule is. An added file
// whose very content was at a removed path is renamed from there.
[[nodiscard]] std::vector<RecordPlan> plan_difference(const std::vector<git::EntryChange>& changes);

struct ReasonTally {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> examples;  // the first few paths
    bool operator==(const ReasonTally&) const = default;
};

struct RecordTally {
    std::uint64_t records = 0;
    std::uint64_t added = 0;
    std::uint64_t modified = 0;
    std::uint64_t removed = 0;
    std::uint64_t indexed = 0;  // with content
    std::uint64_t indexed_bytes = 0;
    std::map<std::string, ReasonTally, std::less<>> skipped;
};

struct RecordRequest {
    Path git_dir;
    std::string repository;  // its canonical name
    const detect::Inclusion* inclusion = nullptr;
    unsigned threads = 2;
    Unreadable unreadable = Unreadable::error;
};

using LineSink = std::function<Result<void>(std::string_view lines, std::uint64_t records)>;

[[nodiscard]] Result<RecordTally> write_records(const RecordRequest& request, const std::vector<RecordPlan>& plan,
                                                const LineSink& sink, model::Progress& progress,
                                                const std::stop_token& stop);

}  // namespace ely::scan
