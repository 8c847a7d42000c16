#include "changes/scan/sync.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "changes/git/testing/sandbox.hpp"
#include "changes/scan/delivery.hpp"
#include "changes/scan/testing/receiver.hpp"
#include "changes/stream/path_text.hpp"

namespace ely::scan {
namespace {

using git::testing::Sandbox;
using git::testing::WorkTree;

using testing::Files;
using testing::Receiver;
using testing::Stream;

Stream read(const Path& file) {
    auto stream = testing::read_stream(file);
    REQUIRE_MESSAGE(stream, (stream ? "" : stream.error().text()));
    return std::move(*stream);
}

struct Fixture {
    Sandbox sandbox;
    WorkTree tree{sandbox.path() / "project"};
    Path out = sandbox.path() / "out.jsonl";

    [[nodiscard]] SyncRequest request() const {
        SyncRequest request;
        request.remote = *git::parse_remote(tree.file_url(), "/");
        request.target.file = out;
        request.data = sandbox.data();
        return request;
    }
    [[nodiscard]] Result<SyncReport> try_sync(const SyncRequest& request) const {
        model::NoProgress progress;
        return sync(request, system_clock(), progress);
    }
    SyncReport run(const SyncRequest& request) const {
        auto report = try_sync(request);
        REQUIRE_MESSAGE(report, (report ? "" : report.error().text()));
        return *report;
    }
    SyncReport run() const { return run(request()); }
    // Every path that git lists stands in the full stream, and nothing else.
    void check_full(const Stream& stream) const {
        CHECK(stream.changeset.full);
        std::set<std::string> expected;
        for (const auto& path : tree.paths()) expected.insert(stream::to_path_text(path));
        std::set<std::string> found;
        for (const auto& change : stream.changes) found.insert(change.path);
        CHECK(found == expected);
        CHECK(stream.changes.size() == expected.size());
    }
};

TEST_CASE_FIXTURE(Fixture, "the first stream is full, the next ones hold the difference") {
    tree.write("a.py", "print(1)\n");
    tree.write("b/c.md", "# c\n");
    tree.write("gone.txt", "x\n");
    const auto first = tree.commit();
    auto report = run();
    CHECK(report.outcome == Outcome::full);
    CHECK(report.full_because == "first delivery");
    CHECK(report.commit == first);
    auto stream = read(out);
    check_full(stream);
    CHECK(stream.changeset.commit == first);
    CHECK(stream.changeset.parent.empty());
    CHECK(stream.changeset.branch == "main");
    CHECK(stream.changeset.tree_hash == tree.git({"rev-parse", "HEAD^{tree}"}));
    CHECK(stream.changeset.repository == request().remote.name);
    const auto* python = stream.find("a.py");
    REQUIRE(python != nullptr);
    CHECK(python->content == "print(1)\n");
    CHECK(python->language == "Python");
    CHECK(python->mime == "text/x-python");
    CHECK(python->size == 9);
    CHECK(python->blob_id == tree.git({"rev-parse", "HEAD:a.py"}));
    Receiver receiver;
    REQUIRE(receiver.receive(stream));

    tree.write("a.py", "print(2)\n");
    tree.remove("gone.txt");
    tree.write("d.go", "package d\n");
    const auto second = tree.commit();
    report = run();
    CHECK(report.outcome == Outcome::incremental);
    stream = read(out);
    CHECK(stream.text() == "modify a.py\nadd d.go\ndelete gone.txt\n");
    CHECK_FALSE(stream.changeset.full);
    CHECK(stream.changeset.parent == first);
    CHECK(stream.changeset.commit == second);
    CHECK(report.tally.added == 1);
    CHECK(report.tally.modified == 1);
    CHECK(report.tally.removed == 1);
    REQUIRE(receiver.receive(stream));
    CHECK(receiver.files() == Files{{"a.py", "print(2)\n"}, {"b/c.md", "# c\n"}, {"d.go", "package d\n"}});

    const auto before = identity_of(out);
    report = run();
    CHECK(report.outcome == Outcome::unchanged);
    CHECK_FALSE(report.fetched);
    CHECK(report.stream.empty());
    CHECK(identity_of(out) == before);
    std::filesystem::remove(out);
    report = run();
    CHECK(report.outcome == Outcome::unchanged);
    stream = read(out);
    CHECK(stream.changes.empty());
    CHECK(stream.changeset.parent == second);
    CHECK(stream.changeset.commit == second);
}

TEST_CASE_FIXTURE(Fixture, "force-push, rewritten and unrelated histories still give the exact difference") {
    tree.write("a", "1\n");
    tree.write("b", "1\n");
    tree.commit();
    tree.write("a", "2\n");
    tree.commit();
    Receiver receiver;
    run();
    REQUIRE(receiver.receive(read(out)));
    // Back to the first commit and on in another direction.
    tree.git({"reset", "--quiet", "--hard", "HEAD~1"});
    tree.write("c", "3\n");
    tree.commit("other");
    CHECK(run().outcome == Outcome::incremental);
    CHECK(read(out).text() == "modify a\nadd c\n");
    REQUIRE(receiver.receive(read(out)));
    // A history without any commit in common.
    tree.git({"checkout", "--quiet", "--orphan", "fresh"});
    tree.git({"rm", "-rq", "--force", "."});
    tree.write("z", "9\n");
    tree.commit("fresh");
    tree.git({"branch", "--force", "main", "fresh"});
    tree.git({"checkout", "--quiet", "main"});
    run();
    CHECK(read(out).text() == "delete a\ndelete b\ndelete c\nadd z\n");
    REQUIRE(receiver.receive(read(out)));
    CHECK(receiver.files() == Files{{"z", "9\n"}});
}

TEST_CASE_FIXTURE(Fixture, "a full stream follows when the difference would not do") {
    tree.write("a.py", "1\n");
    tree.write("b.md", "1\n");
    tree.commit();
    tree.git({"branch", "other"});
    run();
    SUBCASE("asked for") {
        auto wanted = request();
        wanted.full = true;
        CHECK(run(wanted).full_because == "asked for");
        check_full(read(out));
    }
    SUBCASE("other patterns") {
        auto wanted = request();
        wanted.inclusion.include = {"*.py"};
        CHECK(run(wanted).full_because == "patterns or limits changed");
        CHECK(read(out).text() == "add a.py\nadd b.md [not_included]\n");
        CHECK(run(wanted).outcome == Outcome::unchanged);
    }
    SUBCASE("another size limit") {
        auto wanted = request();
        wanted.inclusion.max_file_size = 1;
        CHECK(run(wanted).outcome == Outcome::full);
        CHECK(read(out).text() == "add a.py [too_large]\nadd b.md [too_large]\n");
    }
    SUBCASE("another branch, and back") {
        auto wanted = request();
        wanted.update.branch = "other";
        CHECK(run(wanted).full_because == "another branch than before");
        CHECK(run().full_because == "another branch than before");
        CHECK(run().outcome == Outcome::unchanged);
    }
    SUBCASE("the repository's own rules") {
        tree.write(".gitattributes", "*.md linguist-generated\n");
        tree.commit();
        CHECK(run().full_because == "the repository's own rules changed");
        CHECK(read(out).text() == "add .gitattributes\nadd a.py\nadd b.md [generated]\n");
        tree.write("sub/.elysiaignore", "*\n");
        tree.write("sub/x", "1\n");
        tree.commit();
        CHECK(run().outcome == Outcome::full);
        CHECK(read(out).find("sub/x")->skip_reason == "ignored");
    }
    SUBCASE("another receiver") {
        auto wanted = request();
        wanted.target.file = sandbox.path() / "second.jsonl";
        CHECK(run(wanted).full_because == "first delivery");
        check_full(read(wanted.target.file));
    }
    SUBCASE("lost state") {
        std::filesystem::remove_all(sandbox.data() / "deliveries");
        CHECK(run().full_because == "first delivery");
    }
    SUBCASE("unreadable state") {
        for (const auto& entry : std::filesystem::directory_iterator(sandbox.data() / "deliveries")) {
            REQUIRE(write_file_atomic(entry.path(), "{\"format\":1,"));
        }
        CHECK(run().full_because == "first delivery");
    }
    SUBCASE("lost copy, with a change since") {
        std::filesystem::remove_all(sandbox.data() / "repos");
        tree.write("c", "1\n");
        tree.commit();
        CHECK(run().full_because == "the copy no longer has the commit delivered last");
        check_full(read(out));
    }
    SUBCASE("lost copy, nothing new") {
        std::filesystem::remove_all(sandbox.data() / "repos");
        CHECK(run().outcome == Outcome::unchanged);
    }
    SUBCASE("interrupted run") {
        const DeliveryStore deliveries(sandbox.data());
        const auto key = DeliveryStore::key(request().remote.name, request().target.key());
        auto delivery = deliveries.load(key);
        REQUIRE(delivery);
        delivery->in_flight = true;
        REQUIRE(deliveries.save(key, *delivery));
        CHECK(run().full_because == "the last run was interrupted");
        CHECK(run().outcome == Outcome::unchanged);
    }
}

TEST_CASE_FIXTURE(Fixture, "a damaged copy is fetched anew") {
    tree.write("a", "1\n");
    tree.commit();
    run();
    tree.write("a", std::string(5000, 'x') + "2\n");
    tree.commit();
    run();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(sandbox.data() / "repos")) {
        if (entry.path().extension() != ".pack") continue;
        std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
        std::filesystem::resize_file(entry.path(), 40);
    }
    auto wanted = request();
    wanted.full = true;
    run(wanted);
    check_full(read(out));
    CHECK(read(out).find("a")->content->size() == 5002);
}

TEST_CASE_FIXTURE(Fixture, "what the repository itself lacks is unreadable, the rest is delivered") {
    tree.write("a", "1\n");
    tree.write("b", "2\n");
    tree.commit();
    const auto blob = tree.git({"rev-parse", "HEAD:b"});
    std::filesystem::remove(tree.path() / ".git" / "objects" / blob.substr(0, 2) / blob.substr(2));
    auto wanted = request();
    wanted.remote = *git::parse_remote(tree.path().string(), "/");
    const auto report = run(wanted);
    CHECK(read(out).text() == "add a\nadd b [unreadable]\n");
    CHECK(report.tally.skipped.at("unreadable").files == 1);
}

TEST_CASE_FIXTURE(Fixture, "every kind of file has its record") {
    tree.write("text", "hello\n");
    tree.write("empty", "");
    tree.write("dos.txt", "one\r\ntwo\r\n");
    tree.write("latin1.txt", "caf\xe9\n");
    tree.write("caf\xe9.txt", "a name that is not UTF-8\n");
    tree.write("Name", "upper\n");
    tree.write("name", "lower\n");
    tree.write("picture.dat", std::string("\x89PNG\0\0", 6));
    tree.write("big.txt", std::string((1U << 20U) + 1, 'x'));
    tree.write("just-right.txt", std::string(1U << 20U, 'x'));
    tree.write("model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
    tree.write(".env", "PASSWORD=hunter2\n");
    std::string deep;
    for (int i = 0; i < 60; ++i) deep += "d" + std::to_string(i) + "/";
    tree.write(deep + "file.txt", "deep\n");
    std::filesystem::create_symlink("text", tree.path() / "link");
    std::filesystem::create_symlink("/etc/passwd", tree.path() / "outside");
    tree.commit();
    tree.git({"update-index", "--add", "--cacheinfo", "160000,1111111111111111111111111111111111111111,sub"});
    tree.git({"commit", "--quiet", "--message", "submodule"});
    run();
    const auto stream = read(out);
    check_full(stream);
    CHECK(stream.find("text")->content == "hello\n");
    CHECK(stream.find("empty")->content == "");
    CHECK(stream.find("dos.txt")->content == "one\r\ntwo\r\n");
    CHECK(stream.find("latin1.txt")->content == "caf\xe9\n");
    const auto* odd = stream.find(stream::to_path_text("caf\xe9.txt"));
    REQUIRE(odd != nullptr);
    CHECK(odd->content == "a name that is not UTF-8\n");
    CHECK(stream::from_path_text(odd->path) == "caf\xe9.txt");
    CHECK(stream.find("Name")->content == "upper\n");
    CHECK(stream.find("name")->content == "lower\n");
    CHECK(stream.find("picture.dat")->skip_reason == "binary");
    CHECK(stream.find("big.txt")->skip_reason == "too_large");
    CHECK(stream.find("big.txt")->size == (1U << 20U) + 1);
    CHECK_FALSE(stream.find("just-right.txt")->skip_index);
    CHECK(stream.find("model.bin")->skip_reason == "lfs_pointer");
    CHECK(stream.find(deep + "file.txt")->content == "deep\n");
    CHECK(stream.find("link")->skip_reason == "symlink");
    CHECK(stream.find("outside")->skip_reason == "symlink");
    CHECK_FALSE(stream.find("outside")->content);
    CHECK(stream.find("sub")->skip_reason == "submodule");
    CHECK(stream.find("sub")->blob_id == std::string(40, '1'));
    const auto text = *read_file(out);
    CHECK(text.find("hunter2") == std::string::npos);
    const auto* secret = stream.find(".env");
    CHECK(secret->skip_reason == "secret");
    CHECK(secret->blob_id.empty());
    CHECK(secret->size == 0);
}

TEST_CASE_FIXTURE(Fixture, "changes of kind, renames, executable bits") {
    tree.write("moved/from.py", "print('the same')\n");
    tree.write("becomes-folder", "x\n");
    tree.write("becomes-file/in", "y\n");
    tree.write("becomes-link", "z\n");
    tree.write("script", "#!/bin/sh\n");
    tree.write("empty1", "");
    tree.commit();
    run();
    std::filesystem::create_directories(tree.path() / "to");
    std::filesystem::rename(tree.path() / "moved" / "from.py", tree.path() / "to" / "here.py");
    tree.remove("becomes-folder");
    tree.write("becomes-folder/in", "x2\n");
    tree.remove("becomes-file");
    tree.write("becomes-file", "y2\n");
    tree.remove("becomes-link");
    std::filesystem::create_symlink("script", tree.path() / "becomes-link");
    std::filesystem::permissions(tree.path() / "script", std::filesystem::perms::owner_all);
    tree.remove("empty1");
    tree.write("empty2", "");
    tree.commit();
    run();
    CHECK(read(out).text() ==
          "add becomes-file\ndelete becomes-file/in\ndelete becomes-folder\nadd becomes-folder/in\nmodify becomes-link "
          "[symlink]\n"
          "delete empty1\nadd empty2\ndelete moved/from.py\nadd to/here.py <- moved/from.py\n");
    std::filesystem::permissions(tree.path() / "script",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto last = tree.commit();
    const auto report = run();
    CHECK(report.outcome == Outcome::unchanged);
    CHECK(report.commit == last);
    CHECK(read(out).changes.empty());
    CHECK(read(out).changeset.commit == last);
}

TEST_CASE_FIXTURE(Fixture, "an empty repository is an empty full stream; one that was emptied is not taken for it") {
    auto report = run();
    CHECK(report.outcome == Outcome::full);
    auto stream = read(out);
    CHECK(stream.changes.empty());
    CHECK(stream.changeset.full);
    CHECK(stream.changeset.commit.empty());
    CHECK(run().outcome == Outcome::unchanged);
    tree.write("a", "1\n");
    tree.commit();
    CHECK(run().full_because == "the repository was empty before");
    check_full(read(out));
    std::filesystem::remove_all(tree.path() / ".git");
    tree.git({"init", "--quiet", "--initial-branch=main"});
    const auto gone = try_sync(request());
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == Code::not_found);
    CHECK(gone.error().hint.find("--full") != std::string::npos);
    auto wanted = request();
    wanted.full = true;
    run(wanted);
    CHECK(read(out).changes.empty());
    CHECK(read(out).changeset.full);
}

TEST_CASE_FIXTURE(Fixture, "the default branch is followed when it changes its name") {
    tree.write("a", "1\n");
    tree.commit();
    run();
    tree.git({"branch", "--move", "main", "trunk"});
    tree.write("b", "2\n");
    tree.commit();
    const auto report = run();
    CHECK(report.branch == "trunk");
    CHECK(report.full_because == "another branch than before");
    check_full(read(out));
    auto wanted = request();
    wanted.update.branch = "main";
    const auto gone = try_sync(wanted);
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == Code::not_found);
    CHECK(gone.error().hint.find("trunk") != std::string::npos);
    // The failure changed nothing.
    CHECK(run().outcome == Outcome::unchanged);
}

TEST_CASE_FIXTURE(Fixture, "tags are delivered like branches") {
    tree.write("a", "1\n");
    const auto first = tree.commit();
    tree.git({"tag", "--annotate", "--message", "m", "v1"});
    tree.write("a", "2\n");
    tree.commit();
    auto wanted = request();
    wanted.update.branch = "v1";
    CHECK(run(wanted).commit == first);
    CHECK(read(out).find("a")->content == "1\n");
    CHECK(read(out).changeset.branch == "v1");
    CHECK(run(wanted).outcome == Outcome::unchanged);
}

TEST_CASE_FIXTURE(Fixture, "a spool gets a new file for each change, and none without") {
    auto wanted = request();
    wanted.target = {};
    wanted.target.spool_root = sandbox.path() / "spool";
    wanted.target.collection = "project";
    tree.write("a", "1\n");
    tree.commit();
    const auto first = run(wanted);
    CHECK(first.stream.parent_path() == sandbox.path() / "spool" / "pending" / "project");
    CHECK(run(wanted).stream.empty());
    tree.write("a", "2\n");
    tree.commit();
    const auto second = run(wanted);
    CHECK(second.stream != first.stream);
    CHECK(first.stream < second.stream);
    CHECK(read(first.stream).changeset.full);
    CHECK(read(second.stream).text() == "modify a\n");
    CHECK(read(second.stream).changeset.parent == first.commit);
}

TEST_CASE_FIXTURE(Fixture, "a file in a pending folder is handed over: what nobody took is not lost") {
    auto wanted = request();
    const auto file = sandbox.path() / "pending" / "project.jsonl";
    wanted.target.file = file;
    Receiver receiver;
    const auto take = [&] {
        REQUIRE(receiver.receive(read(file)));
        std::filesystem::remove(file);
    };
    tree.write("a", "1\n");
    tree.write("b", "1\n");
    tree.commit();
    run(wanted);
    take();
    tree.write("a", "2\n");
    tree.commit();
    run(wanted);  // not taken
    tree.write("a", "1\n");
    tree.write("c", "3\n");
    tree.commit();
    run(wanted);
    CHECK(read(file).text() == "add c\n");
    take();
    CHECK(receiver.files() == Files{{"a", "1\n"}, {"b", "1\n"}, {"c", "3\n"}});
    // Taken, nothing new: nothing to hand over.
    CHECK(run(wanted).outcome == Outcome::unchanged);
    CHECK_FALSE(std::filesystem::exists(file));
    // A full stream that nobody took is followed by a full one.
    wanted.full = true;
    run(wanted);
    wanted.full = false;
    tree.write("d", "4\n");
    tree.commit();
    CHECK(run(wanted).full_because == "the full stream before has not been taken");
    check_full(read(file));
    // Only that file is left in the folder.
    CHECK(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}) == 1);
}

