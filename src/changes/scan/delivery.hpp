#pragma once

// What was delivered last, of a repository to a target: the state that makes the next stream an incremental one. One
// small JSON file each. A missing or unreadable one costs a full stream, never a wrong one.

#include <cstdint>
#include <optional>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::scan {

// Tells a file that we wrote from one that somebody put in its place.
struct FileIdentity {
    std::uint64_t inode = 0;
    std::uint64_t bytes = 0;
    std::int64_t modified = 0;  // nanoseconds
    bool operator==(const FileIdentity&) const = default;
};
[[nodiscard]] std::optional<FileIdentity> identity_of(const Path& file);

struct Delivery {
    std::string repository;
    std::string target;
    std::string branch;
    std::string reference;     // "refs/heads/main"
    std::string reference_id;  // what the remote's reference was: a commit, or an annotated tag
    std::string commit;        // empty for an empty repository
    std::string tree;
    std::string parent;  // the commit that the last stream started from; empty when it was full
    std::string rules;   // digest of the options that shape records
    std::string delivered_at;
    FileIdentity file;
    // A stream was about to appear when this was written. Found by a later run, it means that nobody knows whether it
    // did: only a full stream is right then.
    bool in_flight = false;
};

class DeliveryStore {
  public:
    explicit DeliveryStore(const Path& data) : m_folder(data / "deliveries") {}
    // The key of a repository and a target, fit for a file name and a git reference.
    [[nodiscard]] static std::string key(const std::string& repository, const std::string& target);
    // nullopt when there is none, or none that can be read.
    [[nodiscard]] std::optional<Delivery> load(const std::string& key) const;
    Result<void> save(const std::string& key, const Delivery& delivery) const;

  private:
    Path m_folder;
};

}  // namespace ely::scan
