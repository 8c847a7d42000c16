#include "changes/git/repository.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <git2.h>

namespace ely::git {
namespace {

// libgit2 counts the calls of init; once for the program is enough.
void initialise_library() {
    static const bool k_ready = [] {
        git_libgit2_init();
        // The objects came through the git program, which has checked them.
        git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
        // The folder is ours, or named by the user: whose it is does not matter, for nothing in it is run.
        git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
        return true;
    }();
    static_cast<void>(k_ready);
}

template <typename T, void (*FreeFunction)(T*)>
struct Free {
    void operator()(T* pointer) const { FreeFunction(pointer); }
};
using RepositoryHandle = std::unique_ptr<git_repository, Free<git_repository, git_repository_free>>;
using OdbHandle = std::unique_ptr<git_odb, Free<git_odb, git_odb_free>>;
using ObjectHandle = std::unique_ptr<git_object, Free<git_object, git_object_free>>;
using TreeHandle = std::unique_ptr<git_tree, Free<git_tree, git_tree_free>>;

git_oid to_oid(const ObjectId& id) {
    git_oid out;
    std::memcpy(out.id, id.bytes.data(), id.bytes.size());
    return out;
}

ObjectId from_oid(const git_oid* oid) {
    ObjectId out;
    std::memcpy(out.bytes.data(), oid->id, out.bytes.size());
    return out;
}

std::string last_message() {
    const auto* error = git_error_last();
    return error != nullptr && error->message != nullptr ? error->message : "unknown reason";
}

tl::unexpected<Error> damaged(std::string_view what, const ObjectId& id) {
    return fail(Code::corrupt, "cannot read " + std::string(what) + " " + id.hex() + ": " + last_message());
}

bool is_tree(const git_tree_entry* entry) {
    return git_tree_entry_type(entry) == GIT_OBJECT_TREE;
}

EntryKind kind_of(const git_tree_entry* entry) {
    const auto mode = git_tree_entry_filemode(entry);
    if (mode == GIT_FILEMODE_LINK) return EntryKind::symlink;
    if (mode == GIT_FILEMODE_COMMIT) return EntryKind::submodule;
    if (mode == GIT_FILEMODE_BLOB_EXECUTABLE) return EntryKind::executable;
    return EntryKind::file;
}

Entry to_entry(const std::string& folder, const git_tree_entry* entry) {
    return Entry{folder + git_tree_entry_name(entry), kind_of(entry), from_oid(git_tree_entry_id(entry))};
}

// Reads trees one folder at a time; shared by list and compare.
class TreeWalk {
  public:
    explicit TreeWalk(git_repository* repository) : m_repository(repository) {}

    // Everything below `tree`, appended in order.
    template <typename Visit>
    Result<void> every(const ObjectId& id, const std::string& folder, const Visit& visit) const {
        ELY_TRY_ASSIGN(const auto tree, open(id));
        if (!tree) return {};
        const auto count = git_tree_entrycount(tree.get());
        for (std::size_t i = 0; i < count; ++i) {
            const auto* entry = git_tree_entry_byindex(tree.get(), i);
            if (is_tree(entry)) {
                ELY_TRY(every(from_oid(git_tree_entry_id(entry)), folder + git_tree_entry_name(entry) + "/", visit));
            } else {
                visit(to_entry(folder, entry));
            }
        }
        return {};
    }

    Result<void> differences(const ObjectId& before, const ObjectId& after, const std::string& folder,
                             std::vector<EntryChange>& out) const {
        if (before == after) return {};
        ELY_TRY_ASSIGN(const auto old_tree, open(before));
        ELY_TRY_ASSIGN(const auto new_tree, open(after));
        std::size_t i = 0;
        std::size_t j = 0;
        const auto old_count = old_tree ? git_tree_entrycount(old_tree.get()) : 0;
        const auto new_count = new_tree ? git_tree_entrycount(new_tree.get()) : 0;
        while (i < old_count || j < new_count) {
            const auto* old_entry = i < old_count ? git_tree_entry_byindex(old_tree.get(), i) : nullptr;
            const auto* new_entry = j < new_count ? git_tree_entry_byindex(new_tree.get(), j) : nullptr;
            const int order = old_entry == nullptr   ? 1
                              : new_entry == nullptr ? -1
                                                     : git_tree_entry_cmp(old_entry, new_entry);
            if (order <= 0) ++i;
            if (order >= 0) ++j;
            ELY_TRY(difference(order <= 0 ? old_entry : nullptr, order >= 0 ? new_entry : nullptr, folder, out));
        }
        return {};
    }

  private:
    // null for the empty tree, which need not be stored.
    Result<TreeHandle> open(const ObjectId& id) const {
        if (id == k_empty_tree || id.is_zero()) return TreeHandle();
        git_tree* tree = nullptr;
        const auto oid = to_oid(id);
        if (git_tree_lookup(&tree, m_repository, &oid) != 0) return damaged("tree", id);
        return TreeHandle(tree);
    }

