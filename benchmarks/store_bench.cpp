// How fast the embedded store is: ingest of objects, lexical and vector queries inside the process, the latter beside
// an exact scan of the same float32 vectors. Prints rows (rows.hpp).
//
//   store_bench [--quick | --full] [--objects 100000] [--dimensions 384] [--batch 1000] [--queries 200] [--seed 1]
//               [--file PATH] [--queries-to FILE] [--text-bytes 1700] [--text-from FOLDER]
//
// --full adds vector queries among a million objects, whose store takes 4 GB for a few minutes.
// Without a folder to take text from it is made up: identifiers and words drawn by Zipf's law, about 1.7 KB an object,
// eight objects a file. Vectors are drawn around a thousand centres. The file is removed at the end unless it was
// named; a file that is there already is queried only. It is one that `elysiactl search` can search; --queries-to keeps
// some of the queries, one a line.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "index/code_schema.hpp"
#include "rows.hpp"
#include "store/batch/batch.hpp"
#include "store/open.hpp"
#include "workload.hpp"

namespace {

using namespace ely;
using namespace ely::benchmarks;

struct Options {
    std::size_t objects = 100'000;
    std::uint32_t dimensions = 384;
    std::size_t batch = 1000;
    std::size_t queries = 200;
    std::size_t text_bytes = 1700;  // of an object, about
    unsigned seed = 1;
    Path file;
    Path folder;
    Path queries_file;
    bool full = false;
};

struct Times {
    std::vector<double> wall;
    std::vector<double> cpu;
    void add(const Meter& meter) {
        wall.push_back(meter.seconds());
        cpu.push_back(meter.cpu());
    }
};

double median_ms(const std::vector<double>& seconds) {
    return median(seconds) * 1000;
}

struct Ingest {
    double seconds = 0;  // inside upsert
    double cpu = 0;
    double bytes = 0;
    double longest = 0;  // batch
};

Ingest write_objects(store::Collection& collection, const Options& options, Words& words) {
    Ingest out;
    const char* languages[] = {"C++", "Python", "Go", "Rust"};
    std::string path;
    for (std::size_t start = 0; start < options.objects; start += options.batch) {
        auto builder = must(store::BatchBuilder::create(collection.schema()));
        for (auto i = start; i < std::min(start + options.batch, options.objects); ++i) {
            const auto file = i / 8;
            if (i % 8 == 0) path = fmt::format("src/{}/{}_{}.cpp", words.draw(), words.draw(), file);
            auto content =
                words.text(options.text_bytes * 6 / 10 + words.random()() % (options.text_bytes * 8 / 10 + 1));
            out.bytes += static_cast<double>(content.size());
            must(builder.append(object_id(i), {{"repository", "example.org/owner/name"},
                                               {"path", path},
                                               {"branch", "main"},
                                               {"commit", "0123456789abcdef0123456789abcdef01234567"},
                                               {"language", languages[file % 4]},
                                               {"symbol", words.draw() + "." + words.draw()},
                                               {"kind", "function"},
                                               {"start_line", static_cast<std::int64_t>(i % 8 * 40 + 1)},
                                               {"end_line", static_cast<std::int64_t>(i % 8 * 40 + 40)},
                                               {"content", std::move(content)}}));
        }
        const auto batch = must(builder.finish());
        const Meter meter;
        must(collection.upsert(batch));
        out.seconds += meter.seconds();
        out.cpu += meter.cpu();
        out.longest = std::max(out.longest, meter.cpu());
    }
    return out;
}

double write_vectors(store::Collection& collection, const Options& options, Vectors& vectors) {
    double seconds = 0;
    for (std::size_t start = 0; start < options.objects; start += options.batch) {
        std::vector<Uuid> ids;
        std::vector<float> values;
        for (auto i = start; i < std::min(start + options.batch, options.objects); ++i) {
            ids.push_back(object_id(i));
            const auto vector = vectors.draw();
            values.insert(values.end(), vector.begin(), vector.end());
        }
        const Stopwatch watch;
        must(collection.set_vectors(ids, values));
        seconds += watch.seconds();
    }
    return seconds;
}

template <typename Make>
Times time_queries(store::Collection& collection, std::size_t count, Make make) {
    Times times;
    for (std::size_t i = 0; i < count; ++i) {
        const auto query = make();
        const Meter meter;
        must(collection.search(query, {"path", "repository"}));
        times.add(meter);
    }
    return times;
}

store::LexicalQuery lexical_query(Words& words) {
    store::LexicalQuery query;
    for (int i = 0; i < 5; ++i) query.text += words.draw() + " ";
    query.fields = {{"content", 1, 0.75}, {"symbol", 2, 0.5}, {"path", 2, 0.5}};
    return query;
}

store::LexicalQuery file_query(Words& words) {
    auto query = lexical_query(words);
    query.fields = {{"content", 1, 0.3}, {"symbol", 3, 0.5}, {"path", 8, 0.3, true}};
    query.fold_by = "repository,path";
    return query;
}

// Every vector of the collection in memory, compared with a query one after another: the peer of the vector search. On
// as many threads as there are cores.
class ExactScan {
  public:
    ExactScan(store::Collection& collection, std::uint32_t dimensions) : m_dimensions(dimensions) {
        const auto scan = must(collection.scan({.properties = {"path"}, .vectors = true}));
        while (const auto batch = must(scan->next())) {
            const store::BatchView view(batch);
            for (std::size_t row = 0; row < view.rows(); ++row) {
                const auto vector = view.vector(row);
                m_values.insert(m_values.end(), vector.begin(), vector.end());
            }
        }
        m_scores.resize(m_values.size() / dimensions);
    }

