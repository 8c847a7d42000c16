// Embedder::embed() against the bare inference loop: the same compiled layers, batches, lengths and threads, but no
// tokenizer, no table look-up, no pooling and no progress. The two take turns, so that a drifting machine drifts for
// both. Prints rows (rows.hpp).
//
//   embedding_bench [--quick | --full] [--texts 400] [--threads ALL] [--rounds 5]
//   embedding_bench --store FILE --collection NAME [--threads ALL] [--rounds 0]
//
// The second form runs the bare loop alone, once, over the distinct texts that the collection's chunks were embedded
// as: what an ingest of them is held against. With no rounds it counts texts and tokens only.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>

#include "embed/batch_plan.hpp"
#include "embed/bert_model.hpp"
#include "embed/embedder.hpp"
#include "embed/encoder.hpp"
#include "index/prepare.hpp"
#include "rows.hpp"
#include "store/batch/batch.hpp"
#include "store/open.hpp"
#include "texts.hpp"

namespace {

using Clock = std::chrono::steady_clock;
namespace embed = ely::embed;
namespace store = ely::store;

struct Options {
    std::size_t texts = 400;
    unsigned threads = std::thread::hardware_concurrency();
    std::size_t rounds = 5;
    ely::Path store;
    std::string collection;
};

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

// The distinct texts of a collection's chunks, as an ingest embeds them.
std::vector<std::string> read_texts(const Options& options) {
    const auto opened = require(store::open_embedded_store(options.store));
    const auto collection = require(opened->open(options.collection));
    store::ScanOptions scan_options;
    scan_options.properties = {"path", "symbol", "content"};
    const auto scan = require(collection->scan(scan_options));
    std::set<std::string> texts;
    while (const auto batch = require(scan->next())) {
        const store::BatchView view(batch);
        for (std::size_t row = 0; row < view.rows(); ++row)
            texts.insert(ely::index::embedded_text(view.properties(row)));
    }
    return {texts.begin(), texts.end()};
}

struct Plan {
    std::vector<embed::Batch> batches;
    std::size_t tokens = 0;
};

template <typename Texts>
Plan plan(const embed::BertModel& model, const Texts& texts) {
    Plan out;
    std::vector<std::size_t> lengths;
    for (const std::string_view text : texts) {
        lengths.push_back(model.tokenizer.tokenize(text, model.shape.max_tokens).size());
        out.tokens += lengths.back();
    }
    out.batches = embed::plan_batches(
        lengths, embed::batch_limits(embed::Encoder::choose(embed::Precision::automatic), model.shape.max_tokens));
    return out;
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

std::string_view precision_name() {
    return embed::Encoder::choose(embed::Precision::automatic) == embed::Precision::bf16 ? "bf16" : "f32";
}

double peak_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::vector<ely::benchmarks::Row> measure_collection(const Options& options) {
    const auto texts = read_texts(options);
    const auto model = require(embed::read_bert_model(embed::default_model_folder()));
    auto work = plan(model, texts);
    std::vector<ely::benchmarks::Row> rows{{.name = "texts", .value = static_cast<double>(texts.size()), .unit = ""},
                                           {.name = "tokens",
                                            .value = static_cast<double>(work.tokens),
                                            .unit = "",
                                            .note = fmt::format("{} threads, {}", options.threads, precision_name())}};
    if (options.rounds == 0) return rows;
    auto few = plan(model, std::span(texts).first(std::min<std::size_t>(texts.size(), 64)));
    BareLoop(model, std::move(few.batches), options.threads).run();  // what only the first run of a process pays
    BareLoop bare(model, std::move(work.batches), options.threads);
    const auto cost = measure([&] { bare.run(); });
    rows.push_back({.name = "bare loop", .value = cost.seconds, .unit = "s"});
    rows.push_back({.name = "bare loop, CPU time", .value = cost.cpu, .unit = "s"});
    return rows;
}

std::vector<ely::benchmarks::Row> measure_embedder(const Options& options) {
    const auto texts = ely::benchmarks::make_texts(options.texts);
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const auto opening = Clock::now();
    const auto embedder = require(embed::open_local_model({.model_folder = {}, .threads = options.threads}));
    const auto open_seconds = seconds_since(opening);
    const std::string_view query = "how are retries scheduled?";
    (void)require(embedder->embed({&query, 1}));
    const auto first_query_seconds = seconds_since(opening);
    (void)require(embedder->embed(views));
    const auto peak = peak_mib();

    const auto model = require(embed::read_bert_model(embed::default_model_folder()));
    auto work = plan(model, views);
    BareLoop bare(model, std::move(work.batches), options.threads);
    bare.run();
    std::vector<double> ratios;
    std::vector<double> cpu_ratios;
    std::vector<double> ours;
    std::vector<double> theirs;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        const auto embedding = measure([&] { (void)require(embedder->embed(views)); });
        const auto loop = measure([&] { bare.run(); });
        ratios.push_back(loop.seconds / embedding.seconds);
        cpu_ratios.push_back(loop.cpu / embedding.cpu);
        ours.push_back(embedding.seconds);
        theirs.push_back(loop.seconds);
    }
    const auto speed = [&](double seconds) {
        return fmt::format("{:.0f} texts/s, {:.0f} tokens/s", static_cast<double>(texts.size()) / seconds,
                           static_cast<double>(work.tokens) / seconds);
    };
    const auto note = fmt::format("{}; bare {}; by CPU time {:.3f}; {} threads, {}", speed(median(ours)),
                                  speed(median(theirs)), median(cpu_ratios), options.threads, precision_name());
    return {{.name = "embed() / bare inference loop, texts/s",
             .value = median(ratios),
             .unit = "x",
             .target = 0.95,
             .higher_is_better = true,
             .peer = "bare inference loop",
             .note = note},
            {.name = "model opened and a first query embedded",
             .value = first_query_seconds * 1000,
             .unit = "ms",
             .note = fmt::format("opened in {:.0f} ms", open_seconds * 1000)},
            {.name = "peak memory of embed()", .value = peak, .unit = "MiB"}};
}

Options parse(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (name == "--quick") options.texts = 120, options.rounds = 3;
        if (name == "--full") options.texts = 600, options.rounds = 9;
        if (i + 1 == count) break;
        const char* value = arguments[i + 1];
        if (name == "--texts") options.texts = std::strtoul(value, nullptr, 10);
        if (name == "--threads") options.threads = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
        if (name == "--rounds") options.rounds = std::strtoul(value, nullptr, 10);
        if (name == "--store") options.store = value;
        if (name == "--collection") options.collection = value;
    }
    return options;
}

}  // namespace

int main(int count, char** arguments) {
    const auto options = parse(count, arguments);
    ely::benchmarks::print_rows(options.store.empty() ? measure_embedder(options) : measure_collection(options));
}
