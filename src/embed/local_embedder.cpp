// The local model: tokenizer, batches and the compiled layers put together behind the Embedder interface.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "embed/batch_plan.hpp"
#include "embed/bert_model.hpp"
#include "embed/embedder.hpp"
#include "embed/encoder.hpp"
#include "embed/model_ends.hpp"

namespace ely::embed {
namespace {

// A stream takes some 25 MiB: beyond this many they get more threads each instead.
constexpr unsigned k_most_streams = 16;

struct Workspace {
    std::unique_ptr<Encoder::Session> session;
    std::vector<float> rows;
    std::vector<float> mask;
};

// As many workspaces as the encoder has streams, made when first needed and lent to one worker at a time.
class Workspaces {
  public:
    Workspaces(Encoder& encoder, unsigned count) : m_encoder(encoder), m_left(count) {}

    // Waits for a free one; none when `unneeded` became true in the meantime, which is looked at whenever one is freed.
    template <typename Unneeded>
    Result<std::optional<Workspace>> take(const Unneeded& unneeded) {
        std::unique_lock lock(m_mutex);
        m_freed.wait(lock, [&] { return !m_free.empty() || m_left > 0 || unneeded(); });
        if (unneeded()) return std::nullopt;
        if (!m_free.empty()) {
            auto workspace = std::move(m_free.back());
            m_free.pop_back();
            return workspace;
        }
        --m_left;
        Workspace workspace;
        ELY_TRY_ASSIGN(workspace.session, m_encoder.open_session());
        return workspace;
    }

    void give_back(Workspace workspace) {
        {
            const std::scoped_lock lock(m_mutex);
            m_free.push_back(std::move(workspace));
        }
        m_freed.notify_all();
    }

  private:
    Encoder& m_encoder;
    std::mutex m_mutex;
    std::condition_variable m_freed;
    std::vector<Workspace> m_free;
    unsigned m_left;
};

// One call of embed(): what its workers share.
struct Job {
    std::vector<std::vector<std::uint32_t>> tokens;
    std::vector<Batch> batches;
    std::vector<float> vectors;
    std::stop_token stop;
    const std::function<void(std::size_t)>& done;
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> failed = false;
    std::mutex mutex;
    std::optional<Error> error;  // guarded by mutex, and so is calling done

    bool over() const { return failed || stop.stop_requested() || next >= batches.size(); }
    void fail_with(Error reason) {
        const std::scoped_lock lock(mutex);
        if (!error) error = std::move(reason);
        failed = true;
    }
};

class LocalEmbedder : public Embedder {
  public:
    LocalEmbedder(BertModel model, InputLayer input, std::unique_ptr<Encoder> encoder, ModelInfo info,
                  BatchLimits limits, unsigned streams)
        : m_model(std::move(model)),
          m_input(input),
          m_encoder(std::move(encoder)),
          m_workspaces(*m_encoder, streams),
          m_limits(limits),
          m_streams(streams),
          m_info(std::move(info)) {}

    const ModelInfo& info() const override { return m_info; }

    Result<std::vector<float>> embed(std::span<const std::string_view> texts, std::stop_token stop,
                                     const std::function<void(std::size_t)>& done) override {
        Job job{.tokens = {},
                .batches = {},
                .vectors = {},
                .stop = std::move(stop),
                .done = done,
                .mutex = {},
                .error = {}};
        prepare(job, texts);
        {
            std::vector<std::jthread> helpers;
            const auto workers = std::min<std::size_t>(m_streams, job.batches.size());
            for (std::size_t i = 1; i < workers; ++i) helpers.emplace_back([this, &job] { work(job); });
            work(job);
        }
        if (job.error) return fail(*std::move(job.error));
        return std::move(job.vectors);
    }

  private:
    void prepare(Job& job, std::span<const std::string_view> texts) const {
        std::vector<std::size_t> lengths;
        lengths.reserve(texts.size());
        job.tokens.reserve(texts.size());
        for (const auto text : texts) {
            job.tokens.push_back(m_model.tokenizer.tokenize(text, m_model.shape.max_tokens));
            lengths.push_back(job.tokens.back().size());
        }
        job.batches = plan_batches(lengths, m_limits);
        job.vectors.resize(texts.size() * m_model.shape.hidden);
    }

