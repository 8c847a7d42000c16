#include "changes/git/mirror.hpp"

#include <array>
#include <map>
#include <system_error>

#include "base/crash_point.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "changes/git/git_program.hpp"
#include "changes/git/repository.hpp"

namespace ely::git {
namespace {

// Where the mirror keeps a remote's reference. Hashed, because "a" and "a/b" cannot both be files.
std::string local_reference(const std::string& reference) {
    return "refs/mgit/at/" + to_hex(sha1(reference));
}

// Its objects are read where they are: see share_objects.
bool is_folder_here(const Remote& remote) {
    return remote.local && !remote.url.starts_with("file://");
}

std::string delivered_reference(const std::string& key) {
    return "refs/mgit/delivered/" + key;
}

struct Advertised {
    std::map<std::string, ObjectId, std::less<>> references;
    std::string head_target;  // "refs/heads/main"
    bool long_names = false;  // SHA-256
};

// The output of ls-remote --symref.
Advertised parse_references(std::string_view output) {
    Advertised out;
    for (const auto line : split(output, '\n')) {
        const auto tab = line.find('\t');
        if (tab == std::string_view::npos) continue;
        const auto left = line.substr(0, tab);
        const auto name = line.substr(tab + 1);
        if (left.starts_with("ref: ")) {
            if (name == "HEAD") out.head_target = std::string(left.substr(5));
        } else if (const auto id = ObjectId::parse(left)) {
            out.references.emplace(std::string(name), *id);
        } else if (left.size() == 64) {
            out.long_names = true;
        }
    }
    return out;
}

std::string branch_of(const std::string& reference) {
    return reference.starts_with("refs/heads/") ? reference.substr(11) : reference;
}

std::string first_names(const std::vector<std::string>& names) {
    constexpr std::size_t k_shown = 12;
    std::vector<std::string> shown(names.begin(), names.begin() + static_cast<long>(std::min(names.size(), k_shown)));
    auto out = join(shown, ", ");
    if (names.size() > k_shown) out += " and " + std::to_string(names.size() - k_shown) + " more";
    return printable(out);
}

// A git that was killed leaves these behind; nobody else works here while we hold the lock.
void remove_stale_locks(const Path& git_dir) {
    std::error_code code;
    for (const auto* name : {"shallow.lock", "packed-refs.lock", "HEAD.lock", "config.lock", "gc.pid"}) {
        std::filesystem::remove(git_dir / name, code);
    }
    std::vector<Path> stale;
    for (std::filesystem::recursive_directory_iterator it(git_dir / "refs", code), end; !code && it != end;
         it.increment(code)) {
        if (it->path().extension() == ".lock") stale.push_back(it->path());
    }
    for (std::filesystem::directory_iterator it(git_dir / "objects" / "pack", code), end; !code && it != end;
         it.increment(code)) {
        if (it->path().filename().string().starts_with("tmp_")) stale.push_back(it->path());
    }
    for (const auto& path : stale) std::filesystem::remove(path, code);
}

}  // namespace

Mirror::Mirror(Path folder, Remote remote, FileLock lock)
    : m_folder(std::move(folder)),
      m_git_dir(m_folder / "repo.git"),
      m_remote(std::move(remote)),
      m_lock(std::move(lock)) {}

Result<Mirror> Mirror::open(const Path& data, const Remote& remote) {
    // A folder and its file:// address have one name, but are kept in different ways.
    const auto known_as = remote.name + (is_folder_here(remote) ? " shared" : "");
    const auto folder = data / "repos" / to_hex(sha1(known_as)).substr(0, 16);
    ELY_TRY(make_directories(folder));
    // Long enough for what a killed program had started to end, too.
    constexpr std::chrono::seconds k_patience(2);
    auto lock = FileLock::acquire(folder / "lock", k_patience);
    if (!lock) return fail(std::move(lock).error(), "the copy of " + remote.name + " is in use");
    Mirror mirror(folder, remote, std::move(*lock));
    ELY_TRY(mirror.prepare());
    return mirror;
}

Result<void> Mirror::prepare() {
    std::error_code code;
    if (std::filesystem::exists(m_git_dir / "mgit-ready", code)) {
        remove_stale_locks(m_git_dir);
        return {};
    }
    std::filesystem::remove_all(m_git_dir, code);
    ELY_TRY(run_git({{}, {"init", "--quiet", "--bare", "--template=", m_git_dir.string()}, 60.0}));
    // Whole packs are quicker to read than loose objects; clearing away is ours to time.
    constexpr std::string_view k_config =
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[fetch]\n\tunpackLimit = 1\n"
        "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n";
    ELY_TRY(write_file_atomic(m_git_dir / "config", k_config));
    ELY_TRY(write_file_atomic(m_folder / "remote.txt", m_remote.shown + "\n"));
    ELY_TRY(share_objects());
    ELY_TRY(write_file_atomic(m_git_dir / "mgit-ready", "1\n"));
    crash_point("mirror.prepared");
    return {};
}

// A repository in a folder of this machine need not be copied: its objects are read where they are, as `git clone
// --shared` does. Should it clear away what was delivered last, the next stream is a full one. A file:// address
// copies.
Result<void> Mirror::share_objects() const {
    if (!is_folder_here(m_remote)) return {};
    const auto found = objects_folder(m_remote.url);
    // What cannot be looked into cannot be fetched either, and that says why.
    if (!found) return {};
    const auto objects = found->string();
    if (objects.find('\n') != std::string::npos) return {};
    return write_file_atomic(m_git_dir / "objects" / "info" / "alternates", objects + "\n");
}

Result<void> Mirror::reset() {
    std::error_code code;
    std::filesystem::remove_all(m_git_dir, code);
    if (code) return fail(errno_error(code.value(), "cannot remove " + m_git_dir.string()));
    return prepare();
}

Result<void> Mirror::discard() {
    std::error_code code;
    std::filesystem::remove_all(m_git_dir, code);
    if (code) return fail(errno_error(code.value(), "cannot remove " + m_git_dir.string()));
    const auto note = m_folder / "remote.txt";
    std::filesystem::remove(note, code);
    if (code) return fail(errno_error(code.value(), "cannot remove " + note.string()));
    return {};
}

bool Mirror::is_shallow() const {
    std::error_code code;
    return std::filesystem::file_size(m_git_dir / "shallow", code) > 0 && !code;
}

bool Mirror::shares_objects() const {
    std::error_code code;
    return std::filesystem::exists(m_git_dir / "objects" / "info" / "alternates", code);
}

// A loose reference; git writes these on a fetch, and packs them only when tidied.
std::optional<ObjectId> Mirror::stored(const std::string& reference) const {
    const auto name = local_reference(reference);
    if (const auto loose = read_file_start(m_git_dir / name, 64)) return ObjectId::parse(trim(*loose));
    const auto packed = read_file(m_git_dir / "packed-refs");
    if (!packed) return std::nullopt;
    const auto at = packed->find(" " + name + "\n");
    if (at == std::string::npos || at < 40) return std::nullopt;
    return ObjectId::parse(std::string_view(*packed).substr(at - 40, 40));
}

Result<RemoteHead> Mirror::ask(const UpdateOptions& options, const std::stop_token& stop) const {
    GitCommand command{
        m_git_dir, {"ls-remote", "--symref", "--quiet", "--", m_remote.url, "HEAD"}, options.timeout_seconds};
    std::vector<std::string> candidates;
    if (options.branch.starts_with("refs/")) {
        candidates = {options.branch};
    } else if (!options.branch.empty() && options.branch != "HEAD") {
        candidates = {"refs/heads/" + options.branch, "refs/tags/" + options.branch};
    }
    command.arguments.insert(command.arguments.end(), candidates.begin(), candidates.end());
    auto output = run_git(command, stop);
    if (!output) return fail(std::move(output).error(), "cannot reach " + printable(m_remote.shown));
    const auto advertised = parse_references(*output);
    if (advertised.long_names) {
        return fail(Code::unsupported, printable(m_remote.shown) + " names its objects by SHA-256",
                    "repositories of that kind cannot be read yet");
    }
    RemoteHead head;
    head.default_branch = branch_of(advertised.head_target);
    if (options.branch.empty() || options.branch == "HEAD") {
        head.reference = advertised.head_target.empty() ? "HEAD" : advertised.head_target;
        const auto found = advertised.references.find("HEAD");
        if (found == advertised.references.end()) return explain_missing({}, head.default_branch, stop);
        head.branch = branch_of(head.reference);
        head.id = found->second;
        return head;
    }
    for (const auto& candidate : candidates) {
        const auto found = advertised.references.find(candidate);
        if (found == advertised.references.end()) continue;
        head.branch = options.branch.starts_with("refs/heads/") ? branch_of(options.branch) : options.branch;
        head.reference = candidate;
        head.id = found->second;
        return head;
    }
    return explain_missing(options.branch, head.default_branch, stop);
}

// The wanted branch is not there: is the repository empty, or what does it have?
Result<RemoteHead> Mirror::explain_missing(const std::string& branch, const std::string& default_branch,
                                           const std::stop_token& stop) const {
    ELY_TRY_ASSIGN(const auto output,
                   run_git({m_git_dir, {"ls-remote", "--heads", "--quiet", "--", m_remote.url}, 120.0}, stop));
    std::vector<std::string> names;
    for (const auto& [name, id] : parse_references(output).references) names.push_back(branch_of(name));
    if (names.empty() && branch.empty()) {
        RemoteHead head;
        head.default_branch = default_branch;
        head.empty = true;
        return head;
    }
    const auto where = printable(m_remote.shown);
    if (names.empty()) return fail(Code::not_found, where + " has no branch " + printable(branch) + ": it is empty");
    const auto have = "it has " + first_names(names);
    if (branch.empty()) {
        return fail(Code::not_found, where + " names no default branch; " + have, "choose one with --branch");
    }
    const auto hint = default_branch.empty() ? "choose one with --branch"
                                             : "the default branch is " + printable(default_branch) + ": --branch " +
                                                   printable(default_branch);
    return fail(Code::not_found, where + " has no branch or tag " + printable(branch) + "; " + have, hint);
}

Result<void> Mirror::fetch(const RemoteHead& head, const UpdateOptions& options, model::Progress& progress,
                           const std::stop_token& stop) {
    GitCommand command{
        m_git_dir, {"fetch", "--progress", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"}, {}};
    std::error_code code;
    const bool have_anything = std::filesystem::exists(m_git_dir / "refs" / "mgit" / "at", code);
    if (shares_objects()) {
        command.arguments.emplace_back("--update-shallow");
    } else if (options.history && is_shallow()) {
        command.arguments.emplace_back("--unshallow");
    } else if (!options.history && (is_shallow() || !have_anything)) {
        command.arguments.emplace_back("--depth=1");
    }
    command.arguments.insert(command.arguments.end(),
                             {"--", m_remote.url, "+" + head.reference + ":" + local_reference(head.reference)});
    // The server's own work comes first and is not counted.
    command.on_progress = [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
        if (what == "Receiving objects") progress.advance(done, total);
    };
    auto output = run_git(command, stop);
    if (!output) return fail(std::move(output).error(), "cannot fetch " + printable(m_remote.shown));
    return {};
}

Result<Update> Mirror::update(const UpdateOptions& options, model::Progress& progress, std::stop_token stop) {
    Update out;
    ELY_TRY_ASSIGN(out.head, ask(options, stop));
    if (out.head.empty) return out;
    const bool deepen = options.history && is_shallow() && !shares_objects();
    if (stored(out.head.reference) == out.head.id && !deepen) return out;
    progress.stage("fetch", 0, "objects");
    auto fetched = fetch(out.head, options, progress, stop);
    if (!fetched && fetched.error().code == Code::corrupt) {
        progress.note("the local copy was damaged: fetching it anew");
        ELY_TRY(reset());
        fetched = fetch(out.head, options, progress, stop);
    }
    ELY_TRY(std::move(fetched));
    crash_point("mirror.fetched");
    // The remote may have moved on since it was asked; what came is what counts.
    const auto now = stored(out.head.reference);
    if (!now) return fail(Code::internal, "git fetched " + out.head.reference + " but left no reference to it");
    out.head.id = *now;
    out.fetched = true;
    return out;
}

Result<void> Mirror::protect(const std::string& key, const ObjectId& commit) {
    ELY_TRY(make_directories(m_git_dir / "refs" / "mgit" / "delivered"));
    return write_file_atomic(m_git_dir / delivered_reference(key), commit.hex() + "\n");
}

Result<void> Mirror::tidy() {
    constexpr int k_packs_before_tidying = 40;
    int packs = 0;
    std::error_code code;
    for (std::filesystem::directory_iterator it(m_git_dir / "objects" / "pack", code), end; !code && it != end;
         it.increment(code)) {
        if (it->path().extension() == ".pack") ++packs;
    }
    if (packs < k_packs_before_tidying) return {};
    ELY_TRY(run_git({m_git_dir, {"gc", "--quiet", "--prune=now"}, {}}));
    return {};
}

}  // namespace ely::git
