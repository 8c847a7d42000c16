#include "index/ingest.hpp"

#include <doctest/doctest.h>

#include "base/testing/temporary_folder.hpp"
#include "changes/stream/stream_writer.hpp"
#include "index/code_schema.hpp"
#include "store/batch/batch.hpp"
#include "store/open.hpp"

using namespace ely;
using namespace ely::index;

namespace {

model::Change file(std::string path, std::string content) {
    model::Change change;
    change.operation = model::Operation::add;
    change.repository = "example.com/a/b";
    change.path = std::move(path);
    change.size = content.size();
    change.language = "Python";
    change.blob_id = to_hex(sha1(content));
    change.content = std::move(content);
    return change;
}

model::Change skipped(std::string path, std::string reason) {
    model::Change change;
    change.operation = model::Operation::add;
    change.repository = "example.com/a/b";
    change.path = std::move(path);
    change.blob_id = "00";
    change.skip_index = true;
    change.skip_reason = std::move(reason);
    return change;
}

model::Change removal(std::string path) {
    model::Change change;
    change.operation = model::Operation::remove;
    change.repository = "example.com/a/b";
    change.path = std::move(path);
    return change;
}

model::Changeset changeset(std::string commit, std::string parent = {}) {
    model::Changeset out;
    out.repository = "example.com/a/b";
    out.branch = "main";
    out.commit = std::move(commit);
    out.full = parent.empty();
    out.parent = std::move(parent);
    return out;
}

// A collection in a store of its own, and streams applied to it.
struct Bench {
    testing::TemporaryFolder temporary;
    Path folder = temporary.path();
    std::unique_ptr<store::Store> store = store::open_embedded_store(folder / "store.db").value();
    std::shared_ptr<store::Collection> collection = store->create(code_schema("sample", "none", "", 0)).value();
    model::NoProgress progress;
    int streams = 0;

    Path write_lines(const std::vector<std::string>& lines, const model::Changeset& end) {
        auto path = folder / (std::to_string(streams++) + ".jsonl");
        auto writer = stream::StreamWriter::create(path).value();
        std::string text;
        for (const auto& line : lines) text += line;
        REQUIRE(writer.write_lines(text, lines.size()));
        REQUIRE(writer.finish(end));
        return path;
    }
    Path write(const std::vector<model::Change>& changes, const model::Changeset& end) {
        std::vector<std::string> lines;
        for (const auto& change : changes) lines.push_back(stream::to_line(change));
        return write_lines(lines, end);
    }
    Result<model::IngestReport> try_apply(const Path& path, const IngestOptions& options = {}) {
        return ingest(path, {*collection, store->location(), folder / "ledger.db"}, options, system_clock(), progress);
    }
    model::IngestReport apply(const std::vector<model::Change>& changes, const model::Changeset& end,
                              const IngestOptions& options = {}) {
        auto report = try_apply(write(changes, end), options);
        REQUIRE_MESSAGE(report.has_value(), (report ? std::string() : report.error().text()));
        CHECK(report->indexed + report->unchanged + report->skipped + report->failed == report->files);
        CHECK(collection->count(store::Filter::everything()).value() == report->objects);
        return *report;
    }
    std::string digest() { return to_hex(store::digest(*collection).value()); }
    std::uint64_t count(std::string_view path) {
        return collection->count(store::Filter::equals("path", std::string(path))).value();
    }
};

const std::string k_python = "def first():\n    return 1\n\n\ndef second():\n    return 2\n";

}  // namespace

TEST_CASE("a full stream is indexed, and again is nothing new") {
    Bench bench;
    const std::vector changes{file("a.py", k_python), file("b.md", "# Title\n\nText.\n"), skipped("c.png", "binary")};
    const auto first = bench.apply(changes, changeset("c1"));
    CHECK(first.files == 3);
    CHECK(first.indexed == 2);
    CHECK(first.skipped == 1);
    CHECK(first.skip_reasons.at("binary") == 1);
    CHECK(first.commit == "c1");
    CHECK(first.complete);
    const auto digest = bench.digest();
    const auto second = bench.apply(changes, changeset("c1"));
    CHECK(second.indexed == 0);
    CHECK(second.unchanged == 2);
    CHECK(bench.digest() == digest);
}

