#pragma once

// Files on the local disk: whole-file reads, writes that appear whole or not at all, and locks between processes.
// It does not know any format, and it never follows a path that the caller did not give.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ely {

using Path = std::filesystem::path;

[[nodiscard]] Result<std::string> read_file(const Path& path);

// At most `limit` bytes from the start.
[[nodiscard]] Result<std::string> read_file_start(const Path& path, std::size_t limit);

[[nodiscard]] Result<void> make_directories(const Path& path);

// fsync of a directory, so that a rename in it survives a power cut.
[[nodiscard]] Result<void> sync_directory(const Path& path);

// A file under a temporary name in the target's folder; commit() makes it appear under its own name, after fsync of the
// file and followed by fsync of the folder. Without commit() the destructor removes it. Not thread-safe. Move only.
class AtomicFile {
  public:
    enum class Exists { replace, refuse };

    static Result<AtomicFile> create(const Path& target, unsigned mode = 0644);
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    // Buffered. An error (a full disk, say) is final: commit() then fails too.
    Result<void> write(std::string_view bytes);
    // `refuse`: already_exists when another writer made the target first; the content is then dropped.
    Result<void> commit(Exists exists = Exists::replace);
    [[nodiscard]] const Path& temporary_path() const { return m_temporary; }
    [[nodiscard]] std::uint64_t bytes_written() const { return m_written; }

  private:
    AtomicFile() = default;
    Result<void> flush();
    void abandon();

    int m_descriptor = -1;
    Path m_target;
    Path m_temporary;
    std::string m_buffer;
    std::uint64_t m_written = 0;
    bool m_failed = false;
};

[[nodiscard]] Result<void> write_file_atomic(const Path& path, std::string_view bytes, unsigned mode = 0644);

// rename(2), then fsync of both folders. not_found when the source is gone (somebody else claimed it).
[[nodiscard]] Result<void> rename_durably(const Path& from, const Path& to);
// Like rename_durably, but fails with already_exists rather than replace `to`.
[[nodiscard]] Result<void> rename_durably_new(const Path& from, const Path& to);

// An advisory lock (flock) on a file that is created if missing; freed by the destructor or the process's end.
class FileLock {
  public:
    // Fails with conflict, naming the holder's process id where known, when another process holds it.
    static Result<FileLock> try_acquire(const Path& path);
    // Tries again for so long before it fails with conflict.
    static Result<FileLock> acquire(const Path& path, std::chrono::milliseconds patience);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

  private:
    explicit FileLock(int descriptor) : m_descriptor(descriptor) {}
    int m_descriptor = -1;
};

// "~" and "~/x" by HOME; everything else unchanged.
[[nodiscard]] Path expand_home(std::string_view path);

}  // namespace ely
