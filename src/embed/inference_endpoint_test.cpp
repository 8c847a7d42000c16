#include "embed/inference_endpoint.hpp"

#include <barrier>
#include <cstring>
#include <semaphore>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/http_client.hpp"

namespace ely::embed {
namespace {

using nlohmann::json;

// Runs behind a real server, asked by a real client.
class Endpoint {
  public:
    explicit Endpoint(Embedder& embedder, InferenceEndpointOptions options = {}, unsigned threads = 40)
        : m_endpoint(embedder, options),
          m_server(bind(m_endpoint, threads)),
          m_thread([this](const std::stop_token& stop) { CHECK(m_server.serve(stop)); }) {}

    [[nodiscard]] HttpResponse send(const std::string& method, const std::string& path, const std::string& body) const {
        auto response = m_client.send({.method = method, .url = m_server.url() + path, .headers = {}, .body = body});
        REQUIRE_MESSAGE(response, response.error().text());
        return *std::move(response);
    }
    [[nodiscard]] HttpResponse ask(const json& body) const { return send("POST", "/vectors", body.dump()); }
    [[nodiscard]] InferenceCounts counts() const { return m_endpoint.counts(); }
    void stop() { m_thread = {}; }

  private:
    static HttpServer bind(InferenceEndpoint& endpoint, unsigned threads) {
        HttpServerOptions options;
        options.threads = threads;
        auto server = HttpServer::bind(options, endpoint.routes());
        REQUIRE_MESSAGE(server, server.error().text());
        return *std::move(server);
    }
    InferenceEndpoint m_endpoint;
    HttpServer m_server;
    HttpClient m_client;
    std::jthread m_thread;
};

Embedder& local_model() {
    static const auto model = [] {
        auto opened = open_local_model({.model_folder = {}, .threads = 2, .precision = Precision::f32});
        REQUIRE_MESSAGE(opened, opened.error().text());
        return *std::move(opened);
    }();
    return *model;
}

// Says nothing of a text but its length, and waits before each batch until the test lets it go on.
class GatedEmbedder : public Embedder {
  public:
    const ModelInfo& info() const override { return m_info; }
    Result<std::vector<float>> embed(std::span<const std::string_view> texts, std::stop_token /*stop*/,
                                     const std::function<void(std::size_t)>& /*done*/) override {
        begun.release();
        go_on.acquire();
        sizes.push_back(texts.size());
        std::vector<float> vectors;
        for (const auto text : texts) {
            if (text == "fail") return fail(Code::internal, "the model is ill");
            vectors.insert(vectors.end(), {static_cast<float>(text.size()), 0.1F});
        }
        return vectors;
    }
    std::counting_semaphore<> begun{0};
    std::counting_semaphore<> go_on{0};
    std::vector<std::size_t> sizes;  // of the batches; to be read when none is computed

