#include <algorithm>
#include <map>
#include <ranges>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "changes/stream/stream_reader.hpp"
#include "programs/mgit/commands.hpp"
#include "ui/table.hpp"

namespace ely::programs {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t k_bad_records_kept = 100;
constexpr std::size_t k_counts_shown = 12;

struct Options {
    std::string file;
    std::uint64_t limit = 0;
    std::string cache_folder;
};

// What the command shows, gathered in one pass.
struct Shown {
    stream::StreamSummary summary;
    std::uint64_t added = 0;
    std::uint64_t modified = 0;
    std::uint64_t removed = 0;
    std::uint64_t content_bytes = 0;
    std::map<std::string, std::uint64_t> skip_reasons;
    std::map<std::string, std::uint64_t> languages;
    std::vector<stream::BadRecord> bad_records;
    ui::Table table{{{"Change"},
                     {"Size", ui::Cut::never, ui::Align::right},
                     {"Language"},
                     {"Path", ui::Cut::middle},
                     {"Note", ui::Cut::end}}};
    std::uint64_t rows = 0;
    bool keeps_rows = true;

    [[nodiscard]] std::uint64_t skipped() const {
        std::uint64_t out = 0;
        for (const auto& [_, count] : skip_reasons) out += count;
        return out;
    }
};

std::string styled_operation(model::Operation operation, const ui::Style& style) {
    switch (operation) {
        case model::Operation::add:
            return style.green("add");
        case model::Operation::modify:
            return style.yellow("modify");
        case model::Operation::remove:
            return style.red("delete");
    }
    return {};
}

std::string note_of(const model::Change& change) {
    std::string out;
    if (change.skip_index) out = "skipped: " + change.skip_reason;
    if (!change.renamed_from.empty()) out += (out.empty() ? "was " : ", was ") + change.renamed_from;
    return printable(out);
}

void add_row(Shown& shown, const Options& options, std::vector<std::string> cells) {
    if (shown.keeps_rows && (options.limit == 0 || shown.rows < options.limit)) shown.table.add(std::move(cells));
    ++shown.rows;
}

void add_change(Shown& shown, const Options& options, const model::Change& change, const ui::Style& style) {
    const bool removal = change.operation == model::Operation::remove;
    if (removal) ++shown.removed;
    if (change.operation == model::Operation::add) ++shown.added;
    if (change.operation == model::Operation::modify) ++shown.modified;
    if (change.skip_index) ++shown.skip_reasons[change.skip_reason];
    if (!change.language.empty()) ++shown.languages[change.language];
    if (change.content) shown.content_bytes += change.content->size();
    // Nothing is said of the size of a secret.
    const bool has_size = !removal && (change.content || change.size > 0);
    add_row(shown, options,
            {styled_operation(change.operation, style), has_size ? format_size(change.size) : "",
             printable(change.language), printable(change.path), note_of(change)});
}

void add_bad(Shown& shown, const Options& options, const stream::BadRecord& record, const ui::Style& style) {
    if (shown.bad_records.size() < k_bad_records_kept) shown.bad_records.push_back(record);
    add_row(shown, options,
            {style.error("bad"), "", "", printable(record.path),
             fmt::format("line {}: {}", record.line, printable(record.reason))});
}

Result<Shown> read_stream(Context& context, const Options& options) {
    stream::ReadOptions read;
    read.cache_folder = options.cache_folder;
    ELY_TRY_ASSIGN(const auto reader, stream::StreamReader::open(expand_home(options.file), read));
    Shown out;
    out.keeps_rows = !context.json;
    while (!context.stop.stop_requested()) {
        const auto next = reader->next();
        out.summary.bytes = reader->bytes_read();
        if (!next && next.error().code != Code::corrupt) return fail(next.error());
        if (!next) out.summary.broken_off(next.error());
        if (!next || !*next) return out;
        out.summary.add(**next);
        if (const auto* const change = std::get_if<model::Change>(&**next)) {
            add_change(out, options, *change, context.style);
        } else if (const auto* const bad = std::get_if<stream::BadRecord>(&**next)) {
            add_bad(out, options, *bad, context.style);
        }
    }
    return fail(Code::cancelled, "interrupted");
}

// The largest first.
std::string counts_text(const std::map<std::string, std::uint64_t>& counts) {
    std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
    std::ranges::stable_sort(sorted, std::ranges::greater(), &std::pair<std::string, std::uint64_t>::second);
    std::vector<std::string> parts;
    for (const auto& [name, count] : sorted | std::views::take(k_counts_shown)) {
        parts.push_back(fmt::format("{} {}", printable(name), format_count(count)));
    }
    if (sorted.size() > k_counts_shown) parts.push_back(fmt::format("{} others", sorted.size() - k_counts_shown));
    return join(parts, ", ");
}

void print_changeset(Context& context, const model::Changeset& changeset) {
    const auto line = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) context.out.print("  {:<10} {}\n", name, printable(value));
    };
    context.out.line("Changeset");
    line("repository", changeset.repository);
    line("url", changeset.url);
    line("branch", changeset.branch);
    line("commit", changeset.commit);
    line("parent", changeset.parent);
    line("tree", changeset.tree_hash);
    line("kind", changeset.full ? "full: what it does not name is gone" : "incremental");
    line("written", changeset.generated_at);
}

