#include "changes/stream/stream_reader.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "changes/stream/dialects.hpp"
#include "changes/stream/json_text.hpp"
#include "changes/stream/line_reader.hpp"
#include "changes/stream/path_text.hpp"
#include "changes/stream/record_fields.hpp"

namespace ely::stream {
namespace {

constexpr std::uint64_t k_newest_format = 1;
constexpr std::size_t k_longest_path_line = 4096;

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
}

std::vector<Record> one(Record record) {
    std::vector<Record> out;
    out.push_back(std::move(record));
    return out;
}

std::vector<Record> bad(std::string reason) {
    return one(BadRecord{0, {}, std::move(reason)});
}

class LineStreamReader final : public StreamReader {
  public:
    LineStreamReader(std::unique_ptr<ByteReader> bytes, const ReadOptions& options, bool with_content)
        : m_lines(std::move(bytes), options.max_line_bytes), m_dialect{false, with_content, options} {}

    Result<std::optional<Record>> next() override {
        while (m_ready.empty()) {
            ELY_TRY_ASSIGN(const auto line, m_lines.next());
            if (!line) return std::nullopt;
            ELY_TRY_ASSIGN(auto records, read_line(*line));
            for (auto& record : records) m_ready.push_back(with_line(std::move(record), line->number));
        }
        auto record = std::move(m_ready.front());
        m_ready.pop_front();
        return record;
    }

    [[nodiscard]] std::uint64_t bytes_read() const override { return m_lines.bytes_read(); }

  private:
    static Record with_line(Record record, std::uint64_t number) {
        if (auto* const change = std::get_if<model::Change>(&record)) change->line = number;
        if (auto* const bad_record = std::get_if<BadRecord>(&record)) bad_record->line = number;
        return record;
    }

    // Every line counts as a record, but for events that say nothing of files and for changesets that agree.
    Result<std::vector<Record>> read_line(const Line& line) {
        ELY_TRY_ASSIGN(auto records, understand(line));
        if (records.empty()) return records;
        if (auto* const changeset = std::get_if<model::Changeset>(&records.front())) {
            return one(check_changeset(std::move(*changeset)));
        }
        m_at_start = false;
        ++m_records;
        return records;
    }

    Result<std::vector<Record>> understand(const Line& line) {
        if (line.too_long) {
            return bad(fmt::format("its line is longer than {}", format_size(m_dialect.options.max_line_bytes)));
        }
        if (line.text.front() == '{') return read_object(line.text);
        if (m_dialect.ours) return bad("not an object");
        if (line.text.front() == '"') return read_string(line.text);
        return read_path_line(line.text);
    }

    Result<std::vector<Record>> read_object(std::string_view text) {
        auto fields = m_parser.parse(text);
        if (!fields) return one(BadRecord{0, std::move(fields.error().path), std::move(fields.error().reason)});
        const auto format = fields->changeset && fields->changeset->format ? fields->changeset->format : fields->format;
        if (format && *format > k_newest_format) {
            return fail(Code::unsupported,
                        fmt::format("the stream has format {}, this program reads up to {}", *format, k_newest_format),
                        "use the newer program that the stream was written for");
        }
        if (m_at_start) m_dialect.ours = format.value_or(0) > 0;
        return interpret(m_dialect, std::move(*fields));
    }

    std::vector<Record> read_string(std::string_view text) {
        if (text.size() < 2 || text.back() != '"') return bad("not valid JSON: a string that is cut off");
        const bool valid = is_valid_utf8(text);
        auto path = valid ? decode_json_string(text.substr(1, text.size() - 2)) : std::nullopt;
        // `git diff --name-only` quotes in a way of its own.
        if (!path) {
            if (const auto bytes = unquote_git_path(text)) path = to_path_text(*bytes);
        }
        if (!path) return bad("not valid JSON: a string with a wrong escape");
        return interpret_path(m_dialect, std::move(*path));
    }

    std::vector<Record> read_path_line(std::string_view text) {
        const bool is_json = text.front() == '[' || text == "true" || text == "false" || text == "null" ||
                             text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
        if (is_json) return bad("neither a change nor a changeset");
        if (text.size() > k_longest_path_line || has_control_characters(text)) return bad("not a record");
        return interpret_path(m_dialect, to_path_text(text));
    }

    Record check_changeset(model::Changeset changeset) {
        const auto records = std::exchange(m_records, 0);
        m_at_start = true;
        const bool ours = std::exchange(m_dialect.ours, false);
        if (changeset.format > 0 && !ours) {
            return BadRecord{0, {}, "the changeset belongs to a stream whose first record is missing"};
        }
        const bool counted = changeset.format > 0 || changeset.records > 0;
        if (counted && changeset.records != records) {
            return BadRecord{
                0, {}, fmt::format("the changeset counts {} records, there are {}", changeset.records, records)};
        }
        return changeset;
    }

    LineReader m_lines;
    RecordParser m_parser;
    Dialect m_dialect;
    std::deque<Record> m_ready;
    // Since the start or the last changeset.
    std::uint64_t m_records = 0;
    bool m_at_start = true;
};

ReadOptions with_reference_folder(ReadOptions options, const Path& path) {
    if (options.reference_folder.empty() && path != "-") {
        options.reference_folder = path.has_parent_path() ? path.parent_path() : Path(".");
    }
    return options;
}

}  // namespace

Result<std::unique_ptr<StreamReader>> StreamReader::open(const Path& path, const ReadOptions& options) {
    ELY_TRY_ASSIGN(auto bytes, open_reader(path));
    return over(std::move(bytes), with_reference_folder(options, path));
}

std::unique_ptr<StreamReader> StreamReader::over(std::unique_ptr<ByteReader> bytes, const ReadOptions& options) {
    return std::make_unique<LineStreamReader>(std::move(bytes), options, true);
}

void StreamSummary::add(const Record& record) {
    if (const auto* const changeset = std::get_if<model::Changeset>(&record)) {
        changesets.push_back(*changeset);
        problem.clear();
    } else if (const auto* const bad_record = std::get_if<BadRecord>(&record)) {
        ++bad_records;
        problem = "the stream does not end with a good changeset: " + bad_record->reason;
    } else {
        ++changes;
        problem = "the stream has no changeset at its end, it was cut off";
    }
    complete = problem.empty();
}

void StreamSummary::broken_off(const Error& error) {
    problem = error.message;
    complete = false;
}

Result<StreamSummary> summarize_stream(const Path& path, const ReadOptions& options) {
    if (path == "-")
        return fail(Code::usage, "standard input cannot be read twice", "write the stream to a file first");
    ELY_TRY_ASSIGN(auto bytes, open_reader(path));
    LineStreamReader reader(std::move(bytes), options, false);
    StreamSummary out;
    while (true) {
        const auto next = reader.next();
        out.bytes = reader.bytes_read();
        if (!next && next.error().code != Code::corrupt) return fail(next.error());
        if (!next) out.broken_off(next.error());
        if (!next || !*next) return out;
        out.add(**next);
    }
}

}  // namespace ely::stream