  private:
    ModelInfo m_info{.name = "gated", .fingerprint = "gated", .dimensions = 2, .max_tokens = 1, .precision = "f32"};
};

std::vector<float> directly(Embedder& embedder, const std::string& text) {
    const std::string_view view = text;
    auto vector = embedder.embed({&view, 1});
    REQUIRE_MESSAGE(vector, vector.error().text());
    return *std::move(vector);
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST_CASE("the requests that the module sends are answered as it reads them") {
    const Endpoint endpoint(local_model());
    CHECK(endpoint.send("GET", "/.well-known/ready", "").status == 204);
    CHECK(endpoint.send("GET", "/.well-known/live", "").status == 204);
    const auto meta = json::parse(endpoint.send("GET", "/meta", "").body);
    CHECK(meta.at("model") == "all-MiniLM-L6-v2");
    CHECK(meta.at("dimensions") == 384);
    const std::string text = "Auto Hello World def foo() A/B.py x Y";
    const auto answer = endpoint.send(
        "POST", "/vectors",
        R"({"text":")" + text +
            R"(","dims":0,"vector":null,"error":"","config":{"pooling_strategy":"masked_mean","task_type":"passage"}})");
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type") == "application/json");
    const auto reply = json::parse(answer.body);
    CHECK(reply.at("text") == text);
    CHECK(reply.at("dim") == 384);
    CHECK(same_bits(reply.at("vector").get<std::vector<float>>(), directly(local_model(), text)));
}

TEST_CASE("vectors have the bits that the embedder gives, whoever asks at the same time") {
    std::vector<std::string> texts = {"", " ", "x", "naïve 日本 \"quoted\" \\ \n\t\x01", std::string("a\0b", 3)};
    for (int i = 0; i < 60; ++i) {
        std::string text = "text " + std::to_string(i);
        for (int word = 0; word < i * i / 4; ++word)
            text += " retry(" + std::to_string(word) + ")";  // some beyond the limit
        texts.push_back(std::move(text));
    }
    Endpoint endpoint(local_model());
    constexpr std::size_t k_clients = 16;
    std::barrier together(k_clients);
    std::vector<std::vector<float>> vectors(texts.size());
    {
        std::vector<std::jthread> clients;
        for (std::size_t client = 0; client < k_clients; ++client) {
            clients.emplace_back([&, client] {
                together.arrive_and_wait();
                for (std::size_t i = client; i < texts.size(); i += k_clients)
                    vectors[i] =
                        json::parse(endpoint.ask({{"text", texts[i]}}).body).at("vector").get<std::vector<float>>();
            });
        }
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        CAPTURE(i);
        CHECK(same_bits(vectors[i], directly(local_model(), texts[i])));
    }
    const auto counts = endpoint.counts();
    CHECK(counts.requests == texts.size());
    CHECK(counts.texts == texts.size());
    CHECK(counts.batches < texts.size());
    CHECK(counts.refused == 0);
}

TEST_CASE("what comes while a batch is computed is the next batch, up to its limit") {
    GatedEmbedder embedder;
    Endpoint endpoint(embedder, {.batch_texts = 5, .waiting_texts = 100});
    std::vector<std::jthread> clients;
    const auto ask = [&](std::size_t length) {
        clients.emplace_back([&endpoint, length] {
            const auto reply = json::parse(endpoint.ask({{"text", std::string(length, 'x')}}).body);
            CHECK(reply.at("vector").get<std::vector<float>>() == std::vector<float>{static_cast<float>(length), 0.1F});
        });
    };
    ask(1);
    embedder.begun.acquire();  // alone, at once
    for (std::size_t length = 2; length <= 13; ++length) ask(length);
    while (endpoint.counts().waiting < 12) std::this_thread::yield();
    embedder.go_on.release(100);
    clients.clear();
    endpoint.stop();
    CHECK(embedder.sizes == std::vector<std::size_t>{1, 5, 5, 2});
    CHECK(endpoint.counts().batches == 4);
    CHECK(endpoint.counts().texts == 13);
}

TEST_CASE("more texts than may wait are refused, and those that wait are served") {
    GatedEmbedder embedder;
    Endpoint endpoint(embedder, {.batch_texts = 5, .waiting_texts = 2});
    std::vector<std::jthread> clients;
    const auto ask = [&] { clients.emplace_back([&] { CHECK(endpoint.ask({{"text", "x"}}).status == 200); }); };
    ask();
    embedder.begun.acquire();
    ask();
    ask();
    while (endpoint.counts().waiting < 2) std::this_thread::yield();
    const auto refused = endpoint.ask({{"text", "x"}});
    CHECK(refused.status == 503);
    CHECK(refused.header("retry-after") == "1");
    CHECK(refused.body == R"({"error":"2 texts are waiting already"})");
    CHECK(endpoint.counts().refused == 1);
    embedder.go_on.release(100);
    clients.clear();
}

TEST_CASE("a batch that fails is an error for those in it, not for the next") {
    GatedEmbedder embedder;
    const Endpoint endpoint(embedder);
    embedder.go_on.release(2);
    const auto failed = endpoint.ask({{"text", "fail"}});
    CHECK(failed.status == 500);
    CHECK(failed.body == R"({"error":"the model is ill"})");
    CHECK(endpoint.ask({{"text", "x"}}).status == 200);
    CHECK(endpoint.counts().texts == 1);
    CHECK(endpoint.counts().refused == 1);
}

TEST_CASE("what is no such request") {
    const Endpoint endpoint(local_model());
    const auto check = [&](const std::string& body, int status, std::string_view error) {
        CAPTURE(body.substr(0, 100));
        const auto answer = endpoint.send("POST", "/vectors", body);
        CHECK(answer.status == status);
        CHECK(json::parse(answer.body).at("error").get<std::string>().find(error) != std::string::npos);
    };
    for (const std::string body :
         {"", "{", "text", "{\"text\":\"a\"} x", "{\"text\":\"\xff\"}", "{\"text\":\"\\ud800\"}"})
        check(body, 400, "the request is not JSON");
    check(std::string(100'000, '['), 400, "the request is not JSON");
    for (const std::string body : {"[]", "{}", "1", R"({"text":1})", R"({"text":null})", R"({"text":["a"]})"})
        check(body, 422, R"("text")");
    check(R"({"text":"a","config":{"dimensions":256}})", 422, "384 dimensions, not of 256");
    check(R"({"text":"a","config":{"dimensions":"x"}})", 422, "whole number");
    CHECK(endpoint.ask({{"text", "a"}, {"config", {{"dimensions", 384}}}}).status == 200);
    CHECK(endpoint.ask({{"text", "a"}, {"config", {{"dimensions", nullptr}}}}).status == 200);
    CHECK(endpoint.ask({{"text", "a"}, {"config", nullptr}}).status == 200);
    CHECK(endpoint.send("GET", "/vectors", "").status == 405);
}

}  // namespace
}  // namespace ely::embed
