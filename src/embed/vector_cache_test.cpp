#include "embed/vector_cache.hpp"

#include <cmath>
#include <cstdlib>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

using ely::embed::VectorCache;

namespace {

class TestFile {
  public:
    TestFile() {
        std::string name = (std::filesystem::temp_directory_path() / "ely-vectors-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        m_folder = name;
    }
    ~TestFile() { std::filesystem::remove_all(m_folder); }
    TestFile(const TestFile&) = delete;
    TestFile& operator=(const TestFile&) = delete;
    [[nodiscard]] ely::Path path() const { return m_folder / "deep" / "vectors.db"; }

  private:
    ely::Path m_folder;
};

std::unique_ptr<VectorCache> open(const TestFile& file, std::string_view fingerprint = "model:f32:1",
                                  std::uint32_t dimensions = 3) {
    auto cache = VectorCache::open(file.path(), fingerprint, dimensions);
    REQUIRE_MESSAGE(cache, cache.error().text());
    return *std::move(cache);
}

// What a writer stores for number i: every process stores the same for the same key.
std::vector<float> vector_of(int i) {
    return {static_cast<float>(i), 1.0F / static_cast<float>(i + 1), -0.0F};
}

bool fill(VectorCache& cache, int first, int last) {
    for (int i = first; i < last; ++i) {
        const auto key = cache.key(std::to_string(i));
        if (!cache.insert({&key, 1}, vector_of(i))) return false;
    }
    return true;
}

bool holds(VectorCache& cache, int first, int last) {
    std::vector<ely::Sha256Digest> keys;
    for (int i = first; i < last; ++i) keys.push_back(cache.key(std::to_string(i)));
    const auto found = cache.find(keys);
    if (!found) return false;
    for (int i = first; i < last; ++i) {
        if ((*found)[static_cast<std::size_t>(i - first)] != vector_of(i)) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("what was inserted is found, bit by bit, after the file was closed") {
    const TestFile file;
    {
        const auto cache = open(file);
        const std::vector<ely::Sha256Digest> keys = {cache->key("a"), cache->key("b")};
        const std::vector<float> values = {1, -0.0F, 1e-40F, 4, 5, 6};
        REQUIRE(cache->insert(keys, values));
    }
    const auto cache = open(file);
    const std::vector<ely::Sha256Digest> keys = {cache->key("b"), cache->key("missing"), cache->key("a"),
                                                 cache->key("b")};
    const auto found = cache->find(keys);
    REQUIRE(found);
    CHECK((*found)[0] == std::vector<float>{4, 5, 6});
    CHECK((*found)[1].empty());
    CHECK((*found)[2] == std::vector<float>{1, -0.0F, 1e-40F});
    CHECK(std::signbit((*found)[2][1]));
    CHECK((*found)[3] == (*found)[0]);
}

TEST_CASE("a key stands for the model and the exact text") {
    const TestFile file;
    const auto cache = open(file);
    const auto other = open(file, "model:f32:2");
    CHECK(cache->key("text") == cache->key("text"));
    CHECK(cache->key("text") != cache->key("text "));
    CHECK(cache->key("text") != other->key("text"));
    CHECK(open(file, "m")->key("1x") != open(file, "m1")->key("x"));
    REQUIRE(fill(*cache, 0, 3));
    CHECK_FALSE(holds(*other, 0, 1));
}

TEST_CASE("the first vector of a key stays") {
    const TestFile file;
    const auto cache = open(file);
    const auto key = cache->key("a");
    REQUIRE(cache->insert({&key, 1}, std::vector<float>{1, 2, 3}));
    REQUIRE(cache->insert({&key, 1}, std::vector<float>{4, 5, 6}));
    CHECK(cache->find({&key, 1})->front() == std::vector<float>{1, 2, 3});
}

TEST_CASE("the wrong number of floats is refused, nothing is stored") {
    const TestFile file;
    const auto cache = open(file);
    const auto key = cache->key("a");
    const auto inserted = cache->insert({&key, 1}, std::vector<float>{1, 2});
    REQUIRE_FALSE(inserted);
    CHECK(inserted.error().code == ely::Code::internal);
    CHECK(cache->find({&key, 1})->front().empty());
}

TEST_CASE("a vector of another size counts as missing") {
    const TestFile file;
    const auto key = open(file)->key("a");
    REQUIRE(open(file)->insert({&key, 1}, std::vector<float>{1, 2, 3}));
    CHECK(open(file, "model:f32:1", 4)->find({&key, 1})->front().empty());
}

TEST_CASE("a damaged file is replaced") {
    const TestFile file;
    REQUIRE(ely::make_directories(file.path().parent_path()));
    REQUIRE(ely::write_file_atomic(file.path(), std::string(10'000, 'x')));
    const auto cache = open(file);
    REQUIRE(fill(*cache, 0, 2));
    CHECK(holds(*open(file), 0, 2));
}

TEST_CASE("threads share a cache") {
    const TestFile file;
    const auto cache = open(file);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) threads.emplace_back([&cache, t] { fill(*cache, t * 20, t * 20 + 40); });
    }
    CHECK(holds(*cache, 0, 100));
}

TEST_CASE("processes share a cache, from its creation on") {
    const TestFile file;
    std::vector<::pid_t> children;
    for (int child = 0; child < 4; ++child) {
        const auto id = ::fork();
        if (id == 0) {
            auto cache = VectorCache::open(file.path(), "model:f32:1", 3);
            ::_exit(cache && fill(**cache, child * 20, child * 20 + 40) ? 0 : 1);
        }
        REQUIRE(id > 0);
        children.push_back(id);
    }
    for (const auto id : children) {
        int status = -1;
        REQUIRE(::waitpid(id, &status, 0) == id);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
    }
    CHECK(holds(*open(file), 0, 100));
}