TEST_CASE("changes, removals and renames reach the collection") {
    Bench bench;
    bench.apply({file("a.py", k_python), file("b.py", "x = 1\n"), file("old.py", "y = 2\n")}, changeset("c1"));
    auto renamed = file("new.py", "y = 2\n");
    renamed.renamed_from = "old.py";
    const auto report =
        bench.apply({file("a.py", "def other():\n    return 3\n"), removal("b.py"), removal("old.py"), renamed},
                    changeset("c2", "c1"));
    CHECK(report.indexed == 2);
    CHECK(report.removed == 2);
    CHECK(report.files == 2);
    CHECK(bench.count("b.py") == 0);
    CHECK(bench.count("old.py") == 0);
    CHECK(bench.count("new.py") == 1);
    // What the steps led to is what a fresh index of the same content holds, commit aside.
    Bench fresh;
    fresh.apply({file("a.py", "def other():\n    return 3\n"), file("new.py", "y = 2\n")}, changeset("c2"));
    CHECK(bench.digest() == fresh.digest());
}

TEST_CASE("a full stream removes what it does not have") {
    Bench bench;
    bench.apply({file("a.py", k_python), file("b.py", "x = 1\n")}, changeset("c1"));
    const auto report = bench.apply({file("a.py", k_python)}, changeset("c9"));
    CHECK(report.removed == 1);
    CHECK(report.files == 1);
    CHECK(bench.count("b.py") == 0);
}

TEST_CASE("an incomplete stream changes nothing") {
    Bench bench;
    const auto path = bench.write({file("a.py", k_python)}, changeset("c1"));
    auto text = read_file(path).value();
    text.resize(text.rfind('\n', text.size() - 2) + 1);
    REQUIRE(write_file_atomic(path, text));
    const auto refused = bench.try_apply(path);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::corrupt);
    CHECK(bench.collection->count(store::Filter::everything()).value() == 0);
    IngestOptions options;
    options.allow_incomplete = true;
    const auto applied = bench.try_apply(path, options);
    REQUIRE(applied.has_value());
    CHECK(applied->indexed == 1);
    CHECK(!applied->complete);
}

TEST_CASE("a stream that does not continue what is indexed changes nothing and says so") {
    Bench bench;
    bench.apply({file("a.py", k_python)}, changeset("c1"));
    const auto digest = bench.digest();
    const auto report = bench.try_apply(bench.write({file("b.py", "x = 1\n")}, changeset("c3", "c2")));
    REQUIRE(report.has_value());
    CHECK(report->needs_full.find("c2") != std::string::npos);
    CHECK(bench.digest() == digest);
}

TEST_CASE("a path that comes twice ends as its last record") {
    Bench bench;
    const auto report = bench.apply({file("a.py", k_python), file("a.py", "z = 26\n")}, changeset("c1"));
    CHECK(report.files == 1);
    Bench fresh;
    fresh.apply({file("a.py", "z = 26\n")}, changeset("c1"));
    CHECK(bench.digest() == fresh.digest());
}

TEST_CASE("what an interrupted run left behind is removed by the next") {
    Bench bench;
    bench.apply({file("a.py", k_python)}, changeset("c1"));
    const auto digest = bench.digest();
    // As after a kill between the store's and the ledger's transaction: an object that the ledger does not know.
    {
        auto ledger = Ledger::open(bench.folder / "ledger.db").value();
        const auto scope = ledger.find_scope({bench.store->location(), "sample", "example.com/a/b"}).value();
        REQUIRE(scope.has_value());
        CHECK(!ledger.begin(*scope).value());
        auto builder = store::BatchBuilder::create(bench.collection->schema()).value();
        REQUIRE(builder.append(uuid5(k_uuid_namespace_url, "stray"),
                               {{"repository", std::string("example.com/a/b")}, {"path", std::string("a.py")}}));
        REQUIRE(bench.collection->upsert(builder.finish().value()));
    }
    bench.apply({file("a.py", k_python)}, changeset("c1"));
    CHECK(bench.digest() == digest);
}