TEST_CASE_FIXTURE(Fixture, "a folder is read where it is") {
    auto wanted = request();
    wanted.remote = *git::parse_remote(tree.path().string(), "/");
    tree.write("a", "1\n");
    tree.commit();
    CHECK(run(wanted).outcome == Outcome::full);
    tree.write("a", "2\n");
    tree.commit();
    CHECK(run(wanted).outcome == Outcome::incremental);
    CHECK(read(out).text() == "modify a\n");
    // The folder clears away what was delivered last.
    tree.git({"commit", "--quiet", "--amend", "--allow-empty", "--message", "other"});
    tree.write("b", "3\n");
    tree.commit();
    tree.git({"reflog", "expire", "--expire=now", "--all"});
    tree.git({"gc", "--quiet", "--prune=now"});
    run(wanted);
    CHECK(read(out).changeset.commit == tree.git({"rev-parse", "HEAD"}));
    CHECK(read(out).find("b") != nullptr);
}

TEST_CASE("a receiver is the same whatever way its file is written") {
    Target relative;
    relative.file = "no-such-folder/../changes.jsonl";
    Target absolute;
    absolute.file = std::filesystem::current_path() / "changes.jsonl";
    CHECK(relative.key() == absolute.key());
}

TEST_CASE_FIXTURE(Fixture, "two runs at once: one waits its turn by failing cleanly") {
    tree.write("a", "1\n");
    tree.commit();
    const auto held = git::Mirror::open(sandbox.data(), request().remote);
    REQUIRE(held);
    const auto second = try_sync(request());
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::conflict);
}