    // The best ten scores, best first.
    std::vector<float> search(const std::vector<float>& query) {
        {
            const std::size_t parts = std::max(1U, std::thread::hardware_concurrency());
            std::vector<std::jthread> threads;
            for (std::size_t i = 1; i < parts; ++i) threads.emplace_back([&, i] { score(query, i, parts); });
            score(query, 0, parts);
        }
        std::vector<float> best(std::min<std::size_t>(10, m_scores.size()));
        std::ranges::partial_sort_copy(m_scores, best, std::greater<>());
        return best;
    }

  private:
    using Lane = float __attribute__((vector_size(32), aligned(4)));

    void score(const std::vector<float>& query, std::size_t part, std::size_t parts) {
        const auto end = m_scores.size() * (part + 1) / parts;
        for (auto i = m_scores.size() * part / parts; i < end; ++i)
            m_scores[i] = dot(query.data(), m_values.data() + i * m_dimensions, m_dimensions);
    }

    [[gnu::target_clones("arch=haswell,default")]] static float dot(const float* a, const float* b, std::size_t count) {
        Lane sums[4] = {};
        std::size_t i = 0;
        for (; i + 32 <= count; i += 32) {
            for (std::size_t lane = 0; lane < 4; ++lane) {
                sums[lane] +=
                    *reinterpret_cast<const Lane*>(a + i + 8 * lane) * *reinterpret_cast<const Lane*>(b + i + 8 * lane);
            }
        }
        const Lane sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        float out = 0;
        for (int lane = 0; lane < 8; ++lane) out += sum[lane];
        for (; i < count; ++i) out += a[i] * b[i];
        return out;
    }

    std::uint32_t m_dimensions;
    std::vector<float> m_values;
    std::vector<float> m_scores;
};

struct VectorTimes {
    Times ours;
    Times scan;
};

// The store and the scan in turn, on the same queries; they must agree.
VectorTimes time_vector_queries(store::Collection& collection, const Options& options, Vectors& vectors) {
    ExactScan scan(collection, options.dimensions);
    VectorTimes out;
    for (std::size_t i = 0; i < options.queries; ++i) {
        const store::VectorQuery query{.vector = vectors.draw()};
        const Meter meter;
        const auto hits = must(collection.search(query, {"path", "repository"}));
        out.ours.add(meter);
        const Meter scan_meter;
        const auto best = scan.search(query.vector);
        out.scan.add(scan_meter);
        for (std::size_t k = 0; k < best.size(); ++k) {
            if (k < hits.size() && std::abs(hits[k].score - static_cast<double>(best[k])) < 1e-4) continue;
            fmt::print(stderr, "store_bench: hit {} is not the exact scan's\n", k);
            std::exit(1);
        }
    }
    return out;
}

std::string count_text(std::size_t objects) {
    return fmt::format("{} objects", format_count(objects));
}

Row row_of(const std::string& name, const Times& warm, const Times& cold, std::size_t objects, double target) {
    auto sorted = warm.wall;
    std::ranges::sort(sorted);
    const auto p95 = sorted.empty() ? 0 : sorted[sorted.size() * 95 / 100] * 1000;
    return {.name = fmt::format("{} in the process, {}", name, count_text(objects)),
            .value = median_ms(warm.wall),
            .unit = "ms",
            .target = target,
            .note = fmt::format("median of {}; CPU {:.2f} ms; p95 {:.2f} ms; first {:.1f} ms", warm.wall.size(),
                                median_ms(warm.cpu), p95, median_ms(cold.wall))};
}

std::vector<Row> vector_rows(store::Collection& collection, const Options& options, Vectors& vectors, double target) {
    const auto cold = time_queries(collection, 1, [&] { return store::VectorQuery{.vector = vectors.draw()}; });
    const auto times = time_vector_queries(collection, options, vectors);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < times.ours.wall.size(); ++i) ratios.push_back(times.ours.wall[i] / times.scan.wall[i]);
    return {row_of("vector search", times.ours, cold, options.objects, target),
            {.name = fmt::format("vector search / exact float32 scan, {}", count_text(options.objects)),
             .value = median(ratios),
             .unit = "x",
             .target = 1.0,
             .peer = "float32 scan in memory",
             .note = fmt::format("the scan takes {:.2f} ms on all cores, CPU {:.2f} ms; the same hits",
                                 median_ms(times.scan.wall), median_ms(times.scan.cpu))}};
}

