#include "changes/stream/reference.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/testing/temporary_folder.hpp"
#include "changes/stream/testing/records.hpp"

namespace ely::stream {
namespace {

struct Fixture {
    ely::testing::TemporaryFolder outer;
    Path folder = outer.path() / "in";
    ReferenceRules rules{folder, false, 100};

    Fixture() {
        REQUIRE(make_directories(folder / "sub"));
        REQUIRE(write_file_atomic(folder / "sub" / "a", "inside"));
        REQUIRE(write_file_atomic(outer.path() / "secret", "outside"));
        REQUIRE(write_file_atomic(outer.path() / "in-too", "outside"));
    }

    [[nodiscard]] std::string read(const Path& name) const {
        const auto result = read_referenced(name, rules);
        if (!result) return "error: " + result.error().message;
        return *result ? **result : "too large";
    }
    [[nodiscard]] bool refuses(const Path& name) const { return read(name).starts_with("error: "); }
};

TEST_CASE("files inside the folder are read, by whatever name") {
    const Fixture f;
    CHECK(f.read("sub/a") == "inside");
    CHECK(f.read("./sub/../sub/a") == "inside");
    CHECK(f.read(f.folder / "sub" / "a") == "inside");
    std::filesystem::create_symlink("sub/a", f.folder / "link");
    CHECK(f.read("link") == "inside");
}

TEST_CASE("nothing outside the folder is read, by whatever name") {
    const Fixture f;
    CHECK(f.refuses("../secret"));
    CHECK(f.refuses("../in-too"));
    CHECK(f.refuses(f.outer.path() / "secret"));
    CHECK(f.refuses("sub/../../secret"));
    CHECK(f.refuses("/etc/passwd"));
    std::filesystem::create_symlink("../secret", f.folder / "link");
    CHECK(f.refuses("link"));
    std::filesystem::create_directory_symlink("..", f.folder / "up");
    CHECK(f.refuses("up/secret"));
    CHECK(f.read("up/in/sub/a") == "inside");
}

TEST_CASE("only regular files are read") {
    const Fixture f;
    CHECK(f.refuses("sub"));
    CHECK(f.refuses("."));
    CHECK(f.refuses("missing"));
    REQUIRE(::mkfifo((f.folder / "pipe").c_str(), 0600) == 0);
    CHECK(f.refuses("pipe"));
    auto anywhere = f.rules;
    anywhere.allow_anywhere = true;
    CHECK_FALSE(read_referenced("/dev/zero", anywhere));
    CHECK(read_referenced("../secret", anywhere).value().value() == "outside");
}

TEST_CASE("files larger than the limit are not held") {
    const Fixture f;
    REQUIRE(write_file_atomic(f.folder / "large", std::string(101, 'x')));
    REQUIRE(write_file_atomic(f.folder / "fits", std::string(100, 'x')));
    CHECK(f.read("large") == "too large");
    CHECK(f.read("fits").size() == 100);
}

TEST_CASE("without a folder there are no references") {
    CHECK_FALSE(read_referenced("CMakeLists.txt", {{}, false, 100000}));
    CHECK_FALSE(read_referenced("CMakeLists.txt", {{}, true, 100000}));
    CHECK_FALSE(read_referenced(std::filesystem::absolute("CMakeLists.txt"), {{}, false, 100000}));
}

TEST_CASE("a stream's references start in its own folder, or in the cache that it names") {
    const Fixture f;
    const auto stream = f.folder / "s.jsonl";
    REQUIRE(write_file_atomic(stream, R"({"path":"1","content_ref":"./sub/a"}
{"path":"2","content_ref":"../secret"}
{"path":"3","content_ref":"${MGIT_CACHE_DIR}/secret"}
{"path":"4","content_ref":"${HOME}/secret"}
{"path":"5","content_ref":"sub/a\u0000b"}
{"path":"6","content_ref":"../secret","skip_index":true}
)"));
    auto records = testing::records_of_file(stream);
    REQUIRE(records.changes.size() == 2);
    CHECK(records.changes[0].content == "inside");
    CHECK(records.changes[1].skip_index);
    CHECK(records.bad.size() == 4);
    ReadOptions options;
    options.cache_folder = f.outer.path();
    records = testing::records_of_file(stream, options);
    REQUIRE(records.changes.size() == 3);
    CHECK(records.changes[1].content == "outside");
    options.allow_any_reference = true;
    CHECK(testing::records_of_file(stream, options).changes.size() == 4);
    CHECK(summarize_stream(stream)->changes == 6);
}

}  // namespace
}  // namespace ely::stream
