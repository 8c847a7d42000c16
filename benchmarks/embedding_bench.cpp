// Embedder::embed() against the bare inference loop: the same compiled layers, batches, lengths and threads, but no
// tokenizer, no table look-up, no pooling and no progress. The two take turns, so that a drifting machine drifts for
// both. Prints one JSON object.
//
//   embedding_bench [TEXTS [THREADS [ROUNDS]]]

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>
#include <nlohmann/json.hpp>

#include "embed/batch_plan.hpp"
#include "embed/bert_model.hpp"
#include "embed/embedder.hpp"
#include "embed/encoder.hpp"

namespace {

using Clock = std::chrono::steady_clock;
namespace embed = ely::embed;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename T>
T require(ely::Result<T> result) {
    if (result) return *std::move(result);
    fmt::print(stderr, "embedding_bench: {}\n", result.error().text());
    std::exit(1);
}

// Chunks of code as an index has them: about 130 tokens in the mean, some short, some at the limit.
std::vector<std::string> make_texts(std::size_t count) {
    static constexpr std::array k_words = {"def",   "return", "self._items",  "retry_count", "if",    "not",
                                           "open",  "(path,", "encoding)",    "=",           "for",   "in",
                                           "raise", "None",   "getUserById(", "->",          "value", "# the"};
    std::mt19937 random(1);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
        std::string text = "src/module/file.py Class.method\n";
        const auto words = 5 + random() % 85;
        for (std::size_t word = 0; word < words; ++word) {
            text += k_words[random() % k_words.size()];
            text += word % 8 == 7 ? "\n    " : " ";
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

class BareLoop {
  public:
    BareLoop(const embed::BertModel& model, std::vector<embed::Batch> batches, unsigned threads)
        : m_hidden(model.shape.hidden),
          m_batches(std::move(batches)),
          m_encoder(require(embed::Encoder::compile(model, embed::Precision::automatic, {threads, threads}))) {
        std::mt19937 random(2);
        std::normal_distribution<float> distribution(0, 0.5F);
        std::size_t largest = 0;
        for (const auto& batch : m_batches) largest = std::max(largest, batch.length * batch.texts.size());
        for (unsigned i = 0; i < threads; ++i) {
            m_sessions.push_back(require(m_encoder->open_session()));
            m_rows.emplace_back(largest * m_hidden);
            m_masks.emplace_back(largest, 0.0F);
            std::generate(m_rows.back().begin(), m_rows.back().end(), [&] { return distribution(random); });
        }
    }

    void run() {
        m_next = 0;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < m_sessions.size(); ++i) {
            threads.emplace_back([this, i] {
                for (auto index = m_next++; index < m_batches.size(); index = m_next++) infer(m_batches[index], i);
            });
        }
    }

  private:
    void infer(const embed::Batch& batch, std::size_t thread) {
        const auto texts = batch.texts.size();
        const auto rows = std::span(m_rows[thread]).first(texts * batch.length * m_hidden);
        (void)require(m_sessions[thread]->run(
            {texts, batch.length, rows, std::span(m_masks[thread]).first(texts * batch.length)}));
    }

    std::size_t m_hidden;
    std::vector<embed::Batch> m_batches;
    std::unique_ptr<embed::Encoder> m_encoder;
    std::vector<std::unique_ptr<embed::Encoder::Session>> m_sessions;
    std::vector<std::vector<float>> m_rows;
    std::vector<std::vector<float>> m_masks;
    std::atomic<std::size_t> m_next = 0;
};

struct Cost {
    double seconds = 0;
    double cpu = 0;
};

template <typename Work>
Cost measure(const Work& work) {
    const auto start = Clock::now();
    const auto cpu = cpu_seconds();
    work();
    return {seconds_since(start), cpu_seconds() - cpu};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int index, std::size_t otherwise) {
        return argc > index ? std::strtoul(argv[index], nullptr, 10) : otherwise;
    };
    const auto texts = make_texts(argument(1, 400));
    const auto threads = static_cast<unsigned>(argument(2, std::thread::hardware_concurrency()));
    const auto rounds = argument(3, 5);
    const std::vector<std::string_view> views(texts.begin(), texts.end());

    const auto opening = Clock::now();
    const auto embedder = require(embed::open_local_model({.model_folder = {}, .threads = threads}));
    const auto open_seconds = seconds_since(opening);
    const std::string_view query = "how are retries scheduled?";
    (void)require(embedder->embed({&query, 1}));
    const auto first_query_seconds = seconds_since(opening);
    (void)require(embedder->embed(views));
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);

    const auto model = require(embed::read_bert_model(embed::default_model_folder()));
    std::vector<std::size_t> lengths;
    std::size_t tokens = 0;
    for (const auto text : views) {
        lengths.push_back(model.tokenizer.tokenize(text, model.shape.max_tokens).size());
        tokens += lengths.back();
    }
    const auto limits =
        embed::batch_limits(embed::Encoder::choose(embed::Precision::automatic), model.shape.max_tokens);
    BareLoop bare(model, embed::plan_batches(lengths, limits), threads);
    bare.run();

    std::vector<double> ratios;
    std::vector<double> cpu_ratios;
    std::vector<double> ours;
    std::vector<double> theirs;
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto embedding = measure([&] { (void)require(embedder->embed(views)); });
        const auto loop = measure([&] { bare.run(); });
        ratios.push_back(loop.seconds / embedding.seconds);
        cpu_ratios.push_back(loop.cpu / embedding.cpu);
        ours.push_back(embedding.seconds);
        theirs.push_back(loop.seconds);
    }
    const auto rate = [](std::size_t count, double seconds) {
        return std::round(static_cast<double>(count) / seconds);
    };
    const nlohmann::ordered_json report = {
        {"texts", texts.size()},
        {"tokens", tokens},
        {"threads", threads},
        {"precision", embedder->info().precision},
        {"open_seconds", open_seconds},
        {"first_query_seconds", first_query_seconds},
        {"peak_memory_mib", usage.ru_maxrss / 1024},
        {"texts_per_second", rate(texts.size(), median(ours))},
        {"tokens_per_second", rate(tokens, median(ours))},
        {"bare_texts_per_second", rate(texts.size(), median(theirs))},
        {"bare_tokens_per_second", rate(tokens, median(theirs))},
        {"ratio_to_bare", median(ratios)},
        {"ratio_to_bare_cpu", median(cpu_ratios)},
    };
    fmt::print("{}\n", report.dump(2));
}