void keep_queries(const Path& file, Words& words) {
    std::ofstream out(file);
    for (int i = 0; i < 40; ++i) out << lexical_query(words).text << '\n';
}

std::optional<Row> build(const Options& options, Words& words, Vectors& vectors) {
    if (std::filesystem::exists(options.file)) return std::nullopt;
    const auto store = must(store::open_embedded_store(options.file));
    const auto* const vectorizer = options.dimensions == 0 ? "none" : "local";
    const auto collection = must(store->create(index::code_schema("bench", vectorizer, "made up", options.dimensions)));
    const auto ingest = write_objects(*collection, options, words);
    const auto vector_seconds = options.dimensions > 0 ? write_vectors(*collection, options, vectors) : 0;
    const auto stats = must(collection->stats());
    return Row{.name = fmt::format("store: objects written, {}", count_text(options.objects)),
               .value = static_cast<double>(options.objects) / ingest.cpu,
               .unit = "/CPU s",
               .higher_is_better = true,
               .note = fmt::format("{:.0f} MB of text in {:.1f} s, the longest batch of {} in {:.2f} s CPU; vectors in "
                                   "{:.1f} s; {:.0f} MB stored",
                                   ingest.bytes / 1e6, ingest.seconds, options.batch, ingest.longest, vector_seconds,
                                   static_cast<double>(stats.bytes) / 1e6)};
}

std::vector<Row> measure(const Options& options) {
    Words words(options.seed);
    if (!options.folder.empty()) words.read_folder(options.folder);
    Vectors vectors(options.dimensions, options.seed);
    std::vector<Row> rows;
    if (auto built = build(options, words, vectors)) rows.push_back(*std::move(built));
    const Stopwatch opening;
    const auto store = must(store::open_embedded_store(options.file));
    const auto collection = must(store->open("bench"));
    rows.push_back({.name = "store: opened", .value = opening.seconds() * 1000, .unit = "ms"});
    const auto lexical = [&] { return lexical_query(words); };
    const auto files = [&] { return file_query(words); };
    const auto lexical_cold = time_queries(*collection, 1, lexical);
    const auto files_cold = time_queries(*collection, 1, files);
    const auto lexical_warm = time_queries(*collection, options.queries, lexical);
    const auto files_warm = time_queries(*collection, options.queries, files);
    rows.push_back(row_of("lexical search", lexical_warm, lexical_cold, options.objects, 10));
    rows.push_back(row_of("lexical search folded to files", files_warm, files_cold, options.objects, 10));
    if (options.dimensions > 0)
        std::ranges::move(vector_rows(*collection, options, vectors, 5), std::back_inserter(rows));
    if (!options.queries_file.empty()) keep_queries(options.queries_file, words);
    return rows;
}

// Vectors alone, a million of them; next to no text.
std::vector<Row> measure_million(Options options, const Path& folder) {
    options.objects = 1'000'000;
    options.batch = 5000;
    options.text_bytes = 20;
    options.folder.clear();
    options.queries = std::min<std::size_t>(options.queries, 60);
    options.file = folder / "million.db";
    if (!options.full) {
        return {{.name = fmt::format("vector search in the process, {}", count_text(options.objects)),
                 .value = std::nullopt,
                 .unit = "ms",
                 .target = 40,
                 .note = "only with --full: building it takes minutes"}};
    }
    Words words(options.seed);
    Vectors vectors(options.dimensions, options.seed);
    (void)build(options, words, vectors);
    const auto store = must(store::open_embedded_store(options.file));
    return vector_rows(*must(store->open("bench")), options, vectors, 40);
}

Options parse(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (name == "--quick") options.objects = 20'000;
        if (name == "--full") options.full = true;
        if (i + 1 == count) break;
        const char* value = arguments[i + 1];
        if (name == "--objects") options.objects = std::strtoull(value, nullptr, 10);
        if (name == "--dimensions") options.dimensions = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
        if (name == "--batch") options.batch = std::strtoull(value, nullptr, 10);
        if (name == "--queries") options.queries = std::strtoull(value, nullptr, 10);
        if (name == "--seed") options.seed = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
        if (name == "--text-bytes") options.text_bytes = std::strtoull(value, nullptr, 10);
        if (name == "--file") options.file = value;
        if (name == "--queries-to") options.queries_file = value;
        if (name == "--text-from") options.folder = value;
    }
    return options;
}

}  // namespace

int main(int count, char** arguments) {
    auto options = parse(count, arguments);
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("store-bench-{}", ::getpid());
    std::filesystem::create_directory(folder);
    if (options.file.empty()) options.file = folder / "store.db";
    auto rows = measure(options);
    std::ranges::move(measure_million(options, folder), std::back_inserter(rows));
    std::filesystem::remove_all(folder);
    benchmarks::print_rows(rows);
}
