#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "embed/embedder.hpp"

using ely::embed::Embedder;
using ely::embed::Precision;

namespace {

std::unique_ptr<Embedder> open_model(unsigned threads, Precision precision = Precision::f32) {
    auto model = ely::embed::open_local_model({.model_folder = {}, .threads = threads, .precision = precision});
    REQUIRE_MESSAGE(model, model.error().text());
    return *std::move(model);
}

Embedder& shared_model() {
    static const auto model = open_model(2);
    return *model;
}

std::vector<float> embed(Embedder& model, const std::vector<std::string>& texts) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    auto vectors = model.embed(views);
    REQUIRE_MESSAGE(vectors, vectors.error().text());
    REQUIRE(vectors->size() == texts.size() * model.info().dimensions);
    return *std::move(vectors);
}

double dot(std::span<const float> a, std::span<const float> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Reference {
    std::vector<std::string> texts;
    std::vector<std::vector<float>> vectors;
};

const Reference& reference() {
    static const Reference data = [] {
        const auto file = ely::read_file("tests/data/embedding/reference.json");
        REQUIRE(file);
        Reference out;
        const auto json = nlohmann::json::parse(*file);
        for (const auto& entry : json.at("embedded")) {
            out.texts.push_back(entry.at("text"));
            out.vectors.push_back(entry.at("vector"));
        }
        return out;
    }();
    return data;
}

// Texts of all lengths, from words that the tokenizer splits and words that it does not.
std::vector<std::string> random_texts(std::size_t count, std::mt19937& random) {
    static const std::vector<std::string> words = {"retry", "schedule", "unaffable", "(x)",     "return", "0xdeadbeef",
                                                   "日本",  "naïve",    "->",        "getUser", "the",    "_id"};
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
        // short ones more often, as they are cheap, some beyond the limit
        const auto length =
            static_cast<std::size_t>(std::pow(std::uniform_real_distribution(0.0, 1.0)(random), 3) * 160);
        std::string text;
        for (std::size_t word = 0; word < length; ++word) text += words[random() % words.size()] + ' ';
        texts.push_back(std::move(text));
    }
    return texts;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace

TEST_CASE("vectors equal those of an independent computation") {
    const auto& expected = reference();
    REQUIRE(expected.texts.size() >= 20);
    const auto vectors = embed(shared_model(), expected.texts);
    const auto dimensions = shared_model().info().dimensions;
    for (std::size_t i = 0; i < expected.texts.size(); ++i) {
        CAPTURE(expected.texts[i]);
        const auto vector = std::span(vectors).subspan(i * dimensions, dimensions);
        CHECK(std::abs(dot(vector, vector) - 1) < 1e-6);
        CHECK(dot(vector, expected.vectors[i]) > 0.999999);
        for (std::size_t j = 0; j < dimensions; ++j) CHECK(std::abs(vector[j] - expected.vectors[i][j]) < 1e-5);
    }
}

TEST_CASE("bf16 stays near f32") {
    if (!__builtin_cpu_supports("avx512f")) return;  // OpenVINO has no bf16 there
    const auto model = open_model(2, Precision::bf16);
    CHECK(model->info().precision == "bf16");
    CHECK(model->info().fingerprint != shared_model().info().fingerprint);
    const auto vectors = embed(*model, reference().texts);
    const auto dimensions = model->info().dimensions;
    for (std::size_t i = 0; i < reference().texts.size(); ++i) {
        CHECK(dot(std::span(vectors).subspan(i * dimensions, dimensions), reference().vectors[i]) > 0.999);
    }
}

TEST_CASE("what the model says of itself") {
    const auto& info = shared_model().info();
    CHECK(info.name == "all-MiniLM-L6-v2");
    CHECK(info.dimensions == 384);
    CHECK(info.max_tokens == 256);
    CHECK(info.precision == "f32");
    CHECK(info.fingerprint.starts_with("all-MiniLM-L6-v2:f32:"));
    CHECK(info.fingerprint == open_model(1)->info().fingerprint);
    CHECK(embed(shared_model(), {}).empty());
}

TEST_CASE("a text has the same bits in any company, order and on any number of threads") {
    std::mt19937 random(20);
    const auto texts = random_texts(60, random);
    const auto alone_on = open_model(1);
    const auto dimensions = alone_on->info().dimensions;
    std::map<std::string, std::vector<float>> alone;
    for (const auto& text : texts) alone[text] = embed(*alone_on, {text});

    for (int round = 0; round < 6; ++round) {
        auto batch = random_texts(random() % 20, random);
        for (const auto& text : texts) {
            if (round == 0 || random() % 3 == 0) batch.push_back(text);
        }
        std::shuffle(batch.begin(), batch.end(), random);
        const auto vectors = embed(round % 2 == 0 ? shared_model() : *alone_on, batch);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto found = alone.find(batch[i]);
            if (found == alone.end()) continue;
            CAPTURE(batch[i]);
            CHECK(same_bits(std::span(vectors).subspan(i * dimensions, dimensions), found->second));
        }
    }
}

TEST_CASE("every padded length has the same bits in full batches and alone") {
    const auto dimensions = shared_model().info().dimensions;
    for (std::size_t words = 1; words <= 260; words += 9) {
        std::vector<std::string> texts;
        for (int i = 0; i < 17; ++i) {
            std::string text = std::to_string(i % 10);
            for (std::size_t word = 1; word < words; ++word) text += " the";
            texts.push_back(text);
        }
        texts.resize(std::max<std::size_t>(2, std::min(texts.size(), 600 / words)));
        const auto together = embed(shared_model(), texts);
        const auto last = embed(shared_model(), {texts.back()});
        CAPTURE(words);
        CHECK(same_bits(std::span(together).last(dimensions), last));
    }
}

TEST_CASE("callers on several threads at once") {
    std::mt19937 random(4);
    const auto texts = random_texts(24, random);
    const auto expected = embed(shared_model(), texts);
    std::vector<std::vector<float>> results(4);
    {
        std::vector<std::jthread> threads;
        for (auto& result : results) {
            threads.emplace_back([&] {
                const std::vector<std::string_view> views(texts.begin(), texts.end());
                if (auto vectors = shared_model().embed(views)) result = *std::move(vectors);
            });
        }
    }
    for (const auto& result : results) CHECK(same_bits(result, expected));
}

TEST_CASE("progress adds up") {
    std::mt19937 random(9);
    const auto texts = random_texts(40, random);
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    std::size_t done = 0;
    std::size_t calls = 0;
    REQUIRE(shared_model().embed(views, {}, [&](std::size_t more) {
        done += more;
        ++calls;
    }));
    CHECK(done == texts.size());
    CHECK(calls > 1);
}

TEST_CASE("a stop is honoured between batches") {
    const std::vector<std::string> texts(200, std::string(2000, '.'));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    std::stop_source source;
    std::size_t done = 0;
    const auto stopped = shared_model().embed(views, source.get_token(), [&](std::size_t more) {
        done += more;
        source.request_stop();
    });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ely::Code::cancelled);
    CHECK(done < texts.size() / 2);
    CHECK(shared_model().embed(std::span(views).first(1)));
}

TEST_CASE("a folder without the model says where it looked and what to do") {
    const auto model = ely::embed::open_local_model({.model_folder = "/nonexistent/model"});
    REQUIRE_FALSE(model);
    CHECK(model.error().code == ely::Code::not_found);
    CHECK(model.error().message.find("/nonexistent/model") != std::string::npos);
    CHECK_FALSE(model.error().hint.empty());
}
