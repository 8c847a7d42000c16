// How fast the embedded store is: ingest of objects, lexical and vector queries inside the process, cold and warm.
// Prints one JSON object.
//
//   store_bench [--objects 100000] [--dimensions 384] [--batch 1000] [--queries 200] [--seed 1] [--file PATH]
//               [--text-bytes 1700] [--text-from FOLDER]
//
// Without a folder to take text from it is made up: identifiers and words drawn by Zipf's law, about 1.7 KB an object,
// eight objects a file. Vectors are drawn around a thousand centres. The file is removed at the end unless it was
// named; a file that is there already is queried only.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "store/batch/batch.hpp"
#include "store/open.hpp"

namespace {

using namespace ely;
using model::DataType;

struct Options {
    std::size_t objects = 100'000;
    std::uint32_t dimensions = 384;
    std::size_t batch = 1000;
    std::size_t queries = 200;
    std::size_t text_bytes = 1700;  // of an object, about
    unsigned seed = 1;
    Path file;
    Path folder;
};

// Wall time, and the processor time of the whole process: the latter can be compared on a busy machine.
class Meter {
  public:
    [[nodiscard]] double seconds() const { return m_watch.seconds(); }
    [[nodiscard]] double cpu() const { return now() - m_start; }

  private:
    static double now() {
        timespec time{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }
    Stopwatch m_watch;
    double m_start = now();
};

struct Times {
    std::vector<double> wall;
    std::vector<double> cpu;
    void add(const Meter& meter) {
        wall.push_back(meter.seconds());
        cpu.push_back(meter.cpu());
    }
};

template <typename T>
T must(Result<T> result) {
    if (!result) {
        fmt::print(stderr, "store_bench: {}\n", result.error().text());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Words {
  public:
    explicit Words(unsigned seed) : m_random(seed) {
        constexpr std::size_t k_words = 60'000;
        double total = 0;
        for (std::size_t i = 0; i < k_words; ++i) {
            m_words.push_back(make_word(i));
            total += 1 / std::pow(static_cast<double>(i + 2), 1.05);
            m_cumulative.push_back(total);
        }
    }

    const std::string& draw() {
        std::uniform_real_distribution<double> uniform(0, m_cumulative.back());
        const auto at = std::ranges::lower_bound(m_cumulative, uniform(m_random)) - m_cumulative.begin();
        return m_words[static_cast<std::size_t>(at)];
    }

    // Parts of 40 lines of the files in a folder, one after another; made-up text when there is none.
    void read_folder(const Path& folder) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file() || entry.file_size() > 1'000'000) continue;
            const auto text = must(read_file(entry.path()));
            if (!is_utf8(text)) continue;
            std::size_t start = 0;
            std::size_t lines = 0;
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (text[i] == '\n' && ++lines % 40 == 0) {
                    m_parts.push_back(text.substr(start, i + 1 - start));
                    start = i + 1;
                }
            }
            if (start < text.size()) m_parts.push_back(text.substr(start));
        }
    }

    std::string text(std::size_t bytes) {
        if (!m_parts.empty()) return m_parts[m_next_part++ % m_parts.size()];
        std::string out;
        while (out.size() < bytes) {
            out += draw();
            out += (m_random() % 8 == 0) ? "\n    " : " ";
        }
        return out;
    }

    std::mt19937_64& random() { return m_random; }

  private:
    // Syllables; every third word is an identifier of two or three parts.
    std::string make_word(std::size_t number) {
        static constexpr const char* k_syllables[] = {"re", "con", "get", "val", "ser", "net", "par", "lo",
                                                      "ad", "ist", "der", "mo",  "que", "tr",  "fi",  "ex"};
        std::string out;
        for (auto left = number + 17; left > 0; left /= 16) out += k_syllables[left % 16];
        if (number % 3 != 2 || number < 100) return out;
        const auto& other = m_words[m_random() % number];
        if (number % 2 == 0) return out + "_" + other;
        auto tail = other;
        tail[0] = static_cast<char>(std::toupper(tail[0]));
        return out + tail;
    }

    std::vector<std::string> m_parts;
    std::size_t m_next_part = 0;
    std::mt19937_64 m_random;
    std::vector<std::string> m_words;
    std::vector<double> m_cumulative;
};

class Vectors {
  public:
    Vectors(std::uint32_t dimensions, unsigned seed) : m_dimensions(dimensions), m_random(seed + 1) {
        for (int i = 0; i < 1000; ++i) m_centres.push_back(draw_one(nullptr));
    }
    std::vector<float> draw() { return draw_one(&m_centres[m_random() % m_centres.size()]); }

  private:
    std::vector<float> draw_one(const std::vector<float>* centre) {
        std::normal_distribution<float> normal;
        std::vector<float> out(m_dimensions);
        double square = 0;
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = normal(m_random) + (centre != nullptr ? 30 * (*centre)[i] : 0);
            square += static_cast<double>(out[i]) * out[i];
        }
        for (auto& value : out) value /= static_cast<float>(std::sqrt(square));
        return out;
    }

    std::uint32_t m_dimensions;
    std::mt19937_64 m_random;
    std::vector<std::vector<float>> m_centres;
};

