#include "changes/stream/spool.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/process.hpp"
#include "base/testing/temporary_folder.hpp"
#include "changes/stream/stream_writer.hpp"

namespace ely::stream {
namespace {

class FixedClock final : public Clock {
  public:
    Timestamp time{std::chrono::milliseconds(1'700'000'000'123)};
    [[nodiscard]] Timestamp now() const override { return time; }
};

struct Fixture {
    ely::testing::TemporaryFolder folder;
    FixedClock clock;
    Spool spool = Spool::open(folder.path(), "docs").value();

    // A stream whose commit is `commit`; its name.
    std::string add(const std::string& commit) {
        const auto path = spool.new_file(clock);
        write(path, commit);
        return path.filename().string();
    }
    static void write(const Path& path, const std::string& commit) {
        auto writer = StreamWriter::create(path);
        REQUIRE(writer);
        model::Changeset changeset;
        changeset.commit = commit;
        REQUIRE(writer->finish(changeset, AtomicFile::Exists::refuse));
    }
    [[nodiscard]] Claim claim() const {
        auto claimed = spool.claim_next();
        REQUIRE(claimed);
        REQUIRE(*claimed);
        return std::move(**claimed);
    }
    [[nodiscard]] std::set<std::string> names(const std::string& place) const {
        std::set<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / place / "docs")) {
            if (!entry.path().filename().string().starts_with('.')) out.insert(entry.path().filename().string());
        }
        return out;
    }
};

TEST_CASE("names say when, and come in order even if the clock does not") {
    Fixture f;
    const auto first = f.add("1");
    CHECK(first.starts_with("20231114T221320.123Z-"));
    CHECK(first.ends_with(".jsonl.zst"));
    const auto second = f.add("2");
    CHECK(second.starts_with("20231114T221320.124Z-"));
    f.clock.time -= std::chrono::hours(24 * 365);
    const auto third = f.add("3");
    CHECK(third.starts_with("20231114T221320.125Z-"));
    CHECK(f.spool.new_file(f.clock, ".jsonl").string().ends_with(".jsonl"));
    const auto pending = f.spool.pending();
    REQUIRE(pending);
    REQUIRE(pending->size() == 3);
    CHECK((*pending)[0].name == first);
    CHECK((*pending)[2].name == third);
    CHECK((*pending)[0].bytes == std::filesystem::file_size((*pending)[0].file));
}

TEST_CASE("streams are claimed in order, one at a time, and archived with their report") {
    Fixture f;
    CHECK_FALSE(f.spool.claim_next().value().has_value());
    const auto first = f.add("1");
    const auto second = f.add("2");
    auto claim = f.claim();
    CHECK(claim.name() == first);
    CHECK(std::filesystem::exists(claim.file()));
    CHECK(f.names("pending") == std::set{second});
    const auto other = f.spool.claim_next();
    REQUIRE_FALSE(other);
    CHECK(other.error().code == Code::conflict);
    // Collections do not wait for one another.
    CHECK(Spool::open(f.folder.path(), "other")->claim_next().has_value());
    const auto archived = claim.archive("{\"ok\":true}");
    REQUIRE(archived);
    CHECK(*archived == f.folder.path() / "archive" / "docs" / first);
    CHECK(read_file(archived->string() + ".report.json").value() == "{\"ok\":true}");
    CHECK(f.names("claimed").empty());
    CHECK_FALSE(claim.archive("{}"));
    CHECK(f.claim().name() == second);
}

TEST_CASE("what could not be applied goes to error/, released streams wait again, dropped ones too") {
    Fixture f;
    const auto first = f.add("1");
    const auto second = f.add("2");
    {
        auto claim = f.claim();
        REQUIRE(claim.release());
        CHECK(f.names("pending") == std::set{first, second});
        CHECK_FALSE(claim.release());
    }
    { CHECK(f.claim().name() == first); }
    CHECK(f.names("claimed") == std::set{first});
    CHECK(f.spool.pending()->front().name == first);
    auto claim = f.claim();
    CHECK(claim.name() == first);
    const auto rejected = claim.reject("{}");
    REQUIRE(rejected);
    CHECK(*rejected == f.folder.path() / "error" / "docs" / first);
    CHECK(f.names("error") == std::set{first, first + ".report.json"});
    CHECK(f.claim().name() == second);
}

TEST_CASE("what was begun is finished first, even if something older came in") {
    Fixture f;
    const auto begun = f.add("1");
    { (void)f.claim(); }
    Fixture::write(f.spool.folder() / "20000101T000000.000Z-1-0-0000.jsonl", "older");
    CHECK(f.claim().name() == begun);
}

