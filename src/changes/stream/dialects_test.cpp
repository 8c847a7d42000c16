// What the predecessors' streams mean to the reader.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/testing/temporary_folder.hpp"
#include "changes/stream/testing/records.hpp"

namespace ely::stream {
namespace {

using model::Operation;
using testing::records_of_file;
using testing::records_of_text;

// "op path [<- renamed_from] [=content | !skip reason]", one a line.
std::string shown(const testing::Records& records) {
    std::string out;
    for (const auto& change : records.changes) {
        out += fmt::format("{} {}", model::operation_name(change.operation), change.path);
        if (!change.renamed_from.empty()) out += " <- " + change.renamed_from;
        if (change.skip_index) out += " !" + change.skip_reason;
        if (change.content) out += " =" + *change.content;
        out += '\n';
    }
    for (const auto& bad : records.bad) out += fmt::format("bad {}: {}: {}\n", bad.line, bad.path, bad.reason);
    return out;
}

std::string shown_line(const std::string& line, const ReadOptions& options = {}) {
    return shown(records_of_text(line + "\n", options));
}

TEST_CASE("the documented stream") {
    const auto records = records_of_file("tests/data/streams/stream-documented.jsonl");
    CHECK(shown(records) ==
          "add config.json ={\"api\": \"v2\"}\n"
          "modify src/auth.py =import os\n...\n"
          "delete old.py\n");
    CHECK(records.changes[0].repository == "ServiceA");
    CHECK(records.changes[1].size == 13);  // what there is, not what the record says
    CHECK(records.changes[2].repository == "ServiceB");
    CHECK(records.changes[2].line == 3);
    REQUIRE(records.changesets.size() == 1);
    CHECK(records.changesets[0].commit == "xyz789");
    CHECK(records.changesets[0].parent == "abc123");
    CHECK(records.changesets[0].format == 0);
    CHECK_FALSE(records.changesets[0].full);
    CHECK(summarize_stream("tests/data/streams/stream-documented.jsonl")->complete);
}

TEST_CASE("what mgit 0.13 writes: renames, quoted names, folders, no contents") {
    const auto records = records_of_file("tests/data/streams/stream-mgit-plain.jsonl");
    CHECK(shown(records) ==
          "modify config.json !no_content\n"
          "delete old.py\n"
          "delete ren.txt\n"
          "modify ren2.txt <- ren.txt !no_content\n"
          "modify sp ace/f.txt !no_content\n"
          "add big.py !no_content\n"
          "add bin.png !no_content\n"
          "add new.py !no_content\n"
          "bad 8: newdir/: it names a folder, and not what is in it\n");
    REQUIRE(records.changesets.size() == 1);
    CHECK(records.changesets[0].branch == "main");
    CHECK(records.changes[2].line == 3);
    CHECK(records.changes[3].line == 3);
}

TEST_CASE("what mgit 0.13 writes with contents: summaries and samples are not taken for the file") {
    const auto records = records_of_file("tests/data/streams/stream-mgit-embedded.jsonl");
    CHECK(shown(records) ==
          "modify config.json ={\"api\": \"v2\"}\n\n"
          "delete old.py\n"
          "delete ren.txt\n"
          "modify ren2.txt <- ren.txt !no_content\n"
          "modify sp ace/f.txt !no_content\n"
          "add big.py !no_content\n"
          "add bin.png !no_content\n"
          "add new.py =new\n\n"
          "bad 8: newdir/: it names a folder, and not what is in it\n");
    CHECK(records.changes[5].size == 20000);
    CHECK(records.changes[0].mime == "application/json");
}

TEST_CASE("event envelopes") {
    const auto records = records_of_file("tests/data/streams/event-envelopes.jsonl");
    CHECK(shown(records) ==
          "add src/main.py =#!/usr/bin/env python3\nprint(1)\n\n"
          "add assets/logo.bin =\x89PNG\r\n\x1a\n\n"
          "add data/model.txt =model\n\n"
          "modify node_modules/lodash/lodash.js !vendored\n"
          "modify README.md =# hi\n\n"
          "delete old.py\n"
          "bad 9: locked.py: the writer failed: permission denied\n");
    REQUIRE(records.changesets.size() == 1);
    CHECK(records.changesets[0].repository == "github.com/owner/repo");
    CHECK(records.changesets[0].commit == "abc123");
    CHECK(records.changesets[0].url == "https://github.com/owner/repo");
    CHECK(summarize_stream("tests/data/streams/event-envelopes.jsonl")->complete);
}

TEST_CASE("events that are not what they should be are bad records") {
    const auto event = [](const std::string& name, const std::string& rest) {
        return shown_line(R"({"timestamp":"2025-09-02T10:30:00Z","event":")" + name + "\"" + rest + "}");
    };
    CHECK(event("file_exploded", R"(,"data":{"file_path":"a"})") == "bad 1: a: an unknown event, file_exploded\n");
    CHECK(event("file_indexed", "") == "bad 1: : an event without timestamp or data\n");
    CHECK(event("file_indexed", R"(,"data":{"content":"x"})") == "bad 1: : an event of a file without its path\n");
    CHECK(event("repo_sync_complete", R"(,"data":{"branch":"x"})") == "bad 1: : a changeset without a commit\n");
    CHECK(event("repo_removed", R"(,"data":{"repo_id":"x"})").starts_with("bad 1: : a stream does not remove"));
    CHECK(event("repo_sync_error", R"(,"data":{"error_message":"no \u001b[31mnet"})") ==
          "bad 1: : the writer failed: no \\x1b[31mnet\n");
    CHECK(event("custom_thing", R"(,"data":7)").empty());
}

TEST_CASE("aliases, and the canonical name wins over them wherever it stands") {
    const auto records = records_of_text(
        R"({"repo_id":"no","repo":"yes","file_path":"no","path":"yes","size_bytes":7,"size":8,"mime_type":"a/b","skip_index":true})"
        "\n"
        R"({"path":"yes","file_path":"no","repository":"r","op":"deleted"})"
        "\n");
    REQUIRE(records.changes.size() == 2);
    CHECK(records.changes[0].repository == "yes");
    CHECK(records.changes[0].path == "yes");
    CHECK(records.changes[0].size == 8);
    CHECK(records.changes[0].mime == "a/b");
    CHECK(records.changes[0].skip_reason == "unspecified");
    CHECK(records.changes[1].repository == "r");
    CHECK(records.changes[1].path == "yes");
    CHECK(records.changes[1].operation == Operation::remove);
}

TEST_CASE("the ways of carrying a content have an order") {
    CHECK(shown_line(R"({"path":"a","content_base64":"Yg==","content":"c","size":1})") == "modify a =c\n");
    CHECK(shown_line(R"({"path":"a","content":null,"content_base64":"Yg\u003d="})") == "modify a =b\n");
    CHECK(shown_line(R"({"path":"a","content":"x","skip_index":true,"skip_reason":"odd one"})") ==
          "modify a !odd one\n");
    CHECK(shown_line(R"({"path":"a","content":"x","op":"delete"})") == "delete a\n");
    CHECK(shown_line(R"({"path":"a","content":""})") == "modify a =\n");
    CHECK(shown_line(R"({"path":"a","content":"x","is_truncated":true})") == "modify a !no_content\n");
    CHECK(shown_line(R"({"path":"a","content_base64":"!"})").starts_with("bad 1: a: content_base64: "));
    CHECK(shown_line(R"({"path":"a","content":"\ud800"})") == "bad 1: a: content is not a valid string\n");
}

TEST_CASE("a content must agree with its hash") {
    const auto with_hash = [](const std::string& hash) {
        return shown_line(R"({"path":"a","size":1,"content":"x","content_hash":")" + hash + "\"}");
    };
    const auto hash = to_hex(sha256("x"));
    CHECK(with_hash(hash) == "modify a =x\n");
    CHECK(with_hash("sha256:" + hash) == "modify a =x\n");
    CHECK(with_hash(to_hex(sha256("y"))) == "modify a !no_content\n");
    CHECK(with_hash("") == "modify a =x\n");
}

TEST_CASE("names as git's porcelain has them") {
    const auto path = [](const std::string& json, const std::string& more = "") {
        return shown_line(R"({"path":)" + json + more + "}");
    };
    CHECK(path(R"("\"a b\" -> \"c -> d\"")") == "delete a b\nmodify c -> d <- a b !no_content\n");
    CHECK(path(R"("a -> \"c d\"")") == "delete a\nmodify c d <- a !no_content\n");
    CHECK(path(R"("a -> b")", R"(,"op":"add")") == "add b !no_content\n");
    CHECK(path(R"("a -> b")", R"(,"op":"delete")") == "delete a\ndelete b\n");
    CHECK(path(R"("\"caf\\303\\251 \\377\"")") ==
          "modify café \xEF\xBF\xBD"
          "ff !no_content\n");
    CHECK(path(R"("\"a")") == "bad 1: \"a: its path is quoted like git's and cannot be unquoted\n");
    CHECK(path(R"("\"a\"b")").starts_with("bad 1: "));
    // Where a record has what only the documented stream has, its path is meant as it stands.
    CHECK(path(R"("a -> b")", R"(,"size":1)") == "modify a -> b !no_content\n");
    CHECK(path(R"("\"a b\"")", R"(,"content":"x")") == "modify \"a b\" =x\n");
}

TEST_CASE("paths that lead out of the repository are bad") {
    for (const auto* path : {"../a", "a/../../b", "a//b", "", "a/./b", "..", "a/\\u0000b"}) {
        CAPTURE(path);
        CHECK(shown_line(fmt::format(R"({{"path":"{}","size":1}})", path)).starts_with("bad 1: "));
    }
    CHECK(shown_line(R"({"path":"./a/b"})") == "modify a/b !no_content\n");
    CHECK(shown_line(R"({"path":"/opt/pdi/x.py"})") == "modify /opt/pdi/x.py !no_content\n");
    CHECK(shown_line(R"({"path":"/opt/../x.py"})").starts_with("bad 1: "));
}

TEST_CASE("lines that are only a name") {
    CHECK(shown_line("/opt/pdi/Enterprise/ServiceA/src/main.py") ==
          "modify /opt/pdi/Enterprise/ServiceA/src/main.py !no_content\n");
    CHECK(shown_line("\xEF\xBB\xBF  src/main.py \r") == "modify src/main.py !no_content\n");
    CHECK(shown_line("\"src/with \\\"quotes\\\"\"") == "modify src/with \"quotes\" !no_content\n");
    CHECK(shown_line(R"("caf\303\251")") == "modify café !no_content\n");
    CHECK(shown_line("a -> b") == "modify a -> b !no_content\n");
    CHECK(shown_line("caf\xe9") ==
          "modify caf\xEF\xBF\xBD"
          "e9 !no_content\n");
    CHECK(shown_line("").empty());
    for (const auto* line : {"12", "-1.5e3", "true", "null", "[1]", "[", "\"a", "\"\\x\"", "a\tb", "\x01"}) {
        CAPTURE(line);
        CHECK(shown_line(line).starts_with("bad 1: "));
    }
    CHECK(shown_line(std::string(4097, 'a')).starts_with("bad 1: "));
}

TEST_CASE("objects that are no records are bad") {
    for (const auto* line :
         {"{}", "{\"path\":7}", "{\"path\":\"a\",\"op\":\"burn\"}", "{\"path\":\"a\"", "{\"path\":\"a\"}}",
          "{\"path\":\"a\"} x", "{\"path\":\"a\"}{\"path\":\"b\"}", "{\"path\":\"a\",}", "{path:\"a\"}",
          "{\"path\":\"\xff\"}", "{\"path\":\"a\",\"content\":5}", "{\"new_changeset\":5}", "{\"new_changeset\":{}}",
          "{\"repo\":{},\"path\":\"a\"}", R"({"repository":{"name":"x"},"local_path":"y"})",
          "{\"path\":\"a\",\"content\":\"x\x01\"}"}) {
        CAPTURE(line);
        const auto records = records_of_text(std::string(line) + "\n{\"path\":\"next\",\"content\":\"\"}\n");
        CHECK(records.bad.size() == 1);
        CHECK(records.changes.size() == 1);
    }
}

TEST_CASE("fields of the wrong type that only inform are as if they were not there") {
    CHECK(shown_line(
              R"({"repo":null,"path":"a","size":"12","mime":[1,{"path":"no"}],"language":{"x":1},"content":"x"})") ==
          "modify a =x\n");
}

TEST_CASE("contents that are too large become skipped files") {
    ReadOptions options;
    options.max_content_bytes = 3;
    CHECK(shown_line(R"({"path":"a","content":"abc"})", options) == "modify a =abc\n");
    CHECK(shown_line(R"({"path":"a","content":"abcd"})", options) == "modify a !too_large\n");
    CHECK(shown_line(R"({"path":"a","content_base64":"YWJjZA=="})", options) == "modify a !too_large\n");
}

TEST_CASE("a source folder gives streams of names their contents") {
    const ely::testing::TemporaryFolder folder;
    REQUIRE(write_file_atomic(folder.path() / "a b.txt", "hello"));
    REQUIRE(write_file_atomic(folder.path() / "caf\xe9", "latin"));
    ReadOptions options;
    options.source_folder = folder.path();
    CHECK(shown_line("a b.txt", options) == "modify a b.txt =hello\n");
    CHECK(shown_line((folder.path() / "a b.txt").string(), options) == "modify a b.txt =hello\n");
    CHECK(shown_line("caf\xe9", options) ==
          "modify caf\xEF\xBF\xBD"
          "e9 =latin\n");
    CHECK(shown_line(R"({"path":"a b.txt","content":"a summary","content_hash":"00"})", options) ==
          "modify a b.txt =hello\n");
    CHECK(shown_line(R"({"path":"gone.txt"})", options).starts_with("bad 1: gone.txt: "));
    CHECK(shown_line("/etc/passwd", options).starts_with("bad 1: /etc/passwd: "));
    CHECK(shown_line(R"({"path":"a b.txt","op":"delete"})", options) == "delete a b.txt\n");
}

}  // namespace
}  // namespace ely::stream
