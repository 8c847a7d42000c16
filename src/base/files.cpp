#include "base/files.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/crash_point.hpp"

namespace ely {
namespace {

constexpr std::size_t k_buffer_bytes = 1U << 20U;

Result<void> write_all(int descriptor, std::string_view bytes, const Path& path) {
    while (!bytes.empty()) {
        const auto n = ::write(descriptor, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(errno_error(errno, "cannot write " + path.string()));
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Path parent_of(const Path& path) {
    return path.has_parent_path() ? path.parent_path() : Path(".");
}

}  // namespace

Result<std::string> read_file_start(const Path& path, std::size_t limit) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(errno_error(errno, "cannot open " + path.string()));
    struct stat status {};
    std::string out;
    if (::fstat(descriptor, &status) == 0 && status.st_size > 0) {
        out.reserve(std::min(limit, static_cast<std::size_t>(status.st_size)));
    }
    char buffer[1U << 16U];
    while (out.size() < limit) {
        const auto n = ::read(descriptor, buffer, std::min(sizeof buffer, limit - out.size()));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int saved = errno;
            ::close(descriptor);
            return fail(errno_error(saved, "cannot read " + path.string()));
        }
        if (n == 0) break;
        out.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(descriptor);
    return out;
}

Result<std::string> read_file(const Path& path) {
    return read_file_start(path, static_cast<std::size_t>(-1));
}

Result<void> make_directories(const Path& path) {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code) return fail(errno_error(code.value(), "cannot create folder " + path.string()));
    return {};
}

Result<void> sync_directory(const Path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return fail(errno_error(errno, "cannot open folder " + path.string()));
    const int status = ::fsync(descriptor);
    const int saved = errno;
    ::close(descriptor);
    if (status != 0) return fail(errno_error(saved, "cannot sync folder " + path.string()));
    return {};
}

Result<AtomicFile> AtomicFile::create(const Path& target, unsigned mode) {
    ELY_TRY(make_directories(parent_of(target)));
    static std::atomic<unsigned> counter{0};
    AtomicFile file;
    file.m_target = target;
    // A leading dot and ".partial" keep readers of the folder away from it.
    file.m_temporary = parent_of(target) /
                       fmt::format(".{}.{}.{}.partial", target.filename().string(), ::getpid(), counter.fetch_add(1));
    file.m_descriptor = ::open(file.m_temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (file.m_descriptor < 0) return fail(errno_error(errno, "cannot create " + file.m_temporary.string()));
    return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)),
      m_target(std::move(other.m_target)),
      m_temporary(std::move(other.m_temporary)),
      m_buffer(std::move(other.m_buffer)),
      m_written(other.m_written),
      m_failed(other.m_failed) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
    if (this == &other) return *this;
    abandon();
    m_descriptor = std::exchange(other.m_descriptor, -1);
    m_target = std::move(other.m_target);
    m_temporary = std::move(other.m_temporary);
    m_buffer = std::move(other.m_buffer);
    m_written = other.m_written;
    m_failed = other.m_failed;
    return *this;
}

AtomicFile::~AtomicFile() {
    abandon();
}

void AtomicFile::abandon() {
    if (m_descriptor < 0) return;
    ::close(m_descriptor);
    ::unlink(m_temporary.c_str());
    m_descriptor = -1;
}

Result<void> AtomicFile::write(std::string_view bytes) {
    m_written += bytes.size();
    m_buffer.append(bytes);
    if (m_buffer.size() < k_buffer_bytes) return {};
    return flush();
}

Result<void> AtomicFile::flush() {
    auto result = write_all(m_descriptor, m_buffer, m_temporary);
    m_buffer.clear();
    if (!result) m_failed = true;
    return result;
}

Result<void> AtomicFile::commit(Exists exists) {
    if (m_descriptor < 0 || m_failed) return fail(Code::io, "an earlier write to " + m_temporary.string() + " failed");
    ELY_TRY(flush());
    crash_point("file.written");
    if (::fsync(m_descriptor) != 0) return fail(errno_error(errno, "cannot sync " + m_temporary.string()));
    crash_point("file.synced");
    const unsigned flags = exists == Exists::refuse ? RENAME_NOREPLACE : 0U;
    if (::renameat2(AT_FDCWD, m_temporary.c_str(), AT_FDCWD, m_target.c_str(), flags) != 0) {
        return fail(errno_error(errno, "cannot rename to " + m_target.string()));
    }
    ::close(std::exchange(m_descriptor, -1));
    crash_point("file.renamed");
    return sync_directory(parent_of(m_target));
}

Result<void> write_file_atomic(const Path& path, std::string_view bytes, unsigned mode) {
    ELY_TRY_ASSIGN(auto file, AtomicFile::create(path, mode));
    ELY_TRY(file.write(bytes));
    return file.commit();
}

namespace {

Result<void> rename_with(const Path& from, const Path& to, unsigned flags) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0) {
        return fail(errno_error(errno, "cannot rename " + from.string() + " to " + to.string()));
    }
    crash_point("rename.done");
    ELY_TRY(sync_directory(parent_of(to)));
    if (parent_of(from) != parent_of(to)) ELY_TRY(sync_directory(parent_of(from)));
    return {};
}

}  // namespace

Result<void> rename_durably(const Path& from, const Path& to) {
    return rename_with(from, to, 0);
}

Result<void> rename_durably_new(const Path& from, const Path& to) {
    return rename_with(from, to, RENAME_NOREPLACE);
}

Result<FileLock> FileLock::try_acquire(const Path& path) {
    ELY_TRY(make_directories(parent_of(path)));
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return fail(errno_error(errno, "cannot open lock file " + path.string()));
    FileLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail(errno_error(errno, "cannot lock " + path.string()));
        const auto holder = read_file_start(path, 32);
        const auto who = holder && !holder->empty() ? " (process " + *holder + ")" : std::string();
        return fail(Code::conflict, path.string() + " is locked by another process" + who,
                    "wait until it has finished, then run the same command again");
    }
    const auto id = std::to_string(::getpid());
    if (::ftruncate(descriptor, 0) != 0) return fail(errno_error(errno, "cannot write " + path.string()));
    ELY_TRY(write_all(descriptor, id, path));
    return lock;
}

Result<FileLock> FileLock::acquire(const Path& path, std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds k_pause(50);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
        auto lock = try_acquire(path);
        if (lock || lock.error().code != Code::conflict || std::chrono::steady_clock::now() >= deadline) return lock;
        std::this_thread::sleep_for(k_pause);
    }
}

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    if (this != &other) {
        if (m_descriptor >= 0) ::close(m_descriptor);
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

FileLock::~FileLock() {
    if (m_descriptor >= 0) ::close(m_descriptor);
}

Path expand_home(std::string_view path) {
    if (path != "~" && !path.starts_with("~/")) return Path(path);
    const char* home = std::getenv("HOME");
    if (home == nullptr) return Path(path);
    return path == "~" ? Path(home) : Path(home) / path.substr(2);
}

}  // namespace ely