TEST_CASE("objects that were lost are written again by a full stream") {
    Bench bench;
    bench.apply({file("a.py", k_python), file("b.py", "x = 1\n")}, changeset("c1"));
    const auto digest = bench.digest();
    REQUIRE(bench.collection->remove(store::Filter::equals("path", std::string("a.py"))));
    const auto refused = bench.try_apply(bench.write({}, changeset("c2", "c1")));
    REQUIRE(refused.has_value());
    CHECK(!refused->needs_full.empty());
    bench.apply({file("a.py", k_python), file("b.py", "x = 1\n")}, changeset("c1"));
    CHECK(bench.digest() == digest);
}

TEST_CASE("a file without content fails, and the sum still holds") {
    Bench bench;
    auto broken = file("broken.py", "");
    broken.content.reset();
    const auto report = bench.apply({file("a.py", k_python), broken}, changeset("c1"));
    CHECK(report.failed + report.skipped == 1);
}

TEST_CASE("a record that cannot be read is its file's failure") {
    Bench bench;
    bench.apply({file("a.py", k_python), file("b.py", k_python)}, changeset("c1"));
    const std::string broken = R"({"repo":"example.com/a/b","op":"modify","path":"a.py","content_base64":"%"})"
                               "\n";
    const auto report =
        bench.try_apply(bench.write_lines({broken, stream::to_line(file("b.py", k_python))}, changeset("c2"))).value();
    CHECK(report.failed == 1);
    CHECK(report.unreadable_records == 0);
    CHECK(report.unchanged == 1);
    CHECK(report.files == 2);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures.front().path == "a.py");
    CHECK(report.failures.front().reason.find("line 1") != std::string::npos);
    auto ledger = Ledger::open(bench.folder / "ledger.db").value();
    const auto scope = ledger.find_scope({bench.store->location(), "sample", "example.com/a/b"}).value();
    CHECK(ledger.failures(scope.value(), 10).value().size() == 1);
    // The next stream that has it makes it good.
    const auto again = bench.apply({file("a.py", k_python), file("b.py", k_python)}, changeset("c2"));
    CHECK(again.failed == 0);
    CHECK(again.indexed == 1);
}

TEST_CASE("a record that names no file fails by itself, and then nothing counts as gone") {
    Bench bench;
    bench.apply({file("a.py", k_python), file("b.py", k_python)}, changeset("c1"));
    const auto stream = bench.write_lines({stream::to_line(file("b.py", k_python)), "{\"op\":\n"}, changeset("c2"));
    const auto applied = bench.try_apply(stream);
    REQUIRE_MESSAGE(applied.has_value(), (applied ? std::string() : applied.error().text()));
    const auto& report = *applied;
    CHECK(report.failed == 1);
    CHECK(report.unreadable_records == 1);
    CHECK(report.removed == 0);
    CHECK(bench.count("a.py") > 0);
}

TEST_CASE("the predecessors' ids give one object a file") {
    Bench bench;
    IngestOptions options;
    options.ids = IdRule::legacy;
    const auto report = bench.apply({file("src/auth.py", k_python)}, changeset("c1"), options);
    CHECK(report.objects == 1);
    const auto hits =
        bench.collection->get(std::vector{legacy_id("sample", "src/auth.py")}, {"content", "end_line"}).value();
    REQUIRE(hits.size() == 1);
    CHECK(std::get<std::string>(hits[0].properties.at("content")) == k_python);
    CHECK(std::get<std::int64_t>(hits[0].properties.at("end_line")) == 6);
}

TEST_CASE("two ingests into one collection at the same time: the second is told to wait") {
    Bench bench;
    const auto lock = FileLock::try_acquire(bench.folder / "ledger.db.sample.lock").value();
    const auto refused = bench.try_apply(bench.write({}, changeset("c1")));
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::conflict);
}
