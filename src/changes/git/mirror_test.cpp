#include "changes/git/mirror.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "changes/git/repository.hpp"
#include "changes/git/testing/sandbox.hpp"

namespace ely::git {
namespace {

using testing::Sandbox;
using testing::WorkTree;

Result<Update> update(const Sandbox& sandbox, const std::string& address, const UpdateOptions& options = {}) {
    ELY_TRY_ASSIGN(const auto remote, parse_remote(address, "/"));
    ELY_TRY_ASSIGN(auto mirror, Mirror::open(sandbox.data(), remote));
    model::NoProgress progress;
    return mirror.update(options, progress);
}

Path git_dir(const Sandbox& sandbox, const std::string& address) {
    const auto mirror = Mirror::open(sandbox.data(), *parse_remote(address, "/"));
    REQUIRE(mirror);
    return mirror->git_dir();
}

bool has_commit(const Path& git_dir, const std::string& id) {
    const auto repository = Repository::open(git_dir);
    REQUIRE(repository);
    return repository->has(*ObjectId::parse(id));
}

TEST_CASE("a first update copies the last commit only, the next one only what is new") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("a", "1");
    const auto first = tree.commit();
    tree.write("a", "2");
    const auto second = tree.commit();
    for (const auto& address : {tree.file_url(), tree.path().string()}) {
        const auto done = update(sandbox, address);
        REQUIRE(done);
        CHECK(done->fetched);
        CHECK(done->head.id.hex() == second);
        CHECK(done->head.branch == "main");
        CHECK(done->head.default_branch == "main");
        CHECK(done->head.reference == "refs/heads/main");
        CHECK(has_commit(git_dir(sandbox, address), second));
        CHECK_FALSE(update(sandbox, address)->fetched);
    }
    CHECK_FALSE(has_commit(git_dir(sandbox, tree.file_url()), first));
    tree.write("b", "3");
    const auto third = tree.commit();
    for (const auto& address : {tree.file_url(), tree.path().string()}) {
        const auto done = update(sandbox, address);
        REQUIRE(done);
        CHECK(done->fetched);
        CHECK(done->head.id.hex() == third);
        CHECK(has_commit(git_dir(sandbox, address), second));
        CHECK(has_commit(git_dir(sandbox, address), third));
    }
}

TEST_CASE("--history keeps all history, later updates keep it") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("a", "1");
    const auto first = tree.commit();
    tree.write("a", "2");
    tree.commit();
    REQUIRE(update(sandbox, tree.file_url()));
    CHECK_FALSE(has_commit(git_dir(sandbox, tree.file_url()), first));
    REQUIRE(update(sandbox, tree.file_url(), {"", true, 60}));
    CHECK(has_commit(git_dir(sandbox, tree.file_url()), first));
    tree.write("a", "3");
    const auto third = tree.commit();
    tree.write("a", "4");
    tree.commit();
    REQUIRE(update(sandbox, tree.file_url()));
    CHECK(has_commit(git_dir(sandbox, tree.file_url()), third));
}

TEST_CASE("branches, tags, full references and detached heads can be asked for") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("a", "1");
    const auto first = tree.commit();
    tree.git({"tag", "light"});
    tree.git({"tag", "--annotate", "--message", "m", "v1.0"});
    tree.git({"branch", "feature/x"});
    tree.write("a", "2");
    const auto second = tree.commit();
    for (const auto* wanted : {"light", "v1.0", "feature/x", "refs/heads/feature/x", "refs/tags/v1.0"}) {
        const auto done = update(sandbox, tree.file_url(), {wanted, false, 60});
        REQUIRE_MESSAGE(done, wanted);
        const auto repository = Repository::open(git_dir(sandbox, tree.file_url()));
        CHECK(repository->commit(done->head.id)->id.hex() == first);
        CHECK_FALSE(update(sandbox, tree.file_url(), {wanted, false, 60})->fetched);
    }
    tree.git({"checkout", "--quiet", "--detach", first});
    const auto detached = update(sandbox, tree.file_url());
    REQUIRE(detached);
    CHECK(detached->head.branch == "HEAD");
    CHECK(detached->head.id.hex() == first);
    // A branch that takes the place of another one's folder.
    tree.git({"branch", "--delete", "--force", "feature/x"});
    tree.git({"branch", "feature", second});
    CHECK(update(sandbox, tree.file_url(), {"feature", false, 60})->head.id.hex() == second);
}

TEST_CASE("what cannot be had is said clearly") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    const auto empty = update(sandbox, tree.file_url());
    REQUIRE(empty);
    CHECK(empty->head.empty);
    CHECK(update(sandbox, tree.file_url(), {"main", false, 60}).error().code == Code::not_found);
    tree.write("a", "1");
    tree.commit();
    tree.git({"branch", "other"});
    const auto missing = update(sandbox, tree.file_url(), {"nope", false, 60});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Code::not_found);
    CHECK(missing.error().message.find("it has main, other") != std::string::npos);
    CHECK(missing.error().hint.find("--branch main") != std::string::npos);
    tree.git({"symbolic-ref", "HEAD", "refs/heads/unborn"});
    const auto none = update(sandbox, tree.file_url());
    REQUIRE_FALSE(none);
    CHECK(none.error().message.find("no default branch") != std::string::npos);
    CHECK(none.error().message.find("it has main, other") != std::string::npos);
    std::filesystem::create_directories(sandbox.path() / "long");
    tree.git({"init", "--quiet", "--object-format=sha256", (sandbox.path() / "long").string()});
    tree.git({"-C", (sandbox.path() / "long").string(), "commit", "--quiet", "--allow-empty", "--message", "m"});
    CHECK(update(sandbox, (sandbox.path() / "long").string()).error().code == Code::unsupported);
    std::filesystem::create_directories(sandbox.path() / "plain");
    CHECK(update(sandbox, "file://" + (sandbox.path() / "plain").string()).error().code == Code::not_found);
    CHECK(update(sandbox, (sandbox.path() / "plain").string()).error().code == Code::not_found);
}

