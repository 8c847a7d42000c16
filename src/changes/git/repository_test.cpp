#include "changes/git/repository.hpp"

#include <doctest/doctest.h>

#include "changes/git/testing/sandbox.hpp"

namespace ely::git {
namespace {

using testing::Sandbox;
using testing::WorkTree;

Repository open(const WorkTree& tree) {
    auto repository = Repository::open(tree.path() / ".git");
    REQUIRE(repository);
    return std::move(*repository);
}

ObjectId tree_of(const WorkTree& tree, const Repository& repository) {
    const auto commit = repository.commit(*ObjectId::parse(tree.git({"rev-parse", "HEAD"})));
    REQUIRE(commit);
    return commit->tree;
}

TEST_CASE("object ids are hexadecimal text and back") {
    const auto id = ObjectId::parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    REQUIRE(id);
    CHECK(*id == k_empty_tree);
    CHECK(id->hex() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    CHECK_FALSE(ObjectId::parse("4b825dc6"));
    CHECK_FALSE(ObjectId::parse("4b825dc642cb6eb9a060e54bf8d69288fbee490g"));
}

TEST_CASE("a tree lists as git ls-tree does, in the order of paths") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    for (const auto* path : {"a/b", "a.b", "a-b", "ab", "z/y/x/w", "A", "caf\xe9.txt", "\xc3\xa9"})
        tree.write(path, path);
    tree.write("run.sh", "#!/bin/sh\n");
    std::filesystem::permissions(tree.path() / "run.sh", std::filesystem::perms::owner_all);
    std::filesystem::create_symlink("a/b", tree.path() / "link");
    tree.commit();
    const auto repository = open(tree);
    const auto entries = repository.list(tree_of(tree, repository));
    REQUIRE(entries);
    const auto expected = tree.paths();
    REQUIRE(entries->size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK((*entries)[i].path == expected[i]);
        if (i > 0) CHECK((*entries)[i - 1].path < (*entries)[i].path);
        if (expected[i] == "link") CHECK((*entries)[i].kind == EntryKind::symlink);
        if (expected[i] == "run.sh") CHECK((*entries)[i].kind == EntryKind::executable);
    }
    const auto blob = repository.read_blob((*entries)[0].id);
    REQUIRE(blob);
    CHECK(blob->bytes() == "A");
    CHECK(repository.blob_size((*entries)[0].id) == 1U);
    CHECK(repository.list(k_empty_tree)->empty());
}

TEST_CASE("two trees compare as git diff-tree says") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    for (const auto* path : {"same/x", "same/y", "change", "gone/a", "gone/b", "file", "folder/in"})
        tree.write(path, path);
    tree.commit();
    const auto repository = open(tree);
    const auto before = tree_of(tree, repository);
    tree.write("change", "other");
    tree.remove("gone");
    tree.remove("file");
    tree.write("file/now/a/folder", "1");
    tree.remove("folder");
    tree.write("folder", "now a file");
    tree.write("new/one", "2");
    tree.commit();
    const auto again = open(tree);
    const auto after = tree_of(tree, again);
    const auto changes = again.compare(before, after);
    REQUIRE(changes);
    std::string text;
    for (const auto& change : *changes) {
        text += (change.before ? (change.after ? "M " : "D ") : "A ") + change.path() + "\n";
    }
    CHECK(text == "M change\nD file\nA file/now/a/folder\nA folder\nD folder/in\nD gone/a\nD gone/b\nA new/one\n");
    CHECK(again.compare(after, after)->empty());
    CHECK(again.compare(k_empty_tree, after)->size() == tree.paths().size());
    CHECK(again.compare(after, ObjectId{})->size() == tree.paths().size());
}

TEST_CASE("annotated tags lead to their commit, other objects don't") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("a", "a");
    const auto commit = tree.commit();
    tree.git({"tag", "--annotate", "--message", "m", "v1"});
    const auto repository = open(tree);
    const auto tagged = repository.commit(*ObjectId::parse(tree.git({"rev-parse", "v1"})));
    REQUIRE(tagged);
    CHECK(tagged->id.hex() == commit);
    CHECK_FALSE(repository.commit(*ObjectId::parse(tree.git({"rev-parse", "HEAD:a"}))));
}

TEST_CASE("what is missing or damaged is corrupt") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("a", "hello, hello, hello, hello");
    tree.commit();
    const auto blob = tree.git({"rev-parse", "HEAD:a"});
    const auto file = tree.path() / ".git" / "objects" / blob.substr(0, 2) / blob.substr(2);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    REQUIRE(write_file_atomic(file, "damaged"));
    const auto repository = open(tree);
    const auto read = repository.read_blob(*ObjectId::parse(blob));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Code::corrupt);
    CHECK(repository.commit(*ObjectId::parse(std::string(40, '1'))).error().code == Code::corrupt);
    CHECK(repository.commit(k_empty_tree).error().code == Code::unsupported);
    CHECK(repository.blob_size(ObjectId{}).error().code == Code::corrupt);
    CHECK(Repository::open(sandbox.path() / "nowhere").error().code == Code::not_found);
}

}  // namespace
}  // namespace ely::git
