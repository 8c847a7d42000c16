#include "embed/inference_endpoint.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>
#include <nlohmann/json.hpp>

#include "base/version.hpp"

namespace ely::embed {
namespace {

HttpResponse no_content(const HttpServerRequest& /*request*/) {
    return {204, {}, {}};
}

// What is asked for. `config` also has the kind of pooling and of task: neither is a choice with these models.
struct Asked {
    std::string text;
    std::optional<std::uint64_t> dimensions;
};

// usage: not JSON; unsupported: JSON, but not such a request.
Result<Asked> parse_request(const std::string& body) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (const auto error = parser.parse(body).get(root))
        return fail(Code::usage, fmt::format("the request is not JSON: {}", simdjson::error_message(error)));
    std::string_view text;
    if (root["text"].get(text) != simdjson::SUCCESS)
        return fail(Code::unsupported, R"(the request has no "text", or it is not a string)");
    Asked asked{std::string(text), std::nullopt};
    simdjson::dom::element dimensions;
    if (root["config"]["dimensions"].get(dimensions) == simdjson::SUCCESS && !dimensions.is_null()) {
        std::uint64_t number = 0;
        if (dimensions.get(number) != simdjson::SUCCESS)
            return fail(Code::unsupported, R"("dimensions" is not a whole number)");
        asked.dimensions = number;
    }
    return asked;
}

// Each number is the shortest one that is read back as the same bits.
std::string vector_json(const std::string& text, std::span<const float> vector) {
    auto out = fmt::format(R"({{"text":{},"vector":[)", nlohmann::json(text).dump());
    out.reserve(out.size() + vector.size() * 14);
    for (std::size_t i = 0; i < vector.size(); ++i)
        fmt::format_to(std::back_inserter(out), "{}{}", i == 0 ? "" : ",", vector[i]);
    fmt::format_to(std::back_inserter(out), R"(],"dim":{}}})", vector.size());
    return out;
}

int status_of(Code code) {
    switch (code) {
        case Code::usage:
            return 400;
        case Code::unsupported:
            return 422;
        case Code::rate_limited:
        case Code::unavailable:
        case Code::timeout:
        case Code::cancelled:
            return 503;
        case Code::not_found:
        case Code::already_exists:
        case Code::conflict:
        case Code::unauthorized:
        case Code::corrupt:
        case Code::io:
        case Code::internal:
            return 500;
    }
    return 500;
}

}  // namespace

InferenceEndpoint::InferenceEndpoint(Embedder& embedder, InferenceEndpointOptions options)
    : m_embedder(embedder),
      m_options(options),
      m_worker([this](const std::stop_token& stop) { embed_batches(stop); }) {}

InferenceEndpoint::~InferenceEndpoint() {
    m_worker.request_stop();
    m_worker.join();
}

std::vector<HttpRoute> InferenceEndpoint::routes() {
    return {{"GET", "/.well-known/ready", no_content},
            {"GET", "/.well-known/live", no_content},
            {"GET", "/meta", [this](const HttpServerRequest&) { return answer_meta(); }},
            {"POST", "/vectors", [this](const HttpServerRequest& request) { return answer_vectors(request); }}};
}

InferenceCounts InferenceEndpoint::counts() const {
    const std::scoped_lock lock(m_mutex);
    return {m_requests, m_texts, m_batches, m_refused, m_waiting.size()};
}

HttpResponse InferenceEndpoint::answer_meta() const {
    const auto& model = m_embedder.info();
    const auto served = counts();
    const nlohmann::ordered_json meta{{"model", model.name},
                                      {"fingerprint", model.fingerprint},
                                      {"dimensions", model.dimensions},
                                      {"max_tokens", model.max_tokens},
                                      {"precision", model.precision},
                                      {"version", version()},
                                      {"requests", served.requests},
                                      {"texts", served.texts},
                                      {"batches", served.batches},
                                      {"refused", served.refused}};
    return http_json(meta.dump());
}

HttpResponse InferenceEndpoint::answer_vectors(const HttpServerRequest& request) {
    ++m_requests;
    const auto refuse = [this](const Error& error) {
        ++m_refused;
        auto response = http_error(status_of(error.code), error.text());
        if (response.status == 503) response.headers.push_back({"retry-after", "1"});
        return response;
    };
    const auto asked = parse_request(request.body);
    if (!asked) return refuse(asked.error());
    const auto dimensions = m_embedder.info().dimensions;
    if (asked->dimensions.value_or(dimensions) != dimensions) {
        return refuse({Code::unsupported,
                       fmt::format("{} has vectors of {} dimensions, not of {}", m_embedder.info().name, dimensions,
                                   *asked->dimensions),
                       {},
                       {},
                       0});
    }
    const auto vector = embed_in_company(asked->text);
    if (!vector) return refuse(vector.error());
    return http_json(vector_json(asked->text, *vector));
}

InferenceEndpoint::Vector InferenceEndpoint::embed_in_company(std::string_view text) {
    std::promise<Vector> promise;
    auto vector = promise.get_future();
    {
        const std::scoped_lock lock(m_mutex);
        if (m_waiting.size() >= m_options.waiting_texts) {
            return fail(Code::unavailable, fmt::format("{} texts are waiting already", m_waiting.size()));
        }
        m_waiting.push_back({text, std::move(promise)});
    }
    m_some.notify_one();
    return vector.get();
}

// Nothing is waited for to make a batch larger: while one is computed, the next one gathers.
void InferenceEndpoint::embed_batches(const std::stop_token& stop) {
    std::vector<Waiting> batch;
    while (true) {
        {
            std::unique_lock lock(m_mutex);
            if (!m_some.wait(lock, stop, [this] { return !m_waiting.empty(); })) return;
            const auto count = std::min(m_waiting.size(), std::max<std::size_t>(1, m_options.batch_texts));
            const auto end = m_waiting.begin() + static_cast<std::ptrdiff_t>(count);
            batch.assign(std::move_iterator(m_waiting.begin()), std::move_iterator(end));
            m_waiting.erase(m_waiting.begin(), end);
        }
        embed_batch(batch);
    }
}

void InferenceEndpoint::embed_batch(std::vector<Waiting>& batch) {
    std::vector<std::string_view> texts;
    texts.reserve(batch.size());
    for (const auto& waiting : batch) texts.push_back(waiting.text);
    const auto vectors = m_embedder.embed(texts);
    ++m_batches;
    if (vectors) m_texts += texts.size();
    const auto dimensions = static_cast<std::ptrdiff_t>(m_embedder.info().dimensions);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!vectors) {
            batch[i].vector.set_value(fail(vectors.error()));
            continue;
        }
        const auto row = vectors->begin() + static_cast<std::ptrdiff_t>(i) * dimensions;
        batch[i].vector.set_value(std::vector<float>(row, row + dimensions));
    }
}

}  // namespace ely::embed