TEST_CASE("a folder's objects are read where they are, in linked work trees and under foreign variables too") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    const WorkTree other(sandbox.path() / "other");
    tree.write("a", "1");
    const auto first = tree.commit();
    tree.git({"worktree", "add", "--quiet", "--detach", (sandbox.path() / "linked").string()});
    ::setenv("GIT_DIR", (other.path() / ".git").c_str(), 1);
    for (const auto& folder : {tree.path(), sandbox.path() / "linked"}) {
        const auto done = update(sandbox, folder.string());
        CHECK(done);
        if (!done) continue;
        CHECK(done->head.id.hex() == first);
        const auto copy = git_dir(sandbox, folder.string());
        CHECK(has_commit(copy, first));
        const auto alternates = read_file(copy / "objects" / "info" / "alternates");
        CHECK(alternates);
        CHECK(std::filesystem::equivalent(trim(alternates.value_or("")), tree.path() / ".git" / "objects"));
        CHECK(std::filesystem::is_empty(copy / "objects" / "pack"));
    }
    ::unsetenv("GIT_DIR");
}

class Watching final : public model::Progress {
  public:
    void stage(std::string_view name, std::uint64_t, std::string_view unit) override {
        stages += std::string(name) + " " + std::string(unit) + "\n";
    }
    void advance(std::uint64_t done, std::uint64_t total) override {
        last = done;
        of = total;
    }
    void note(std::string_view) override {}
    std::string stages;
    std::uint64_t last = 0;
    std::uint64_t of = 0;
};

TEST_CASE("a fetch tells how far it is") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    for (int i = 0; i < 50; ++i) tree.write("f" + std::to_string(i), std::to_string(i));
    tree.commit();
    auto mirror = Mirror::open(sandbox.data(), *parse_remote(tree.file_url(), "/"));
    REQUIRE(mirror);
    Watching progress;
    REQUIRE(mirror->update({}, progress));
    CHECK(progress.stages == "fetch objects\n");
    CHECK(progress.last == 52);  // 50 files, a tree, a commit
    CHECK(progress.of == 52);
}

TEST_CASE("a mirror is held by one at a time") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    const auto remote = *parse_remote(tree.file_url(), "/");
    {
        const auto held = Mirror::open(sandbox.data(), remote);
        REQUIRE(held);
        const auto second = Mirror::open(sandbox.data(), remote);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::conflict);
    }
    CHECK(Mirror::open(sandbox.data(), remote));
}

TEST_CASE("what a killed run left behind does not stand in the way") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("a", "1");
    tree.commit();
    REQUIRE(update(sandbox, tree.file_url()));
    const auto folder = git_dir(sandbox, tree.file_url());
    REQUIRE(write_file_atomic(folder / "shallow.lock", ""));
    REQUIRE(write_file_atomic(folder / "packed-refs.lock", ""));
    REQUIRE(write_file_atomic(folder / "objects" / "pack" / "tmp_pack_x", "half"));
    tree.write("a", "2");
    const auto second = tree.commit();
    const auto done = update(sandbox, tree.file_url());
    REQUIRE(done);
    CHECK(done->head.id.hex() == second);
    CHECK_FALSE(std::filesystem::exists(folder / "objects" / "pack" / "tmp_pack_x"));
    // Killed while the copy was being made.
    std::filesystem::remove(folder / "mgit-ready");
    std::filesystem::remove(folder / "HEAD");
    CHECK(update(sandbox, tree.file_url())->head.id.hex() == second);
}

TEST_CASE("protected commits survive tidying") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("a", "0");
    const auto first = tree.commit();
    const auto remote = *parse_remote(tree.file_url(), "/");
    auto mirror = Mirror::open(sandbox.data(), remote);
    REQUIRE(mirror);
    model::NoProgress progress;
    REQUIRE(mirror->update({}, progress));
    REQUIRE(mirror->protect("0123456789abcdef0123456789abcdef01234567", *ObjectId::parse(first)));
    std::string between;
    for (int i = 1; i <= 45; ++i) {
        tree.write("a", std::to_string(i));
        const auto id = tree.commit();
        if (i == 20) between = id;
        REQUIRE(mirror->update({}, progress));
    }
    REQUIRE(has_commit(mirror->git_dir(), between));
    REQUIRE(mirror->tidy());
    CHECK(has_commit(mirror->git_dir(), first));
    CHECK_FALSE(has_commit(mirror->git_dir(), between));
    const auto repository = Repository::open(mirror->git_dir());
    CHECK(repository->list(repository->commit(*ObjectId::parse(first))->tree)->size() == 1);
    // Packed references are found again.
    CHECK_FALSE(mirror->update({}, progress)->fetched);
}

}  // namespace
}  // namespace ely::git