TEST_CASE_FIXTURE(Fixture, "a stopped run writes nothing") {
    tree.write("a", "1\n");
    tree.commit();
    std::stop_source stopped;
    stopped.request_stop();
    model::NoProgress progress;
    const auto report = sync(request(), system_clock(), progress, stopped.get_token());
    REQUIRE_FALSE(report);
    CHECK(report.error().code == Code::cancelled);
    CHECK_FALSE(std::filesystem::exists(out));
    CHECK(run().outcome == Outcome::full);
}

TEST_CASE_FIXTURE(Fixture, "many files come in the order of their paths, with any number of threads") {
    for (int i = 0; i < 700; ++i)
        tree.write("d" + std::to_string(i % 13) + "/f" + std::to_string(i), std::to_string(i) + "\n");
    tree.commit();
    std::string first;
    for (const unsigned threads : {1U, 2U, 7U}) {
        auto wanted = request();
        wanted.full = true;
        wanted.threads = threads;
        run(wanted);
        const auto stream = read(out);
        check_full(stream);
        CHECK(std::is_sorted(stream.changes.begin(), stream.changes.end(),
                             [](auto& a, auto& b) { return a.path < b.path; }));
        if (first.empty()) first = stream.text();
        CHECK(stream.text() == first);
    }
}

}  // namespace
}  // namespace ely::scan
