#pragma once

// What an ingest did, file by file in sum: indexed + unchanged + skipped + failed = files of the stream's commit.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ely::model {

struct Failure {
    std::string path;
    std::string reason;
};

struct StageTime {
    std::string name;
    double seconds = 0;       // wall time from the stage's first item to its last
    double busy_seconds = 0;  // of all its workers together
};

// So many failures are told one by one; all of them are counted.
inline constexpr std::size_t k_reported_failures = 100;

struct IngestReport {
    std::string collection;
    std::string repository;
    std::string commit;
    std::uint64_t files = 0;    // of the commit
    std::uint64_t indexed = 0;  // written anew
    std::uint64_t unchanged = 0;
    std::uint64_t skipped = 0;
    std::uint64_t failed = 0;
    std::uint64_t unreadable_records = 0;  // part of failed: those that name no file, so that no list of files has them
    std::uint64_t removed = 0;             // documents that are gone; not part of the sum
    std::uint64_t documents = 0;           // in the collection for this repository afterwards
    std::uint64_t objects = 0;             // in the collection for this repository afterwards
    std::uint64_t chunks_written = 0;
    std::uint64_t embedded = 0;         // vectors computed
    std::uint64_t vectors_cached = 0;   // vectors taken from the cache
    std::uint64_t vectors_pending = 0;  // objects still without one
    std::uint64_t bytes = 0;            // of content read
    double seconds = 0;
    std::vector<StageTime> stages;
    std::map<std::string, std::uint64_t> skip_reasons;
    std::vector<Failure> failures;  // the first k_reported_failures
    bool complete = false;          // the stream's changeset was applied
    // Nothing was applied, because the stream does not continue what is indexed; why. Only a full stream can help.
    std::string needs_full;
};

}  // namespace ely::model