    // Entries of one name and the same kind (git sorts a folder and a file of one name apart), or one of them.
    Result<void> difference(const git_tree_entry* before, const git_tree_entry* after, const std::string& folder,
                            std::vector<EntryChange>& out) const {
        const auto* any = after != nullptr ? after : before;
        if (before != nullptr && after != nullptr && is_tree(before) != is_tree(after)) {
            ELY_TRY(difference(before, nullptr, folder, out));
            return difference(nullptr, after, folder, out);
        }
        if (is_tree(any)) {
            const auto old_id = before != nullptr ? from_oid(git_tree_entry_id(before)) : ObjectId{};
            const auto new_id = after != nullptr ? from_oid(git_tree_entry_id(after)) : ObjectId{};
            return differences(old_id, new_id, folder + git_tree_entry_name(any) + "/", out);
        }
        EntryChange change;
        if (before != nullptr) change.before = to_entry(folder, before);
        if (after != nullptr) change.after = to_entry(folder, after);
        if (change.before != change.after) out.push_back(std::move(change));
        return {};
    }

    git_repository* m_repository;
};

}  // namespace

struct Repository::State {
    RepositoryHandle repository;
    OdbHandle odb;
};

Repository::Repository(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Repository::Repository(Repository&& other) noexcept = default;
Repository& Repository::operator=(Repository&& other) noexcept = default;
Repository::~Repository() = default;

Result<Path> objects_folder(const Path& folder) {
    initialise_library();
    git_repository* found = nullptr;
    if (git_repository_open_ext(&found, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0) {
        return fail(Code::not_found, "there is no repository in " + folder.string() + ": " + last_message());
    }
    const RepositoryHandle repository(found);
    return Path(git_repository_commondir(repository.get())) / "objects";
}

Result<Repository> Repository::open(const Path& git_dir) {
    initialise_library();
    auto state = std::make_unique<State>();
    git_repository* repository = nullptr;
    if (git_repository_open_bare(&repository, git_dir.c_str()) != 0) {
        return fail(Code::not_found, "cannot open the repository " + git_dir.string() + ": " + last_message());
    }
    state->repository.reset(repository);
    git_odb* odb = nullptr;
    if (git_repository_odb(&odb, repository) != 0) {
        return fail(Code::corrupt, "cannot open the objects of " + git_dir.string() + ": " + last_message());
    }
    state->odb.reset(odb);
    return Repository(std::move(state));
}

Result<Commit> Repository::commit(const ObjectId& id) const {
    git_object* found = nullptr;
    const auto oid = to_oid(id);
    if (git_object_lookup(&found, m_state->repository.get(), &oid, GIT_OBJECT_ANY) != 0) return damaged("commit", id);
    const ObjectHandle object(found);
    git_object* peeled = nullptr;
    if (git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT) != 0) {
        return fail(Code::unsupported, "the object " + id.hex() + " is no commit",
                    "choose a branch or a tag of a commit");
    }
    const ObjectHandle commit(peeled);
    const auto* raw = reinterpret_cast<const git_commit*>(commit.get());
    return Commit{from_oid(git_commit_id(raw)), from_oid(git_commit_tree_id(raw)), git_commit_time(raw)};
}

bool Repository::has(const ObjectId& id) const {
    const auto oid = to_oid(id);
    return id == k_empty_tree || git_odb_exists(m_state->odb.get(), &oid) == 1;
}

Result<std::vector<Entry>> Repository::list(const ObjectId& tree) const {
    std::vector<Entry> out;
    ELY_TRY(TreeWalk(m_state->repository.get()).every(tree, {}, [&](Entry entry) { out.push_back(std::move(entry)); }));
    return out;
}

Result<std::vector<EntryChange>> Repository::compare(const ObjectId& before, const ObjectId& after) const {
    std::vector<EntryChange> out;
    ELY_TRY(TreeWalk(m_state->repository.get()).differences(before, after, {}, out));
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path() < b.path(); });
    return out;
}

Result<std::uint64_t> Repository::blob_size(const ObjectId& id) const {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    const auto oid = to_oid(id);
    if (git_odb_read_header(&size, &type, m_state->odb.get(), &oid) != 0) return damaged("blob", id);
    return size;
}

Result<Blob> Repository::read_blob(const ObjectId& id) const {
    git_odb_object* object = nullptr;
    const auto oid = to_oid(id);
    if (git_odb_read(&object, m_state->odb.get(), &oid) != 0) return damaged("blob", id);
    Blob out;
    out.m_owner = std::shared_ptr<void>(object, [](void* p) { git_odb_object_free(static_cast<git_odb_object*>(p)); });
    out.m_bytes = {static_cast<const char*>(git_odb_object_data(object)), git_odb_object_size(object)};
    return out;
}

}  // namespace ely::git
