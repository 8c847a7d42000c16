#pragma once

// The folder through which change streams are handed over: pending/<collection>/. A writer makes a file appear whole; a
// reader claims one by renaming it into claimed/, then archives it or moves it to error/ with a report beside it. Any
// number of writers, and readers one at a time, in any processes, lose nothing and apply nothing twice.
// doc/formats/spool.md is the contract. It never looks into a stream.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::stream {

// A stream that this process has claimed; the claim holds the collection's lock, which ends with the process, so a file
// whose claimer died can be claimed again. One that is merely dropped stays first in line.
class Claim {
  public:
    [[nodiscard]] const Path& file() const { return m_file; }
    [[nodiscard]] const std::string& name() const { return m_name; }
    // Where it goes when it has been applied, with its report; then the claim ends.
    Result<Path> archive(std::string_view report_json);
    // Where it goes when it could not be applied.
    Result<Path> reject(std::string_view report_json);
    // Back to where it was, for another try.
    Result<void> release();

  private:
    friend class Spool;
    Claim(Path root, std::string collection, Path file, FileLock lock);
    Result<Path> move_to(std::string_view folder, std::string_view report_json);
    Path m_root;
    std::string m_collection;
    Path m_file;
    std::string m_name;
    std::optional<FileLock> m_lock;
};

struct SpoolEntry {
    std::string name;
    Path file;
    std::uint64_t bytes = 0;
};

class Spool {
  public:
    // root/pending/<collection>; made if missing. usage for a name that is not one plain path part.
    static Result<Spool> open(const Path& root, std::string_view collection);
    // A name for a new stream; sorts behind all that were there. Write it with StreamWriter,
    // AtomicFile::Exists::refuse.
    [[nodiscard]] Path new_file(const Clock& clock, std::string_view ending = ".jsonl.zst") const;
    // What waits, oldest first; those that are claimed, or were by a process that died, too.
    [[nodiscard]] Result<std::vector<SpoolEntry>> pending() const;
    // The oldest; nullopt when there is none. conflict while another claim of this collection is held, here or in
    // another process: streams apply in order, one at a time.
    [[nodiscard]] Result<std::optional<Claim>> claim_next() const;
    // Moves to error/ those that `unwanted` says yes to, with this report beside each. How many. conflict as above.
    [[nodiscard]] Result<std::uint64_t> set_aside(const std::function<bool(const Path&)>& unwanted,
                                                  std::string_view report_json) const;
    struct Swept {
        std::uint64_t partial_files = 0;
        std::uint64_t archived_streams = 0;
    };
    // Removes what dead writers left (older than a day) and archived streams older than `keep_archived`.
    [[nodiscard]] Result<Swept> sweep(const Clock& clock, std::chrono::seconds keep_archived) const;
    [[nodiscard]] const Path& folder() const { return m_folder; }

  private:
    Spool(Path root, std::string collection);
    [[nodiscard]] Path claimed_folder() const;
    Path m_root;
    std::string m_collection;
    Path m_folder;
};

}  // namespace ely::stream
