#pragma once

// A bare copy of a repository that mgit keeps and brings up to date through the git program: shallow unless the whole
// history is wanted, and with the wanted branch only. It is a cache: what is lost or damaged is fetched again. One
// process at a time holds a mirror.

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "changes/git/object_id.hpp"
#include "changes/git/remote.hpp"
#include "model/progress.hpp"

namespace ely::git {

// What the remote has, as far as asked.
struct RemoteHead {
    std::string default_branch;  // "main"; empty when the remote names none
    std::string branch;          // what was asked for, or the default branch; "HEAD" when the remote's HEAD is detached
    std::string reference;       // "refs/heads/main", "refs/tags/v1.0", "HEAD"
    ObjectId id;                 // of the commit, or of the annotated tag
    bool empty = false;          // the remote has no branch at all
};

struct UpdateOptions {
    std::string branch;    // empty: the remote's default branch. A branch, a tag, or a full reference
    bool history = false;  // keep all history rather than the last commit
    // Of the question to the remote; a fetch ends only when nothing comes any more.
    double timeout_seconds = 120;
};

struct Update {
    RemoteHead head;
    bool fetched = false;
};

class Mirror {
  public:
    // Below `data`; made when missing. conflict when another process holds it.
    static Result<Mirror> open(const Path& data, const Remote& remote);
    // One question to the remote; a fetch only when its answer differs from what is here.
    Result<Update> update(const UpdateOptions& options, model::Progress& progress, std::stop_token stop = {});
    // Keeps a commit's objects from being cleared away for as long as `key` points at it.
    Result<void> protect(const std::string& key, const ObjectId& commit);
    // Throws the copy away and begins an empty one: it was damaged.
    Result<void> reset();
    // Removes it, and what says whose it was; only the lock stays. The mirror is of no use afterwards.
    Result<void> discard();
    // Clears away what no branch and no delivery needs, once there is enough of it.
    Result<void> tidy();

    [[nodiscard]] const Path& git_dir() const { return m_git_dir; }
    [[nodiscard]] const Remote& remote() const { return m_remote; }

  private:
    Mirror(Path folder, Remote remote, FileLock lock);
    Result<void> prepare();
    Result<void> share_objects() const;
    Result<RemoteHead> ask(const UpdateOptions& options, const std::stop_token& stop) const;
    Result<RemoteHead> explain_missing(const std::string& branch, const std::string& default_branch,
                                       const std::stop_token& stop) const;
    Result<void> fetch(const RemoteHead& head, const UpdateOptions& options, model::Progress& progress,
                       const std::stop_token& stop);
    [[nodiscard]] std::optional<ObjectId> stored(const std::string& reference) const;
    [[nodiscard]] bool is_shallow() const;
    [[nodiscard]] bool shares_objects() const;

    Path m_folder;
    Path m_git_dir;
    Remote m_remote;
    FileLock m_lock;
};

}  // namespace ely::git
