#pragma once

// Reads trees and blobs of a bare copy, the one place that includes git2.h. Nothing here writes or uses the network. A
// Repository belongs to one thread at a time: open one per thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "changes/git/object_id.hpp"

namespace ely::git {

enum class EntryKind { file, executable, symlink, submodule };

struct Entry {
    std::string path;  // git's bytes, '/' between parts; not always UTF-8
    EntryKind kind = EntryKind::file;
    ObjectId id;

    bool operator==(const Entry&) const = default;
};

// One path of which two trees say different things: before, after or both are set.
struct EntryChange {
    std::optional<Entry> before;
    std::optional<Entry> after;

    [[nodiscard]] const std::string& path() const { return after ? after->path : before->path; }
};

struct Commit {
    ObjectId id;
    ObjectId tree;
    std::int64_t time = 0;  // Unix seconds, the committer's
};

// A blob's bytes, valid as long as this lives.
class Blob {
  public:
    Blob() = default;
    [[nodiscard]] std::string_view bytes() const { return m_bytes; }

  private:
    friend class Repository;
    std::shared_ptr<void> m_owner;
    std::string_view m_bytes;
};

// Where the repository in a folder (bare or not, a linked work tree too) has its objects; not_found when there is none.
[[nodiscard]] Result<Path> objects_folder(const Path& folder);

class Repository {
  public:
    // not_found when there is none.
    static Result<Repository> open(const Path& git_dir);
    Repository(Repository&& other) noexcept;
    Repository& operator=(Repository&& other) noexcept;
    Repository(const Repository&) = delete;
    Repository& operator=(const Repository&) = delete;
    ~Repository();

    // The commit behind a commit or an annotated tag. corrupt when the object is missing or damaged, here and below.
    [[nodiscard]] Result<Commit> commit(const ObjectId& id) const;
    [[nodiscard]] bool has(const ObjectId& id) const;
    // Every file of a tree, in the order of paths (by bytes).
    [[nodiscard]] Result<std::vector<Entry>> list(const ObjectId& tree) const;
    // In the order of paths. Looks only into folders that differ.
    [[nodiscard]] Result<std::vector<EntryChange>> compare(const ObjectId& before, const ObjectId& after) const;
    // Without reading its bytes.
    [[nodiscard]] Result<std::uint64_t> blob_size(const ObjectId& id) const;
    [[nodiscard]] Result<Blob> read_blob(const ObjectId& id) const;

  private:
    struct State;
    explicit Repository(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

}  // namespace ely::git
