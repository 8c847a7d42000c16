// Change streams: how fast records are made, written, read and summarised, in megabytes of file content and CPU seconds
// of one thread. The files are those of a folder, or text made up to look like source code. Prints rows (rows.hpp).
//
//   stream_bench [--quick | --full] [--from FOLDER]

#include <ctime>
#include <random>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "changes/stream/stream_reader.hpp"
#include "changes/stream/stream_writer.hpp"
#include "rows.hpp"

namespace {

using ely::Path;
using ely::model::Change;

constexpr std::size_t k_most_bytes = 400U << 20U;

Change change_of(std::string path, std::string content) {
    Change out;
    out.repository = "github.com/owner/repository";
    out.path = std::move(path);
    out.language = "C++";
    out.size = content.size();
    out.content = std::move(content);
    return out;
}

std::vector<Change> files_of(const Path& folder) {
    std::vector<Change> out;
    std::size_t total = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || total > k_most_bytes) continue;
        auto content = ely::read_file(entry.path());
        if (!content) continue;
        total += content->size();
        out.push_back(change_of(entry.path().lexically_relative(folder).string(), std::move(*content)));
    }
    return out;
}

// Lines of words with indentation, quotes, tabs and now and then a letter beyond ASCII.
std::vector<Change> made_up_files(int count) {
    std::mt19937 random(1);
    std::vector<Change> out;
    for (int file = 0; file < count; ++file) {
        std::string content;
        while (content.size() < 9000) {
            content.append(random() % 4 * 4, ' ');
            for (auto words = random() % 9; words > 0; --words) {
                content.append(2 + random() % 9, static_cast<char>('a' + random() % 26));
                content += random() % 12 == 0 ? " = \"x\\t\"" : random() % 90 == 0 ? "é " : " ";
            }
            content += '\n';
        }
        out.push_back(change_of(fmt::format("src/part{}/file{}.cpp", file % 40, file), std::move(content)));
    }
    return out;
}

double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Megabytes a second, the best of three.
template <typename Work>
double speed(std::size_t bytes, const Work& work) {
    double best = 0;
    for (int round = 0; round < 3; ++round) {
        const auto start = cpu_seconds();
        work();
        best = std::max(best, static_cast<double>(bytes) / 1e6 / (cpu_seconds() - start));
    }
    return best;
}

void require(bool holds, std::string_view what) {
    if (holds) return;
    fmt::print(stderr, "stream_bench: {}\n", what);
    std::exit(1);
}

void write(const Path& path, const std::vector<Change>& changes) {
    auto writer = ely::stream::StreamWriter::create(path);
    require(writer.has_value(), "cannot create the stream");
    for (const auto& change : changes) {
        require(writer->write_lines(ely::stream::to_line(change), 1).has_value(), "cannot write");
    }
    require(writer->finish({}).has_value(), "cannot finish");
}

void read(const Path& path, std::size_t expected) {
    const auto reader = ely::stream::StreamReader::open(path);
    require(reader.has_value(), "cannot open the stream");
    std::size_t bytes = 0;
    while (true) {
        const auto next = (*reader)->next();
        require(next.has_value(), "cannot read");
        if (!*next) break;
        if (const auto* const change = std::get_if<Change>(&**next)) bytes += change->content->size();
    }
    require(bytes == expected, "not what was written");
}

}  // namespace

int main(int count, char** arguments) {
    int made_up = 8000;
    Path from;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = arguments[i];
        if (word == "--quick") made_up = 1500;
        if (word == "--from" && i + 1 < count) from = arguments[++i];
    }
    const auto changes = from.empty() ? made_up_files(made_up) : files_of(from);
    std::size_t total = 0;
    for (const auto& change : changes) total += change.content->size();
    std::vector<ely::benchmarks::Row> rows;
    const auto add = [&](std::string_view what, const std::string& note, const auto& work) {
        rows.push_back({fmt::format("change stream: {}", what), speed(total, work), "MB/CPU s"});
        rows.back().higher_is_better = true;
        rows.back().note = note;
    };
    const auto size = fmt::format("{} files, {:.1f} MB", changes.size(), static_cast<double>(total) / 1e6);
    add("a record made", size, [&] {
        std::size_t bytes = 0;
        for (const auto& change : changes) bytes += ely::stream::to_line(change).size();
        require(bytes > total, "lines are too short");
    });
    const auto folder = std::filesystem::temp_directory_path();
    for (const std::string ending : {"", ".zst"}) {
        const auto path = folder / fmt::format("ely-stream-bench-{}.jsonl{}", std::clock(), ending);
        const std::string name = ending.empty() ? "plain" : "zstd";
        add(name + " written", size, [&] { write(path, changes); });
        add(name + " read", size, [&] { read(path, total); });
        add(name + " summarised", size,
            [&] { require(ely::stream::summarize_stream(path)->complete, "not complete"); });
        std::filesystem::remove(path);
    }
    ely::benchmarks::print_rows(rows);
    return 0;
}