model::CollectionSchema bench_schema(std::uint32_t dimensions) {
    return {"bench",
            "",
            {{"repository", DataType::text, false, true, ""},
             {"path", DataType::text, true, true, ""},
             {"language", DataType::text, false, true, ""},
             {"symbol", DataType::text, true, false, ""},
             {"start_line", DataType::integer, false, false, ""},
             {"content", DataType::text, true, false, ""}},
            {{"", dimensions, model::Distance::cosine, "none", ""}}};
}

Uuid object_id(std::size_t number) {
    return uuid5(k_uuid_namespace_url, std::to_string(number));
}

double median_ms(std::vector<double> seconds) {
    std::ranges::sort(seconds);
    return seconds.empty() ? 0 : seconds[seconds.size() / 2] * 1000;
}

// "[wall, cpu]"
std::string medians(const Times& times) {
    return fmt::format("[{:.2f}, {:.2f}]", median_ms(times.wall), median_ms(times.cpu));
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
                                               {"language", languages[file % 4]},
                                               {"symbol", words.draw() + "." + words.draw()},
                                               {"start_line", static_cast<std::int64_t>(i % 8 * 40 + 1)},
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
std::string time_queries(store::Collection& collection, std::size_t count, Make make) {
    Times times;
    for (std::size_t i = 0; i < count; ++i) {
        const auto query = make();
        const Meter meter;
        must(collection.search(query, {"path", "repository"}));
        times.add(meter);
    }
    return medians(times);
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

void measure(const Options& options) {
    Words words(options.seed);
    if (!options.folder.empty()) words.read_folder(options.folder);
    Vectors vectors(options.dimensions, options.seed);
    double open_ms = 0;
    Ingest ingest;
    double vector_seconds = 0;
    if (!std::filesystem::exists(options.file)) {
        const auto store = must(store::open_embedded_store(options.file));
        const auto collection = must(store->create(bench_schema(options.dimensions)));
        ingest = write_objects(*collection, options, words);
        if (options.dimensions > 0) vector_seconds = write_vectors(*collection, options, vectors);
    }
    const Stopwatch opening;
    const auto store = must(store::open_embedded_store(options.file));
    const auto collection = must(store->open("bench"));
    open_ms = opening.seconds() * 1000;
    const auto lexical = [&] { return lexical_query(words); };
    const auto files = [&] { return file_query(words); };
    const auto nearest = [&] { return store::VectorQuery{.vector = vectors.draw()}; };
    const auto lexical_cold = time_queries(*collection, 1, lexical);
    const auto files_cold = time_queries(*collection, 1, files);
    const auto vector_cold = time_queries(*collection, 1, nearest);
    const auto lexical_warm = time_queries(*collection, options.queries, lexical);
    const auto files_warm = time_queries(*collection, options.queries, files);
    const auto vector_warm = time_queries(*collection, options.queries, nearest);
    const auto stats = must(collection->stats());
    fmt::print("{{\"objects\": {}, \"dimensions\": {}, \"batch\": {}, \"text_mb\": {:.1f}, ", options.objects,
               options.dimensions, options.batch, ingest.bytes / 1e6);
    fmt::print("\"upsert_seconds\": {:.3f}, \"upsert_cpu_seconds\": {:.3f}, \"longest_upsert_cpu_seconds\": {:.3f}, ",
               ingest.seconds, ingest.cpu, ingest.longest);
    fmt::print("\"objects_per_cpu_second\": {:.0f}, \"set_vectors_seconds\": {:.3f}, ",
               static_cast<double>(options.objects) / ingest.cpu, vector_seconds);
    fmt::print("\"stored_mb\": {:.1f}, \"file_mb\": {:.1f}, \"open_ms\": {:.2f}, ",
               static_cast<double>(stats.bytes) / 1e6,
               static_cast<double>(std::filesystem::file_size(options.file)) / 1e6, open_ms);
    fmt::print("\"milliseconds\": \"wall, processor\", \"lexical_cold\": {}, \"lexical_p50\": {}, ", lexical_cold,
               lexical_warm);
    fmt::print("\"files_cold\": {}, \"files_p50\": {}, \"vector_cold\": {}, \"vector_p50\": {}}}\n", files_cold,
               files_warm, vector_cold, vector_warm);
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string name = arguments[i];
        const char* value = arguments[i + 1];
        if (name == "--objects") options.objects = std::strtoull(value, nullptr, 10);
        if (name == "--dimensions") options.dimensions = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
        if (name == "--batch") options.batch = std::strtoull(value, nullptr, 10);
        if (name == "--queries") options.queries = std::strtoull(value, nullptr, 10);
        if (name == "--seed") options.seed = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
        if (name == "--text-bytes") options.text_bytes = std::strtoull(value, nullptr, 10);
        if (name == "--file") options.file = value;
        if (name == "--text-from") options.folder = value;
    }
    const bool temporary = options.file.empty();
    const auto folder = std::filesystem::temp_directory_path() / fmt::format("store-bench-{}", options.seed);
    if (temporary) {
        std::filesystem::remove_all(folder);
        options.file = folder / "store.db";
    }
    measure(options);
    if (temporary) std::filesystem::remove_all(folder);
}