TEST_CASE("nothing is overwritten in the archive") {
    Fixture f;
    for (const auto* commit : {"1", "2", "3"}) {
        Fixture::write(f.spool.folder() / "same.jsonl.zst", commit);
        REQUIRE(f.claim().archive(commit));
    }
    CHECK(f.names("archive") == std::set<std::string>{"same.jsonl.zst", "same.jsonl.zst.report.json",
                                                      "same-2.jsonl.zst", "same-2.jsonl.zst.report.json",
                                                      "same-3.jsonl.zst", "same-3.jsonl.zst.report.json"});
    CHECK(read_file(f.folder.path() / "archive/docs/same-2.jsonl.zst.report.json").value() == "2");
}

TEST_CASE("a stream that lies beside the folder under the collection's name waits too") {
    Fixture f;
    Fixture::write(f.folder.path() / "pending" / "docs.jsonl", "1");
    Fixture::write(f.folder.path() / "pending" / "docs2.jsonl", "other collection");
    REQUIRE(f.spool.pending()->size() == 1);
    auto claim = f.claim();
    CHECK(claim.name().ends_with(".jsonl"));
    CHECK(claim.name().starts_with("20"));
    CHECK_FALSE(std::filesystem::exists(f.folder.path() / "pending" / "docs.jsonl"));
    REQUIRE(claim.archive("{}"));
    CHECK(f.names("archive").size() == 2);
}

TEST_CASE("what is no stream is left alone") {
    Fixture f;
    for (const auto* name : {".x.jsonl.1.0.partial", "README", "x.json", ".hidden.jsonl", "x.jsonl.tmp"}) {
        std::ofstream(f.spool.folder() / name) << "x";
    }
    REQUIRE(make_directories(f.spool.folder() / "folder.jsonl"));
    REQUIRE(::mkfifo((f.spool.folder() / "pipe.jsonl").c_str(), 0600) == 0);
    std::filesystem::create_symlink("/etc/passwd", f.spool.folder() / "link.jsonl");
    CHECK(f.spool.pending()->empty());
    CHECK_FALSE(f.spool.claim_next().value().has_value());
}

TEST_CASE("a collection's name must be one plain part of a path") {
    const ely::testing::TemporaryFolder folder;
    for (const auto* name : {"", ".", "..", "a/b", ".a", "a\nb"}) {
        const auto spool = Spool::open(folder.path(), name);
        REQUIRE_FALSE(spool);
        CHECK(spool.error().code == Code::usage);
    }
    CHECK(Spool::open(folder.path(), "Docs äö-1"));
}

TEST_CASE("sweeping removes what is old, and nothing else") {
    Fixture f;
    const auto set_age = [&](const Path& path, std::chrono::hours age) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>((f.clock.now() - age).time_since_epoch());
        const std::array<timespec, 2> times{timespec{seconds.count(), 0}, timespec{seconds.count(), 0}};
        REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0);
    };
    for (const auto* commit : {"1", "2"}) {
        const auto name = f.add(commit);
        const auto archived = f.claim().archive("{}").value();
        set_age(archived, std::chrono::hours(1000));
        set_age(archived.string() + ".report.json", std::chrono::hours(commit == std::string("1") ? 49 : 47));
    }
    const auto waiting = f.add("3");
    set_age(f.spool.folder() / waiting, std::chrono::hours(1000));
    std::ofstream(f.spool.folder() / ".a.jsonl.1.0.partial") << "x";
    std::ofstream(f.spool.folder() / ".b.jsonl.1.0.partial") << "x";
    set_age(f.spool.folder() / ".a.jsonl.1.0.partial", std::chrono::hours(25));
    set_age(f.spool.folder() / ".b.jsonl.1.0.partial", std::chrono::hours(23));
    const auto swept = f.spool.sweep(f.clock, std::chrono::hours(48));
    REQUIRE(swept);
    CHECK(swept->partial_files == 1);
    CHECK(swept->archived_streams == 1);
    CHECK(f.names("archive").size() == 2);
    CHECK(f.names("pending") == std::set{waiting});
    CHECK(std::filesystem::exists(f.spool.folder() / ".b.jsonl.1.0.partial"));
}

TEST_CASE("a claimer that is killed loses nothing, and nobody else gets it meanwhile") {
    Fixture f;
    const auto name = f.add("1");
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto claim = f.spool.claim_next();
        const char byte = claim && *claim ? 'y' : 'n';
        if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
        while (true) ::pause();
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    CHECK(byte == 'y');
    const auto held = f.spool.claim_next();
    REQUIRE_FALSE(held);
    CHECK(held.error().code == Code::conflict);
    CHECK(held.error().message.find(std::to_string(child)) != std::string::npos);
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ::close(ready[0]);
    ::close(ready[1]);
    CHECK(f.claim().name() == name);
}

constexpr auto k_child_case = "spool child: claims a stream and ends the claim";

