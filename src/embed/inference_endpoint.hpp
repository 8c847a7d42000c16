#pragma once

// An embedder as an endpoint of HTTP, in the words of Weaviate's module text2vec-transformers: POST /vectors with one
// text, one vector back. The module sends its texts one by one but many at a time, so what waits is embedded together.
// doc/embedding.md says which requests there are. It opens no port and no model: both are given.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/http_server.hpp"
#include "base/result.hpp"
#include "embed/embedder.hpp"

namespace ely::embed {

struct InferenceEndpointOptions {
    std::size_t batch_texts = 64;     // at most, of one call of the embedder
    std::size_t waiting_texts = 256;  // at most; a request beyond is answered with 503
};

struct InferenceCounts {
    std::uint64_t requests = 0;  // for vectors
    std::uint64_t texts = 0;     // that were embedded
    std::uint64_t batches = 0;   // calls of the embedder for them
    std::uint64_t refused = 0;   // requests that got no vector
    std::uint64_t waiting = 0;   // texts, now, for the next batch
};

class InferenceEndpoint {
  public:
    // The embedder must outlive it; nobody else may be kept waiting by it.
    explicit InferenceEndpoint(Embedder& embedder, InferenceEndpointOptions options = {});
    InferenceEndpoint(const InferenceEndpoint&) = delete;
    InferenceEndpoint& operator=(const InferenceEndpoint&) = delete;
    // No route may be at work any more.
    ~InferenceEndpoint();

    // They refer to this object. A route waits until its text is embedded: as many threads as answer, as many texts can
    // come together.
    [[nodiscard]] std::vector<HttpRoute> routes();
    [[nodiscard]] InferenceCounts counts() const;

  private:
    using Vector = Result<std::vector<float>>;
    struct Waiting {
        std::string_view text;  // of the thread that waits for the vector
        std::promise<Vector> vector;
    };

    [[nodiscard]] HttpResponse answer_vectors(const HttpServerRequest& request);
    [[nodiscard]] HttpResponse answer_meta() const;
    [[nodiscard]] Vector embed_in_company(std::string_view text);
    void embed_batches(const std::stop_token& stop);
    void embed_batch(std::vector<Waiting>& batch);

    Embedder& m_embedder;
    const InferenceEndpointOptions m_options;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_some;
    std::deque<Waiting> m_waiting;  // guarded
    std::atomic<std::uint64_t> m_requests = 0;
    std::atomic<std::uint64_t> m_texts = 0;
    std::atomic<std::uint64_t> m_batches = 0;
    std::atomic<std::uint64_t> m_refused = 0;
    std::jthread m_worker;
};

}  // namespace ely::embed