    void work(Job& job) {
        if (job.batches.empty()) return;
        auto workspace = m_workspaces.take([&job] { return job.over(); });
        if (!workspace) return job.fail_with(std::move(workspace).error());
        if (*workspace) {
            run_batches(job, **workspace);
            m_workspaces.give_back(**std::move(workspace));
        }
        if (job.stop.stop_requested() && job.next < job.batches.size())
            job.fail_with({Code::cancelled, "stopped while computing vectors", {}, {}, 0});
    }

    void run_batches(Job& job, Workspace& workspace) const {
        while (!job.failed && !job.stop.stop_requested()) {
            const auto index = job.next++;
            if (index >= job.batches.size()) return;
            const auto& batch = job.batches[index];
            if (auto ran = run_batch(job, batch, workspace); !ran) return job.fail_with(std::move(ran).error());
            if (job.done) {
                const std::scoped_lock lock(job.mutex);
                job.done(batch.texts.size());
            }
        }
    }

    Result<void> run_batch(Job& job, const Batch& batch, Workspace& workspace) const {
        const auto hidden = m_model.shape.hidden;
        const auto stride = batch.length * hidden;
        workspace.rows.assign(batch.texts.size() * stride, 0.0F);
        workspace.mask.assign(batch.texts.size() * batch.length, Encoder::k_masked);
        for (std::size_t i = 0; i < batch.texts.size(); ++i) {
            const auto& tokens = job.tokens[batch.texts[i]];
            m_input.write(tokens, std::span(workspace.rows).subspan(i * stride, stride));
            std::fill_n(workspace.mask.begin() + static_cast<std::ptrdiff_t>(i * batch.length), tokens.size(), 0.0F);
        }
        ELY_TRY_ASSIGN(const auto output,
                       workspace.session->run({batch.texts.size(), batch.length, workspace.rows, workspace.mask}));
        for (std::size_t i = 0; i < batch.texts.size(); ++i) {
            const auto text = batch.texts[i];
            pool(output.subspan(i * stride, job.tokens[text].size() * hidden), m_model.shape.pooling,
                 std::span(job.vectors).subspan(text * hidden, hidden));
        }
        return {};
    }

    BertModel m_model;
    InputLayer m_input;  // points into the model's mapped weights
    std::unique_ptr<Encoder> m_encoder;
    Workspaces m_workspaces;
    BatchLimits m_limits;
    unsigned m_streams;
    ModelInfo m_info;
};

ModelInfo describe(const BertModel& model, const Path& folder, const Sha256Digest& weights, Precision precision) {
    ModelInfo info;
    info.name = model_name(folder, weights);
    info.precision = precision == Precision::bf16 ? "bf16" : "f32";
    info.dimensions = static_cast<std::uint32_t>(model.shape.hidden);
    info.max_tokens = static_cast<std::uint32_t>(model.shape.max_tokens);
    const auto hash = sha256(fmt::format("{} weights {}", model.settings, to_hex(weights)));
    info.fingerprint = fmt::format("{}:{}:{}", info.name, info.precision, to_hex(hash).substr(0, 32));
    std::replace(info.fingerprint.begin(), info.fingerprint.end(), ' ', '_');
    return info;
}

}  // namespace

Result<std::unique_ptr<Embedder>> open_local_model(const LocalModelOptions& options) {
    const auto folder = options.model_folder.empty() ? default_model_folder() : options.model_folder;
    auto hashing = std::async(std::launch::async, hash_weights, folder);  // a quarter of the time, if done in turn
    ELY_TRY_ASSIGN(auto model, read_bert_model(folder));
    ELY_TRY_ASSIGN(const auto input, InputLayer::from(model));
    const auto threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    const auto streams = std::min(threads, k_most_streams);
    const auto precision = Encoder::choose(options.precision);
    ELY_TRY_ASSIGN(auto encoder, Encoder::compile(model, precision, {streams, threads}));
    ELY_TRY_ASSIGN(const auto weights, hashing.get());
    auto info = describe(model, folder, weights, precision);
    const auto limits = batch_limits(precision, model.shape.max_tokens);
    return std::make_unique<LocalEmbedder>(std::move(model), input, std::move(encoder), std::move(info), limits,
                                           streams);
}

}  // namespace ely::embed