void print_text(Context& context, const Options& options, const Shown& shown) {
    if (!shown.table.empty()) {
        context.out.write(shown.table.text(context.terminal.width, context.style));
        if (options.limit > 0 && shown.rows > options.limit) {
            context.out.print("... and {} more\n", format_count(shown.rows - options.limit));
        }
        context.out.line();
    }
    for (const auto& changeset : shown.summary.changesets) {
        print_changeset(context, changeset);
        context.out.line();
    }
    context.out.print("{} changes: {} add, {} modify, {} delete; {} of content\n", format_count(shown.summary.changes),
                      format_count(shown.added), format_count(shown.modified), format_count(shown.removed),
                      format_size(shown.content_bytes));
    if (!shown.languages.empty()) context.out.print("Languages: {}\n", counts_text(shown.languages));
    if (!shown.skip_reasons.empty()) {
        context.out.print("Skipped: {} ({})\n", format_count(shown.skipped()), counts_text(shown.skip_reasons));
    }
    if (shown.summary.bad_records > 0) {
        context.out.print("{}\n", context.style.error(fmt::format("Bad records: {}", shown.summary.bad_records)));
    }
    if (!shown.summary.complete) {
        context.out.print("{}\n", context.style.error("Not complete: " + printable(shown.summary.problem)));
    }
}

ordered_json changeset_json(const model::Changeset& changeset) {
    return {{"repo", changeset.repository}, {"url", changeset.url},
            {"branch", changeset.branch},   {"commit", changeset.commit},
            {"parent", changeset.parent},   {"tree_hash", changeset.tree_hash},
            {"full", changeset.full},       {"records", changeset.records},
            {"format", changeset.format},   {"generated_at", changeset.generated_at}};
}

ordered_json summary_json(const Options& options, const Shown& shown) {
    ordered_json out{{"file", to_valid_utf8(options.file)},
                     {"complete", shown.summary.complete},
                     {"problem", nullptr},
                     {"bytes", shown.summary.bytes},
                     {"content_bytes", shown.content_bytes},
                     {"changes", shown.summary.changes},
                     {"add", shown.added},
                     {"modify", shown.modified},
                     {"delete", shown.removed},
                     {"skipped", shown.skipped()},
                     {"skip_reasons", shown.skip_reasons},
                     {"languages", shown.languages},
                     {"changesets", ordered_json::array()},
                     {"bad", shown.summary.bad_records},
                     {"bad_records", ordered_json::array()}};
    if (!shown.summary.complete) out["problem"] = to_valid_utf8(shown.summary.problem);
    for (const auto& changeset : shown.summary.changesets) out["changesets"].push_back(changeset_json(changeset));
    for (const auto& bad : shown.bad_records) {
        out["bad_records"].push_back(
            {{"line", bad.line}, {"path", to_valid_utf8(bad.path)}, {"reason", to_valid_utf8(bad.reason)}});
    }
    return out;
}

Result<int> run(Context& context, const Options& options) {
    ELY_TRY_ASSIGN(const auto shown, read_stream(context, options));
    if (context.json) {
        context.print_json(summary_json(options, shown));
    } else {
        print_text(context, options, shown);
    }
    if (!shown.summary.complete) return k_exit_corrupt;
    return shown.summary.bad_records > 0 ? k_exit_partial : k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("FILE", options->file, "the stream, plain, .gz or .zst; - is standard input")->required();
    line.add_option("--limit", options->limit, "show at most so many records; the counts are of all");
    return [options](Context& context) {
        options->cache_folder = context.variable("MGIT_CACHE_DIR").value_or("");
        return run(context, *options);
    };
}

}  // namespace

const Command k_stream_show{
    .path = "stream show",
    .summary = "Show what a change stream holds",
    .description =
        R"(A line for each changed file: what happened to it, its size, language, path, and why it is not indexed or what it was called before.
Then the changeset that completes the stream, and the counts. --json gives the counts and changesets only.

Streams of older programs are read too. The exit status is 3 when there are records that cannot be understood, and 14 when the stream is not
complete: such a stream is never applied as if it were whole.)",
    .examples =
        "%p stream show changes.jsonl.zst\n%p stream show changes.jsonl --limit 20\n%p stream show - --json < "
        "changes.jsonl",
    .define = define};

}  // namespace ely::programs
