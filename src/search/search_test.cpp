#include "search/search.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/testing/temporary_folder.hpp"
#include "store/batch/batch.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"

namespace ely::search {
namespace {

using store::testing::value_of;

// Every query lies in one direction: what is near to it is decided by the objects' vectors.
Result<std::vector<float>> one_direction() {
    return std::vector<float>{1, 0};
}

model::CollectionSchema schema() {
    using model::DataType;
    model::CollectionSchema out;
    out.name = "code";
    for (const auto* name : {"path", "repository", "commit", "symbol", "language", "content"}) {
        out.properties.push_back({name, DataType::text, true, true, ""});
    }
    for (const auto* name : {"start_line", "end_line"}) {
        out.properties.push_back({name, DataType::integer, true, false, ""});
    }
    out.vectors = store::testing::test_schema("x", 2).vectors;
    return out;
}

// `files` files of one chunk each, the first nearest to one_direction.
struct Bench {
    explicit Bench(std::uint32_t files) {
        std::vector<store::testing::TestObject> objects;
        objects.reserve(files);
        for (std::uint32_t i = 0; i < files; ++i) {
            const double angle = 3.0 * i / files;
            objects.push_back({store::testing::test_id(i + 1),
                               {{"path", model::Value(fmt::format("src/f{:04}.py", i))},
                                {"repository", model::Value("example.com/a/b")},
                                {"language", model::Value(i == 0 ? "Klingon" : "Python")},
                                {"content", model::Value(fmt::format("word{}", i))},
                                {"start_line", model::Value(std::int64_t{1})},
                                {"end_line", model::Value(std::int64_t{2})}},
                               {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))}});
        }
        store::testing::put(*collection, objects);
    }
    std::vector<std::string> paths(const Request& request) {
        const auto answer = value_of(search(*collection, one_direction, request));
        std::vector<std::string> out;
        for (const auto& file : answer.files) out.push_back(file.places.front().path);
        return out;
    }

    testing::TemporaryFolder folder;
    std::unique_ptr<store::Store> store = value_of(store::open_embedded_store(folder.path() / "store.db"));
    std::shared_ptr<store::Collection> collection = value_of(store->create(schema()));
};

TEST_CASE("by meaning alone, the last hit is a hit too, and as many come as are asked for") {
    Bench bench(300);
    for (const bool group : {false, true}) {
        for (const std::uint32_t limit : {1U, 10U, 200U, 250U, 300U, 1000U}) {
            Request request{.query = "anything", .mode = Mode::vector, .limit = limit, .group_by_file = group};
            const auto paths = bench.paths(request);
            REQUIRE(paths.size() == std::min<std::size_t>(limit, 300));
            CHECK(std::ranges::is_sorted(paths));  // the first file is the nearest
        }
    }
    Request few{.query = "anything", .mode = Mode::vector, .path_glob = "src/f000[0-2].py"};
    CHECK(bench.paths(few).size() == 3);
    few.path_glob = "src/f0000.py";
    CHECK(bench.paths(few).size() == 1);
}

TEST_CASE("a request that cannot find anything is wrong usage, with what to do") {
    Bench bench(3);
    const auto error_of = [&](const Request& request) {
        const auto answer = search(*bench.collection, one_direction, request);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == Code::usage);
        CHECK_FALSE(answer.error().hint.empty());
        return answer.error();
    };
    CHECK(error_of({.query = ""}).message == "the query is empty");
    CHECK(error_of({.query = " \t\n"}).message == "the query is empty");
    CHECK(error_of({.query = "x", .limit = 0}).message == "a limit of 0 finds nothing");
    CHECK(error_of({.query = "x", .path_glob = "src/[a"}).message.find("src/[a") != std::string::npos);
    CHECK(error_of({.query = "x", .language = "pyhton"}).hint == "did you mean --language \"Python\"?");
    CHECK(error_of({.query = "x", .language = "PY"}).hint == "did you mean --language \"Python\"?");
    CHECK(error_of({.query = "x", .language = "cpp"}).hint == "did you mean --language \"C++\"?");
    CHECK(error_of({.query = "x", .language = "Quenyaspeak"}).hint.find("as on GitHub") != std::string::npos);
    // What the collection holds is known, and a language that it lacks is no mistake.
    CHECK(bench.paths({.query = "word0", .language = "Klingon"}) == std::vector<std::string>{"src/f0000.py"});
    CHECK(bench.paths({.query = "word1", .language = "python"}).front() == "src/f0001.py");
    CHECK(bench.paths({.query = "word1", .language = "Rust"}).empty());
}

}  // namespace
}  // namespace ely::search
