#include "base/compression.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/testing/temporary_folder.hpp"

namespace ely {
namespace {

constexpr const char* k_names[] = {"plain.jsonl", "small.jsonl.gz", "small.jsonl.zst"};

std::string text_of(std::size_t size) {
    std::string out;
    unsigned state = 1;
    while (out.size() < size) {
        state = state * 1664525U + 1013904223U;
        out += "line " + std::to_string(state % 100'000) + "\n";
    }
    out.resize(size);
    return out;
}

Result<std::string> read_all(const Path& path, std::size_t step = 4096) {
    ELY_TRY_ASSIGN(const auto reader, open_reader(path));
    std::string out;
    std::string buffer(step, '\0');
    while (true) {
        ELY_TRY_ASSIGN(const auto n, reader->read(buffer));
        if (n == 0) return out;
        out.append(buffer, 0, n);
    }
}

void write_all(const Path& path, std::string_view bytes, std::size_t step) {
    auto writer = open_writer(path);
    REQUIRE(writer.has_value());
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        REQUIRE((*writer)->write(bytes.substr(at, step)).has_value());
    }
    CHECK_FALSE(std::filesystem::exists(path));
    REQUIRE((*writer)->commit().has_value());
}

TEST_CASE("what is written comes back, whatever the sizes of the pieces") {
    const testing::TemporaryFolder folder;
    for (const auto* name : k_names) {
        for (const std::size_t size : {0U, 1U, 3U, 4U, 131'071U, 131'072U, 1'000'003U}) {
            const auto path = folder.path() / (std::to_string(size) + name);
            const auto text = text_of(size);
            write_all(path, text, 70'001);
            CAPTURE(path);
            CHECK(*read_all(path, 131'072) == text);
            if (size < 10) CHECK(*read_all(path, 1) == text);
            if (size > 100'000 && codec_by_name(path) != Codec::none) {
                CHECK(std::filesystem::file_size(path) * 2 < size);
            }
        }
    }
}

TEST_CASE("the content says how a file is compressed, not its name") {
    const testing::TemporaryFolder folder;
    for (const auto* name : {"a.gz", "a.zst"}) {
        write_all(folder.path() / name, "some text", 3);
        std::filesystem::rename(folder.path() / name, folder.path() / "renamed.txt");
        CHECK(*read_all(folder.path() / "renamed.txt") == "some text");
    }
    REQUIRE(write_file_atomic(folder.path() / "b.gz", "plain after all").has_value());
    CHECK(*read_all(folder.path() / "b.gz") == "plain after all");
}

TEST_CASE("several members one after another are one text") {
    const testing::TemporaryFolder folder;
    for (const auto* name : {"a.gz", "a.zst"}) {
        const auto path = folder.path() / name;
        const auto text = text_of(300'000);
        write_all(path, text, 1000);
        const auto once = *read_file(path);
        REQUIRE(write_file_atomic(path, once + once + once).has_value());
        CHECK(*read_all(path, 10'000) == text + text + text);
    }
}

TEST_CASE("a file that is cut off or damaged is corrupt") {
    const testing::TemporaryFolder folder;
    for (const auto* name : {"a.gz", "a.zst"}) {
        const auto path = folder.path() / name;
        write_all(path, text_of(200'000), 200'000);
        const auto whole = *read_file(path);
        for (const std::size_t size :
             {std::size_t{5}, std::size_t{20}, whole.size() / 2, whole.size() - 5, whole.size() - 1}) {
            REQUIRE(write_file_atomic(path, whole.substr(0, size)).has_value());
            CAPTURE(size);
            REQUIRE_FALSE(read_all(path).has_value());
            CHECK(read_all(path).error().code == Code::corrupt);
        }
        auto damaged = whole;
        damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
        REQUIRE(write_file_atomic(path, damaged).has_value());
        REQUIRE_FALSE(read_all(path).has_value());
        CHECK(read_all(path).error().code == Code::corrupt);
    }
}

TEST_CASE("an empty buffer reads nothing and changes nothing") {
    const testing::TemporaryFolder folder;
    for (const auto* name : k_names) {
        const auto path = folder.path() / name;
        write_all(path, "text", 4);
        auto reader = open_reader(path);
        REQUIRE(reader.has_value());
        CHECK(*(*reader)->read({}) == 0);
        std::string buffer(10, '\0');
        CHECK(*(*reader)->read(buffer) == 4);
    }
}

TEST_CASE("the end of the name chooses the codec") {
    CHECK(codec_by_name("a/b.jsonl") == Codec::none);
    CHECK(codec_by_name("a/b.jsonl.gz") == Codec::gzip);
    CHECK(codec_by_name("a.zst/b.zst") == Codec::zstd);
    CHECK(codec_by_name("a.zst/b") == Codec::none);
}

TEST_CASE("a file that is not there") {
    CHECK(open_reader("/nowhere/at/all").error().code == Code::not_found);
}

TEST_CASE("a refused file is left alone") {
    const testing::TemporaryFolder folder;
    const auto path = folder.path() / "a.zst";
    write_all(path, "theirs", 6);
    auto writer = open_writer(path);
    REQUIRE(writer.has_value());
    REQUIRE((*writer)->write("ours").has_value());
    CHECK((*writer)->commit(AtomicFile::Exists::refuse).error().code == Code::already_exists);
    CHECK(*read_all(path) == "theirs");
}

}  // namespace
}  // namespace ely
