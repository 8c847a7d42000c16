#include "changes/stream/stream_reader.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "base/testing/temporary_folder.hpp"
#include "changes/stream/path_text.hpp"
#include "changes/stream/stream_writer.hpp"
#include "changes/stream/testing/records.hpp"
#include "model/skip_reason.hpp"

namespace ely::stream {
namespace {

using model::Change;
using model::Operation;
using testing::records_of_file;
using testing::records_of_text;

constexpr auto k_golden = "tests/data/streams/format-1.jsonl";

Result<StreamSummary> summary_of(const std::string& bytes, std::string_view name = "s.jsonl") {
    const ely::testing::TemporaryFolder folder;
    std::ofstream(folder.path() / name, std::ios::binary) << bytes;
    return summarize_stream(folder.path() / name);
}

std::string golden() {
    return read_file(k_golden).value();
}

bool same(const Change& a, const Change& b) {
    return a.operation == b.operation && a.repository == b.repository && a.path == b.path && a.size == b.size &&
           a.mime == b.mime && a.language == b.language && a.blob_id == b.blob_id && a.renamed_from == b.renamed_from &&
           a.content == b.content && a.skip_index == b.skip_index && a.skip_reason == b.skip_reason;
}

TEST_CASE("the golden stream of format 1, plain, gzip and zstd") {
    for (const auto* ending : {"", ".gz", ".zst"}) {
        const auto records = records_of_file(std::string(k_golden) + ending);
        CHECK(records.error.empty());
        CHECK(records.bad.empty());
        REQUIRE(records.changes.size() == 22);
        CHECK(records.changes[0].path == to_path_text("caf\xe9/a.txt"));
        CHECK(records.changes[0].content == std::string("\0\"\\\x1f\x7f é\n", 9));
        CHECK(records.changes[1].content == "print('hi')\r\n");
        CHECK(records.changes[1].language == "Python");
        CHECK(records.changes[1].mime == "text/x-python");
        CHECK(records.changes[1].blob_id == "cdfc56895c60a21e6ea5721946cb2b31f15ec9ef");
        CHECK(records.changes[2].content == std::string("\xff\xfe\0", 3));
        CHECK(records.changes[3].content == "");
        CHECK(records.changes[4].operation == Operation::remove);
        CHECK(records.changes[4].path == "src/old name -> x.py");
        CHECK(records.changes[6].renamed_from == "src/before.py");
        for (std::size_t i = 0; i < 14; ++i) {
            const auto& change = records.changes[7 + i];
            CHECK(change.skip_reason == model::skip::k_all[i]);
            CHECK(change.skip_index);
            CHECK_FALSE(change.content);
            const bool secret = change.skip_reason == model::skip::k_secret;
            CHECK(change.size == (secret ? 0 : 7));
            CHECK(change.blob_id.empty() == secret);
        }
        CHECK(records.changes[21].path == "tabs\tnew\nlines \"quotes\" \\ 😀.md");
        CHECK(records.changes[21].line == 22);
        REQUIRE(records.changesets.size() == 1);
        const auto& changeset = records.changesets[0];
        CHECK(changeset.repository == "github.com/pallets/flask");
        CHECK(changeset.commit == "9b2c56895c60a21e6ea5721946cb2b31f15ec9ef");
        CHECK(changeset.parent == "51aa56895c60a21e6ea5721946cb2b31f15ec9ef");
        CHECK(changeset.tree_hash == "77e056895c60a21e6ea5721946cb2b31f15ec9ef");
        CHECK(changeset.branch == "main");
        CHECK(changeset.url == "https://github.com/pallets/flask");
        CHECK_FALSE(changeset.full);
        CHECK(changeset.records == 22);
        CHECK(changeset.format == 1);
        CHECK(changeset.generated_at == "2026-01-31T12:00:00.000Z");
        const auto summary = summarize_stream(std::string(k_golden) + ending);
        REQUIRE(summary);
        CHECK(summary->complete);
        CHECK(summary->problem.empty());
        CHECK(summary->changes == 22);
        CHECK(summary->bad_records == 0);
        CHECK(summary->bytes == golden().size());
        REQUIRE(summary->changesets.size() == 1);
        CHECK(summary->changesets[0].commit == changeset.commit);
    }
}

TEST_CASE("a stream that was cut off is never complete, wherever the cut is") {
    const auto whole = golden();
    CHECK(summary_of(whole)->complete);
    // Only the last newline may be missing: nothing is lost with it.
    CHECK(summary_of(whole.substr(0, whole.size() - 1))->complete);
    for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
        CAPTURE(length);
        const auto records = records_of_text(whole.substr(0, length));
        REQUIRE(records.changesets.empty());
    }
    for (std::size_t length = 0; length + 1 < whole.size(); length += 41) {
        const auto summary = summary_of(whole.substr(0, length));
        REQUIRE(summary);
        CHECK_FALSE(summary->complete);
        CHECK_FALSE(summary->problem.empty());
    }
}

TEST_CASE("a compressed stream that was cut off or damaged is never complete") {
    for (const auto* ending : {".gz", ".zst"}) {
        const auto whole = read_file(std::string(k_golden) + ending).value();
        for (std::size_t length = 0; length < whole.size(); length += 3) {
            const auto summary = summary_of(whole.substr(0, length), std::string("s.jsonl") + ending);
            CAPTURE(length);
            CHECK_FALSE((summary && summary->complete));
        }
        for (std::size_t at = 20; at + 8 < whole.size(); at += 7) {
            auto damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
            const auto summary = summary_of(damaged, std::string("s.jsonl") + ending);
            CAPTURE(at);
            // A bit of gzip's header fields may change without changing the content.
            if (summary && summary->complete) CHECK(summary->changes == 22);
        }
    }
}

TEST_CASE("a stream of ours from which a line was lost, doubled or broken is found out") {
    std::vector<std::string> lines;
    const auto whole = golden();
    for (std::size_t at = 0; at < whole.size();) {
        const auto end = whole.find('\n', at);
        lines.push_back(whole.substr(at, end + 1 - at));
        at = end + 1;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CAPTURE(i);
        std::string without;
        std::string doubled;
        for (std::size_t j = 0; j < lines.size(); ++j) {
            if (j != i) without += lines[j];
            doubled += lines[j] + (j == i ? lines[j] : "");
        }
        CHECK_FALSE(summary_of(without)->complete);
        CHECK_FALSE(summary_of(doubled)->complete);
    }
    // A broken line in the middle is a bad record, and the rest is good; the first one carries the format.
    auto broken = lines;
    broken[3][10] = '"';
    std::string text;
    for (const auto& line : broken) text += line;
    CHECK(summary_of(text)->complete);
    CHECK(summary_of(text)->bad_records == 1);
    broken = lines;
    broken[0][1] = 'x';
    text.clear();
    for (const auto& line : broken) text += line;
    CHECK_FALSE(summary_of(text)->complete);
}

TEST_CASE("nothing is guessed in a stream of ours") {
    const auto records = records_of_text(
        "{\"format\":1,\"repo\":\"r\",\"op\":\"delete\",\"path\":\"a -> b\"}\n"
        "src/main.py\n"
        "\"src/main.py\"\n"
        "{\"repo\":\"r\",\"op\":\"add\",\"path\":\"dir/\",\"skip_index\":true}\n"
        "{\"repo\":\"r\",\"op\":\"add\",\"path\":\"/abs\",\"content\":\"\"}\n"
        "{\"repo\":\"r\",\"op\":\"add\",\"path\":\"c\",\"content\":\"\",\"event\":\"of the "
        "future\",\"data\":{\"path\":\"d\"}}\n"
        "{\"repo\":\"r\",\"new_changeset\":{\"commit\":\"c\",\"records\":6,\"format\":1}}\n");
    REQUIRE(records.changes.size() == 2);
    CHECK(records.changes[0].path == "a -> b");
    CHECK(records.changesets.size() == 1);
    CHECK(records.bad.size() == 4);
}

TEST_CASE("a format of the future is refused before anything is read") {
    for (const auto* text : {"{\"format\":2,\"repo\":\"r\",\"op\":\"add\",\"path\":\"a\",\"content\":\"\"}\n",
                             "{\"repo\":\"r\",\"new_changeset\":{\"commit\":\"c\",\"format\":2}}\n"}) {
        const auto reader = StreamReader::over(std::make_unique<testing::TextBytes>(text));
        const auto next = reader->next();
        REQUIRE_FALSE(next);
        CHECK(next.error().code == Code::unsupported);
        const auto summary = summary_of(text);
        REQUIRE_FALSE(summary);
        CHECK(summary.error().code == Code::unsupported);
    }
}

TEST_CASE("streams in a row") {
    const auto predecessors = read_file("tests/data/streams/stream-mgit-plain.jsonl").value();
    auto summary = summary_of(golden() + predecessors + golden());
    REQUIRE(summary);
    CHECK(summary->complete);
    CHECK(summary->changesets.size() == 3);
    CHECK(summary->changes == 22 + 8 + 22);
    summary = summary_of(predecessors + golden().substr(0, 2000));
    CHECK_FALSE(summary->complete);
    CHECK(summary->changesets.size() == 1);
}

TEST_CASE("empty streams") {
    CHECK_FALSE(summary_of("")->complete);
    CHECK_FALSE(summary_of("\n \n\r\n")->complete);
    const auto full =
        summary_of("{\"repo\":\"r\",\"new_changeset\":{\"commit\":\"\",\"full\":true,\"records\":0,\"format\":1}}\n");
    CHECK(full->complete);
    CHECK(full->changesets.at(0).full);
    CHECK_FALSE(summary_of("{\"repo\":\"r\",\"new_changeset\":{\"commit\":\"c\",\"records\":1}}\n")->complete);
}

TEST_CASE("what cannot be opened is an error") {
    CHECK(summarize_stream("no/such/file").error().code == Code::not_found);
    CHECK(StreamReader::open("no/such/file").error().code == Code::not_found);
    CHECK(summarize_stream("-").error().code == Code::usage);
}

TEST_CASE("lines that are too long are bad records, and take no memory") {
    ReadOptions options;
    options.max_line_bytes = 1000;
    const auto line = [](std::size_t length, const std::string& path) {
        const auto start = fmt::format(R"({{"path":"{}","content":")", path);
        return start + std::string(length - start.size() - 2, 'x') + "\"}\n";
    };
    for (const std::size_t step : {1UL, 7UL, 4096UL, 1UL << 20U}) {
        const auto records = records_of_text(
            line(1000, "fits") + line(1001, "long") + line(5'000'000, "longer") + line(100, "next") + line(2000, "end"),
            options, step);
        REQUIRE(records.changes.size() == 2);
        CHECK(records.changes[0].path == "fits");
        CHECK(records.changes[1].path == "next");
        CHECK(records.changes[1].line == 4);
        REQUIRE(records.bad.size() == 3);
        CHECK(records.bad[0].line == 2);
        CHECK(records.bad[1].line == 3);
        CHECK(records.bad[2].line == 5);
    }
}

TEST_CASE("lines come out the same however the bytes come in") {
    const auto whole = golden();
    const auto expected = records_of_text(whole);
    for (const std::size_t step : {1UL, 2UL, 63UL, 64UL, 65UL, 1000UL}) {
        const auto records = records_of_text(whole, {}, step);
        REQUIRE(records.changes.size() == expected.changes.size());
        for (std::size_t i = 0; i < records.changes.size(); ++i) CHECK(same(records.changes[i], expected.changes[i]));
    }
}

// Paths, contents and facts such as a repository may hold.
Change random_change() {
    Change change;
    change.operation = *rc::gen::element(Operation::add, Operation::modify, Operation::remove);
    change.repository = *rc::gen::element<std::string>("github.com/o/r", "local/ä \"x\"", "r");
    auto path = *rc::gen::nonEmpty(
        rc::gen::container<std::string>(rc::gen::weightedOneOf<char>({{4, rc::gen::inRange('a', 'z')},
                                                                      {1, rc::gen::arbitrary<char>()},
                                                                      {1, rc::gen::element(' ', '"', '\\', '\n')}})));
    std::erase_if(path, [](char c) { return c == '\0' || c == '/' || c == '.'; });
    change.path = to_path_text("d/" + path + "x");
    if (change.operation == Operation::remove) return change;
    change.mime = *rc::gen::element<std::string>("", "text/plain");
    change.language = *rc::gen::element<std::string>("", "C++");
    change.blob_id = *rc::gen::element<std::string>("", "cdfc56895c60a21e6ea5721946cb2b31f15ec9ef");
    change.renamed_from = *rc::gen::element<std::string>("",
                                                         "old/\xEF\xBF\xBD"
                                                         "ff",
                                                         "a\nb");
    if (*rc::gen::inRange(0, 4) == 0) {
        change.size = *rc::gen::inRange<std::uint64_t>(0, 1ULL << 40U);
        change.skip_index = true;
        change.skip_reason = *rc::gen::element<std::string>("binary", "too_large", "a word of the future");
        return change;
    }
    change.content = *rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(), rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127)),
        rc::gen::map(rc::gen::inRange<std::size_t>(0, 700'000), [](std::size_t n) { return std::string(n, '\n'); }));
    change.size = change.content->size();
    return change;
}

TEST_CASE("what is written is read") {
    const ely::testing::TemporaryFolder folder;
    CHECK(rc::check([&](std::uint8_t codec) {
        const auto changes = *rc::gen::container<std::vector<Change>>(rc::gen::exec(random_change));
        const std::array<std::string, 3> endings{"", ".gz", ".zst"};
        const auto path = folder.path() / ("s.jsonl" + endings.at(codec % 3));
        auto writer = StreamWriter::create(path);
        for (const auto& change : changes) RC_ASSERT(writer->write_lines(to_line(change), 1).has_value());
        model::Changeset changeset;
        changeset.commit = "c\n\"";
        RC_ASSERT(writer->finish(changeset).has_value());
        const auto records = records_of_file(path);
        RC_ASSERT(records.bad.empty());
        RC_ASSERT(records.error.empty());
        RC_ASSERT(records.changesets.size() == 1U);
        RC_ASSERT(records.changesets[0].commit == changeset.commit);
        RC_ASSERT(records.changes.size() == changes.size());
        for (std::size_t i = 0; i < changes.size(); ++i) {
            RC_ASSERT(same(records.changes[i], changes[i]));
            RC_ASSERT(records.changes[i].line == i + 1);
        }
        const auto summary = summarize_stream(path);
        RC_ASSERT(summary->complete);
        RC_ASSERT(summary->changes == changes.size());
    }));
}

TEST_CASE("the reader survives any bytes, and reads on to their end") {
    CHECK(rc::check([](const std::vector<std::string>& pieces) {
        const std::array<std::string, 12> words{
            "{",   "}",   "\"path\":",         "\"a\"", ",", "\n", "\"content\":", "\"op\":", "null",
            "[1]", "\\u", "\"new_changeset\":"};
        std::string text;
        for (const auto& piece : pieces) {
            text += piece.size() % 3 == 0 ? piece : words.at(piece.size() % words.size());
        }
        const auto records = records_of_text(text + "\n{\"path\":\"the end\",\"skip_index\":true}\n");
        RC_ASSERT(records.error.empty());
        RC_ASSERT(!records.changes.empty());
        RC_ASSERT(records.changes.back().path == "the end");
    }));
}

}  // namespace
}  // namespace ely::stream
