#pragma once

// The folder through which change streams are handed over: pending/<collection>/. A writer makes a file appear whole; a
// reader claims one by renaming it into claimed/, then archives it or moves it to error/ with a report beside it. Two
// writers or two readers, in any processes, lose nothing and apply nothing twice. doc/formats/spool.md is the contract.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::stream {

// A stream that this process has claimed; the claim is a lock that ends with the process, so a file whose claimer died
// can be claimed again.
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
    Claim(Path root, Path file, std::string name, FileLock lock)
        : m_root(std::move(root)), m_file(std::move(file)), m_name(std::move(name)), m_lock(std::move(lock)) {}
    Result<Path> move_to(std::string_view folder, std::string_view report_json);
    Path m_root;
    Path m_file;
    std::string m_name;
    FileLock m_lock;
};

struct SpoolEntry {
    std::string name;
    Path file;
    std::uint64_t bytes = 0;
};

class Spool {
  public:
    // root/pending/<collection>; made if missing.
    static Result<Spool> open(const Path& root, std::string_view collection);
    // A name for a new stream; sorts behind all that were there: time, then process and number.
    [[nodiscard]] Path new_file(const Clock& clock, std::string_view ending = ".jsonl.zst") const;
    // What waits, oldest first; claimed ones of dead processes too.
    [[nodiscard]] Result<std::vector<SpoolEntry>> pending() const;
    // The oldest that nobody holds; nullopt when there is none.
    [[nodiscard]] Result<std::optional<Claim>> claim_next() const;
    [[nodiscard]] const Path& folder() const { return m_folder; }

  private:
    explicit Spool(Path folder) : m_folder(std::move(folder)) {}
    Path m_folder;
};

}  // namespace ely::stream
