#include "changes/stream/stream_writer.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/testing/temporary_folder.hpp"
#include "changes/stream/path_text.hpp"
#include "model/skip_reason.hpp"

namespace ely::stream {
namespace {

using model::Change;
using model::Operation;

constexpr auto k_golden = "tests/data/streams/format-1.jsonl";
constexpr auto k_repository = "github.com/pallets/flask";

Change file(std::string path, std::string content, Operation operation = Operation::add) {
    Change change;
    change.operation = operation;
    change.repository = k_repository;
    change.path = std::move(path);
    change.size = content.size();
    change.content = std::move(content);
    return change;
}

// The changes of the golden file, which was not written by this program.
std::vector<Change> golden_changes() {
    std::vector<Change> out;
    out.push_back(file(to_path_text("caf\xe9/a.txt"), std::string("\0\"\\\x1f\x7f é\n", 9)));
    out.push_back(file("src/app.py", "print('hi')\r\n", Operation::modify));
    out.back().mime = "text/x-python";
    out.back().language = "Python";
    out.back().blob_id = "cdfc56895c60a21e6ea5721946cb2b31f15ec9ef";
    out.push_back(file("utf16.txt", std::string("\xff\xfe\0", 3), Operation::modify));
    out.push_back(file("empty", ""));
    out.back().mime = "text/plain";
    out.back().blob_id = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    out.push_back(file("src/old name -> x.py", "not written", Operation::remove));
    out.push_back(file("src/before.py", "", Operation::remove));
    out.push_back(file("src/after.py", "x\n"));
    out.back().language = "Python";
    out.back().blob_id = "9daeafb9864cf43055ae93beb0afd6c7d144bfa4";
    out.back().renamed_from = "src/before.py";
    for (const auto reason : model::skip::k_all) {
        if (reason == model::skip::k_no_content) break;  // the rest is the reader's
        out.push_back(file("skipped/" + std::string(reason), "secret!"));
        out.back().blob_id = "0123456789012345678901234567890123456789";
        out.back().skip_index = true;
        out.back().skip_reason = reason;
    }
    out.push_back(file("tabs\tnew\nlines \"quotes\" \\ 😀.md", "# 😀 \u2028 \b\f\t\n"));
    out.back().language = "Markdown";
    return out;
}

model::Changeset golden_changeset() {
    model::Changeset out;
    out.repository = k_repository;
    out.url = "https://github.com/pallets/flask";
    out.branch = "main";
    out.commit = "9b2c56895c60a21e6ea5721946cb2b31f15ec9ef";
    out.parent = "51aa56895c60a21e6ea5721946cb2b31f15ec9ef";
    out.tree_hash = "77e056895c60a21e6ea5721946cb2b31f15ec9ef";
    out.generated_at = "2026-01-31T12:00:00.000Z";
    return out;
}

void write_golden(const Path& path) {
    auto writer = StreamWriter::create(path);
    REQUIRE(writer);
    for (const auto& change : golden_changes()) REQUIRE(writer->write_lines(to_line(change), 1));
    CHECK_FALSE(std::filesystem::exists(path));
    REQUIRE(writer->finish(golden_changeset()));
}

std::string plain_bytes(const Path& path) {
    auto reader = open_reader(path);
    REQUIRE(reader);
    std::string out;
    std::string block(100, '\0');
    while (true) {
        const auto n = (*reader)->read(block);
        REQUIRE(n);
        if (*n == 0) return out;
        out.append(block, 0, *n);
    }
}

TEST_CASE("a stream is written byte by byte as the golden file has it, compressed or not") {
    const testing::TemporaryFolder folder;
    const auto golden = read_file(k_golden);
    REQUIRE(golden);
    for (const auto* ending : {"", ".gz", ".zst"}) {
        const auto path = folder.path() / (std::string("out.jsonl") + ending);
        write_golden(path);
        CHECK(plain_bytes(path) == *golden);
        CHECK(plain_bytes(Path(std::string(k_golden) + ending)) == *golden);
    }
}

TEST_CASE("streams are for their owner only") {
    const testing::TemporaryFolder folder;
    write_golden(folder.path() / "a.jsonl.zst");
    struct stat status {};
    REQUIRE(::stat((folder.path() / "a.jsonl.zst").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("a stream that is not finished leaves nothing, and a finished one can refuse to replace another") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "a.jsonl";
    {
        auto writer = StreamWriter::create(path);
        REQUIRE(writer);
        REQUIRE(writer->write_lines(to_line(file("a", "b")), 1));
    }
    CHECK(std::filesystem::is_empty(folder.path()));
    write_golden(path);
    auto writer = StreamWriter::create(path);
    REQUIRE(writer);
    const auto refused = writer->finish({}, AtomicFile::Exists::refuse);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::already_exists);
    CHECK(read_file(path).value() == read_file(k_golden).value());
}

TEST_CASE("several lines at once and a stream of none") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "a.jsonl";
    auto writer = StreamWriter::create(path);
    REQUIRE(writer);
    REQUIRE(writer->write_lines("", 0));
    REQUIRE(writer->write_lines(to_line(file("a", "1")) + to_line(file("b", "2")), 2));
    REQUIRE(writer->finish({}));
    CHECK(read_file(path).value() ==
          R"({"format":1,"repo":"github.com/pallets/flask","op":"add","path":"a","size":1,"content":"1"})"
          "\n"
          R"({"repo":"github.com/pallets/flask","op":"add","path":"b","size":1,"content":"2"})"
          "\n"
          R"({"repo":"","new_changeset":{"commit":"","full":false,"records":2,"format":1}})"
          "\n");
    auto empty = StreamWriter::create(path);
    REQUIRE(empty);
    model::Changeset full;
    full.full = true;
    REQUIRE(empty->finish(full));
    CHECK(read_file(path).value() ==
          "{\"repo\":\"\",\"new_changeset\":{\"commit\":\"\",\"full\":true,\"records\":0,\"format\":1}}\n");
}

TEST_CASE("a line is valid JSON whatever it is made of") {
    auto change = file("bad\xff", "x");
    change.mime = "a\xff";
    CHECK(to_line(change) ==
          "{\"repo\":\"github.com/pallets/flask\",\"op\":\"add\",\"path\":\"bad\xEF\xBF\xBD"
          "ff\",\"size\":1,\"mime\":\"a\xEF\xBF\xBD\",\"content\":\"x\"}\n");
}

}  // namespace
}  // namespace ely::stream
