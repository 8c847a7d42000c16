#include "changes/stream/spool.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <random>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/crash_point.hpp"

namespace ely::stream {
namespace {

constexpr std::array<std::string_view, 3> k_endings{".jsonl", ".jsonl.zst", ".jsonl.gz"};
constexpr std::string_view k_report_ending = ".report.json";

bool is_stream_name(std::string_view name) {
    return !name.starts_with('.') &&
           std::ranges::any_of(k_endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_plain_part(std::string_view name) {
    return !name.empty() && !name.starts_with('.') && name.size() < 200 &&
           std::ranges::none_of(name, [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20; });
}

// "2026-01-31T12:00:00.123Z" as it stands in file names, "20260131T120000.123Z".
std::string time_name(Timestamp time) {
    auto text = to_rfc3339(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

// The digits at [at, at + length) of `text`; -1 when they are none.
int number_at(std::string_view text, std::size_t at, std::size_t length) {
    int out = 0;
    const auto* const end = text.data() + at + length;
    const auto [stop, code] = std::from_chars(text.data() + at, end, out);
    return code == std::errc() && stop == end ? out : -1;
}

std::optional<Timestamp> time_of_name(std::string_view name) {
    constexpr std::string_view k_shape = "20260131T120000.123Z";
    if (name.size() < k_shape.size() || name[8] != 'T' || name[15] != '.' || name[19] != 'Z') return std::nullopt;
    const std::array numbers{number_at(name, 0, 4), number_at(name, 4, 2),  number_at(name, 6, 2),
                             number_at(name, 9, 2), number_at(name, 11, 2), number_at(name, 13, 2),
                             number_at(name, 16, 3)};
    if (std::ranges::any_of(numbers, [](int number) { return number < 0; })) return std::nullopt;
    const auto date = std::chrono::year(numbers[0]) / numbers[1] / numbers[2];
    if (!date.ok()) return std::nullopt;
    return Timestamp(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(numbers[3]) +
                     std::chrono::minutes(numbers[4]) + std::chrono::seconds(numbers[5]) +
                     std::chrono::milliseconds(numbers[6]));
}

struct File {
    std::string name;
    Path path;
    std::uint64_t bytes = 0;
    Timestamp modified;
    std::uint64_t inode = 0;
};

// nullopt when it is no regular file, or gone.
std::optional<File> look_at(const Path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    const auto since_epoch =
        std::chrono::seconds(status.st_mtim.tv_sec) +
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(status.st_mtim.tv_nsec));
    return File{path.filename().string(), path, static_cast<std::uint64_t>(status.st_size), Timestamp(since_epoch),
                status.st_ino};
}

// Regular files whose name `accept` likes; none when there is no such folder.
template <typename Accept>
Result<std::vector<File>> list_files(const Path& folder, const Accept& accept) {
    std::vector<File> out;
    std::error_code code;
    std::filesystem::directory_iterator at(folder, code);
    if (code == std::errc::no_such_file_or_directory) return out;
    if (code) return fail(errno_error(code.value(), "cannot list folder " + folder.string()));
    while (at != std::filesystem::directory_iterator()) {
        if (accept(at->path().filename().string())) {
            if (auto file = look_at(at->path())) out.push_back(std::move(*file));
        }
        at.increment(code);
        if (code) return fail(errno_error(code.value(), "cannot list folder " + folder.string()));
    }
    return out;
}

// Like make_directories, and a power cut does not take a new folder away with what was moved into it.
Result<void> make_durable_directories(const Path& path) {
    std::error_code code;
    if (std::filesystem::is_directory(path, code)) return {};
    const auto parent = path.has_parent_path() ? path.parent_path() : Path(".");
    if (parent != path) ELY_TRY(make_durable_directories(parent));
    ELY_TRY(make_directories(path));
    return sync_directory(parent);
}

// A stream that lies beside the folder under the collection's name (pending/<collection>.jsonl) waits as well.
std::vector<File> files_by_name(const Path& folder) {
    std::vector<File> out;
    for (const auto ending : k_endings) {
        if (auto file = look_at(folder.string() + std::string(ending))) out.push_back(std::move(*file));
    }
    return out;
}

std::string ending_of(const Path& file) {
    const auto name = file.filename().string();
    return name.substr(name.rfind(".jsonl"));
}

// The name under which such a stream is claimed: where it belongs in the order, the same at every look.
std::string spool_name(const File& file) {
    return fmt::format("{}-{}{}", time_name(file.modified), file.inode, ending_of(file.path));
}

// "x.jsonl.zst" -> "x-2.jsonl.zst"
std::string numbered(const std::string& name, unsigned number) {
    const auto dot = name.rfind(".jsonl");
    return fmt::format("{}-{}{}", name.substr(0, dot), number, name.substr(dot));
}

std::string report_name(const std::string& name) {
    return name + std::string(k_report_ending);
}

// Under the name it is given, or that with a number when it is taken.
Result<Path> move_with_report(const Path& file, const Path& folder, const std::string& wanted,
                              std::string_view report_json) {
    ELY_TRY(make_durable_directories(folder));
    auto name = wanted;
    for (unsigned number = 2;; ++number) {
        const auto target = folder / name;
        if (!look_at(target)) {
            ELY_TRY(write_file_atomic(folder / report_name(name), report_json, 0600));
            crash_point("spool.reported");
            const auto moved = rename_durably_new(file, target);
            if (moved) return target;
            if (moved.error().code != Code::already_exists) return fail(moved.error());
        }
        name = numbered(wanted, number);
    }
}

}  // namespace

Claim::Claim(Path root, std::string collection, Path file, FileLock lock)
    : m_root(std::move(root)),
      m_collection(std::move(collection)),
      m_file(std::move(file)),
      m_name(m_file.filename().string()),
      m_lock(std::move(lock)) {}

Result<Path> Claim::move_to(std::string_view folder, std::string_view report_json) {
    if (!m_lock) return fail(Code::internal, "the claim on " + m_name + " has ended");
    return move_with_report(m_file, m_root / folder / m_collection, m_name, report_json);
}

Result<Path> Claim::archive(std::string_view report_json) {
    ELY_TRY_ASSIGN(auto path, move_to("archive", report_json));
    crash_point("spool.archived");
    m_lock.reset();
    return path;
}

Result<Path> Claim::reject(std::string_view report_json) {
    ELY_TRY_ASSIGN(auto path, move_to("error", report_json));
    crash_point("spool.rejected");
    m_lock.reset();
    return path;
}

Result<void> Claim::release() {
    if (!m_lock) return fail(Code::internal, "the claim on " + m_name + " has ended");
    auto moved = rename_durably_new(m_file, m_root / "pending" / m_collection / m_name);
    crash_point("spool.released");
    m_lock.reset();
    // Where it is, it comes next as well.
    if (!moved && moved.error().code != Code::already_exists) return moved;
    return {};
}

Spool::Spool(Path root, std::string collection)
    : m_root(std::move(root)), m_collection(std::move(collection)), m_folder(m_root / "pending" / m_collection) {}

Path Spool::claimed_folder() const {
    return m_root / "claimed" / m_collection;
}

Result<Spool> Spool::open(const Path& root, std::string_view collection) {
    if (!is_plain_part(collection)) {
        return fail(Code::usage, fmt::format("\"{}\" cannot be the name of a collection's folder", collection));
    }
    Spool spool(root, std::string(collection));
    ELY_TRY(make_durable_directories(spool.m_folder));
    ELY_TRY(make_durable_directories(spool.claimed_folder()));
    return spool;
}

Path Spool::new_file(const Clock& clock, std::string_view ending) const {
    static std::atomic<unsigned> counter{0};
    auto time = clock.now();
    for (const auto& entry : pending().value_or(std::vector<SpoolEntry>())) {
        const auto other = time_of_name(entry.name);
        if (other && *other >= time) time = *other + std::chrono::milliseconds(1);
    }
    std::random_device random;
    return m_folder / fmt::format("{}-{}-{}-{:04x}{}", time_name(time), ::getpid(), counter.fetch_add(1),
                                  random() & 0xFFFFU, ending);
}

Result<std::vector<SpoolEntry>> Spool::pending() const {
    ELY_TRY_ASSIGN(auto files, list_files(claimed_folder(), is_stream_name));
    std::ranges::sort(files, {}, &File::name);
    // What was begun comes first, whatever else came in meanwhile.
    ELY_TRY_ASSIGN(auto waiting, list_files(m_folder, is_stream_name));
    for (auto& file : files_by_name(m_folder)) {
        file.name = spool_name(file);
        waiting.push_back(std::move(file));
    }
    std::ranges::sort(waiting, {}, &File::name);
    std::ranges::move(waiting, std::back_inserter(files));
    std::vector<SpoolEntry> out;
    out.reserve(files.size());
    for (auto& file : files) out.push_back({std::move(file.name), std::move(file.path), file.bytes});
    return out;
}

Result<std::optional<Claim>> Spool::claim_next() const {
    auto lock = FileLock::try_acquire(claimed_folder() / ".lock");
    if (!lock) return fail(std::move(lock).error(), "claiming a stream of collection " + m_collection);
    while (true) {
        ELY_TRY_ASSIGN(const auto waiting, pending());
        if (waiting.empty()) return std::nullopt;
        const auto& first = waiting.front();
        if (first.file.parent_path() == claimed_folder()) {
            return Claim(m_root, m_collection, first.file, std::move(*lock));
        }
        const auto target = claimed_folder() / first.name;
        const auto moved = rename_durably_new(first.file, target);
        crash_point("spool.claimed");
        if (moved) return Claim(m_root, m_collection, target, std::move(*lock));
        // Somebody without our lock, a person say, took it away: look again.
        if (moved.error().code != Code::not_found) return fail(moved.error());
    }
}

Result<std::uint64_t> Spool::set_aside(const std::function<bool(const Path&)>& unwanted,
                                       std::string_view report_json) const {
    const auto lock = FileLock::try_acquire(claimed_folder() / ".lock");
    if (!lock) return fail(lock.error());
    ELY_TRY_ASSIGN(const auto waiting, pending());
    std::uint64_t count = 0;
    for (const auto& entry : waiting) {
        if (!unwanted(entry.file)) continue;
        ELY_TRY(move_with_report(entry.file, m_root / "error" / m_collection, entry.name, report_json));
        ++count;
    }
    return count;
}

Result<Spool::Swept> Spool::sweep(const Clock& clock, std::chrono::seconds keep_archived) const {
    Swept out;
    const auto partial_before = clock.now() - std::chrono::hours(24);
    const auto is_partial = [](std::string_view name) { return name.starts_with('.') && name.ends_with(".partial"); };
    ELY_TRY_ASSIGN(const auto partial, list_files(m_folder, is_partial));
    for (const auto& file : partial) {
        if (file.modified < partial_before && ::unlink(file.path.c_str()) == 0) ++out.partial_files;
    }
    const auto archived_before = clock.now() - keep_archived;
    ELY_TRY_ASSIGN(const auto archived, list_files(m_root / "archive" / m_collection, is_stream_name));
    for (const auto& file : archived) {
        const auto report = file.path.parent_path() / report_name(file.name);
        // The report is as old as the application; the stream may have waited.
        const auto applied = look_at(report).value_or(file).modified;
        if (applied >= archived_before || ::unlink(file.path.c_str()) != 0) continue;
        ::unlink(report.c_str());
        ++out.archived_streams;
    }
    return out;
}

}  // namespace ely::stream