// Run by the test below in a process of its own, which dies on the way.
TEST_CASE("spool child: claims a stream and ends the claim" * doctest::skip()) {
    const char* root = std::getenv("ELY_TEST_SPOOL");
    REQUIRE(root != nullptr);
    const std::string_view ending = std::getenv("ELY_TEST_ENDING");
    auto claim = Spool::open(root, "docs")->claim_next();
    REQUIRE(claim);
    REQUIRE(*claim);
    if (ending == "release") REQUIRE((*claim)->release());
    if (ending == "reject") REQUIRE((*claim)->reject("first"));
    if (ending == "archive") REQUIRE((*claim)->archive("first"));
}

std::size_t places_of(const Fixture& f, const std::string& name) {
    std::size_t out = 0;
    for (const auto* place : {"pending", "claimed", "archive", "error"}) {
        if (std::filesystem::exists(f.folder.path() / place / "docs" / name)) ++out;
    }
    return out;
}

TEST_CASE("killed at any commit point, a stream is in exactly one place and the next reader gets it done") {
    struct Point {
        std::string name;
        std::string ending;
    };
    const std::vector<Point> points{
        {"spool.claimed", "archive"},  {"spool.reported", "archive"}, {"spool.reported", "reject"},
        {"spool.archived", "archive"}, {"spool.rejected", "reject"},  {"spool.released", "release"},
        {"rename.done", "archive"},    {"rename.done:2", "archive"},  {"rename.done:2", "release"},
        {"file.written", "archive"},   {"file.renamed", "archive"},
    };
    for (const auto& point : points) {
        CAPTURE(point.name);
        CAPTURE(point.ending);
        Fixture f;
        const auto name = f.add("1");
        ProcessOptions child;
        child.arguments = {"/proc/self/exe", "--no-skip", std::string("--test-case=") + k_child_case};
        child.environment = {{"ELYSIACTL_CRASH_AT", point.name},
                             {"ELY_TEST_SPOOL", f.folder.path().string()},
                             {"ELY_TEST_ENDING", point.ending}};
        const auto died = run_process(child);
        REQUIRE(died);
        CHECK(died->exit_status == 128 + SIGKILL);
        CHECK(places_of(f, name) == 1);
        auto again = f.spool.claim_next();
        REQUIRE(again);
        const bool was_done = point.name == "spool.archived" || point.name == "spool.rejected" ||
                              (point.name == "rename.done:2" && point.ending == "archive");
        CHECK(again->has_value() == !was_done);
        if (!*again) continue;
        REQUIRE((*again)->archive("second"));
        CHECK(f.names("archive") == std::set{name, name + ".report.json"});
        CHECK(read_file(f.folder.path() / "archive/docs" / (name + ".report.json")).value() == "second");
        CHECK(f.names("claimed").empty());
    }
}

TEST_CASE("many writers and many readers lose nothing and double nothing") {
    constexpr int k_writers = 3;
    constexpr int k_readers = 3;
    constexpr int k_streams = 15;
    const Fixture f;
    // How often each commit was applied, and how many were: shared by all processes.
    auto* const applied = static_cast<std::atomic<int>*>(
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    REQUIRE(applied != MAP_FAILED);
    auto& total = applied[k_writers * k_streams];
    std::vector<pid_t> children;
    const auto start = [&](const auto& work) {
        const auto child = ::fork();
        if (child == 0) ::_exit(work() ? 0 : 1);
        children.push_back(child);
    };
    for (int writer = 0; writer < k_writers; ++writer) {
        start([&, writer] {
            for (int i = 0; i < k_streams; ++i) {
                auto stream = StreamWriter::create(f.spool.new_file(system_clock(), ".jsonl"));
                model::Changeset changeset;
                changeset.commit = std::to_string(writer * k_streams + i);
                if (!stream || !stream->finish(changeset, AtomicFile::Exists::refuse)) return false;
            }
            return true;
        });
    }
    for (int reader = 0; reader < k_readers; ++reader) {
        start([&, reader] {
            while (total.load() < k_writers * k_streams) {
                auto claim = f.spool.claim_next();
                if (!claim && claim.error().code != Code::conflict) return false;
                if (!claim || !*claim) {
                    ::sched_yield();
                    continue;
                }
                const auto line = read_file((*claim)->file()).value();
                const auto at = line.find("\"commit\":\"") + 10;
                const int commit = std::stoi(line.substr(at));
                // The first reader gives up now and then; the stream must come round again.
                if (reader == 0 && commit % 4 == 0) {
                    if (commit % 8 == 0 && !(*claim)->release()) return false;
                    ::sched_yield();
                    continue;
                }
                applied[commit].fetch_add(1);
                total.fetch_add(1);
                if (!(*claim)->archive("{}")) return false;
            }
            return true;
        });
    }
    for (const auto child : children) {
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    for (int commit = 0; commit < k_writers * k_streams; ++commit) CHECK(applied[commit].load() == 1);
    CHECK(f.names("pending").empty());
    CHECK(f.names("claimed").empty());
    CHECK(f.names("archive").size() == 2UL * k_writers * k_streams);
    ::munmap(applied, 4096);
}

}  // namespace
}  // namespace ely::stream
