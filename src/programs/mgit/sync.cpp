#include "changes/scan/sync.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/skip_reason.hpp"
#include "programs/mgit/commands.hpp"
#include "programs/mgit/source_options.hpp"

namespace ely::programs {
namespace {

struct Options {
    SourceOptions source;
    std::string output;
    std::string spool;
    std::string collection;
    bool full = false;
};

std::string outcome_name(scan::Outcome outcome) {
    switch (outcome) {
        case scan::Outcome::unchanged:
            return "unchanged";
        case scan::Outcome::incremental:
            return "incremental";
        case scan::Outcome::full:
            return "full";
    }
    return {};
}

nlohmann::ordered_json to_json(const scan::SyncReport& report) {
    auto skipped = nlohmann::ordered_json::object();
    for (const auto& [reason, tally] : report.tally.skipped) {
        skipped[reason] = {{"files", tally.files}, {"bytes", tally.bytes}, {"examples", tally.examples}};
    }
    return {{"repository", report.repository},
            {"url", report.url},
            {"default_branch", report.default_branch},
            {"branch", report.branch},
            {"commit", report.commit},
            {"parent", report.parent},
            {"tree_hash", report.tree},
            {"outcome", outcome_name(report.outcome)},
            {"full_because", report.full_because},
            {"stream", report.stream.empty() ? nlohmann::ordered_json(nullptr)
                                             : nlohmann::ordered_json(to_valid_utf8(report.stream.string()))},
            {"records", report.tally.records},
            {"added", report.tally.added},
            {"modified", report.tally.modified},
            {"removed", report.tally.removed},
            {"indexed", report.tally.indexed},
            {"indexed_bytes", report.tally.indexed_bytes},
            {"skipped", skipped},
            {"fetched", report.fetched},
            {"seconds", report.seconds},
            {"stages", {{"fetch", report.fetch_seconds}, {"scan", report.scan_seconds}}}};
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
    return format_count(count) + " " + std::string(count == 1 ? one : many);
}

// "40 skipped: 30 binary, 10 vendored"
std::string skipped_text(const scan::RecordTally& tally) {
    std::vector<std::string> parts;
    std::uint64_t files = 0;
    for (const auto& [reason, sum] : tally.skipped) {
        files += sum.files;
        parts.push_back(format_count(sum.files) + " " + reason);
    }
    return files == 0 ? "none skipped" : format_count(files) + " skipped: " + join(parts, ", ");
}

void print(Context& context, const scan::SyncReport& report) {
    const auto where = printable(report.repository) + " " + printable(report.branch) +
                       (report.commit.empty() ? "" : " " + report.commit.substr(0, 10));
    const auto tick = context.style.green(context.terminal.unicode ? "✓" : "ok");
    if (report.outcome == scan::Outcome::unchanged) {
        context.out.print("{} {}: nothing new ({})\n", tick, where, format_duration(report.seconds));
        return;
    }
    const auto kind = report.outcome == scan::Outcome::full ? "full stream (" + report.full_because + ")"
                                                            : "changes since " + report.parent.substr(0, 10);
    context.out.print("{} {}: {}, {} in {}\n", tick, where, kind, counted(report.tally.records, "record", "records"),
                      format_duration(report.seconds));
    if (report.outcome == scan::Outcome::incremental) {
        context.out.print("  {} added, {} modified, {} removed\n", format_count(report.tally.added),
                          format_count(report.tally.modified), format_count(report.tally.removed));
    }
    context.out.print("  {} to index ({}), {}\n", counted(report.tally.indexed, "file", "files"),
                      format_size(report.tally.indexed_bytes), skipped_text(report.tally));
    context.out.print("  {}\n", printable(report.stream.string()));
}

Result<scan::Target> target_of(const Context& context, const Options& options) {
    scan::Target target;
    if (!options.output.empty()) {
        if (!options.spool.empty() || !options.collection.empty()) {
            return fail(Code::usage,
                        "--output writes one file, --spool and --collection hand over through a folder: choose one");
        }
        target.file = expand_home(options.output);
        std::error_code code;
        if (std::filesystem::is_directory(target.file, code)) {
            return fail(Code::usage, printable(options.output) + " is a folder",
                        "name a file: --output " + printable(options.output) + "/changes.jsonl");
        }
        const bool is_special =
            std::filesystem::exists(target.file, code) && !std::filesystem::is_regular_file(target.file, code);
        if (is_special || options.output == "-") {
            return fail(Code::usage, "a stream appears as a whole, so it can only go to a file",
                        "--output changes.jsonl");
        }
        return target;
    }
    if (options.collection.empty()) {
        return fail(Code::usage, "where should the stream go?", "--output FILE, or --collection NAME for the spool");
    }
    target.spool_root = options.spool.empty() ? context.settings.spool_root() : expand_home(options.spool);
    target.collection = options.collection;
    return target;
}

Result<int> run(Context& context, const Options& options) {
    scan::SyncRequest request;
    ELY_TRY_ASSIGN(request.target, target_of(context, options));
    ELY_TRY_ASSIGN(request.remote, options.source.remote());
    request.update = options.source.update();
    request.inclusion = options.source.inclusion(context);
    request.full = options.full;
    request.threads = options.source.thread_count();
    request.data = context.settings.mgit_data();
    ELY_TRY_ASSIGN(const auto report, scan::sync(request, context.clock, context.progress, context.stop));
    if (context.json) {
        context.print_json(to_json(report));
    } else {
        print(context, report);
    }
    // The stream is there, and says so itself; what could not be read is missing in it.
    if (const auto found = report.tally.skipped.find(model::skip::k_unreadable); found != report.tally.skipped.end()) {
        context.err.print("warning: {} could not be read from the repository, {} among them\n",
                          counted(found->second.files, "file", "files"), printable(found->second.examples.front()));
        return k_exit_partial;
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    add_source_options(line, options->source);
    line.add_option("-o,--output", options->output,
                    "the stream's file, replaced by each run; .zst and .gz are compressed");
    line.add_option("--spool", options->spool, "hand over through this folder (default: the setting spool.root)");
    line.add_option("--collection", options->collection, "whose folder of the spool: pending/NAME");
    line.add_flag("--full", options->full, "write every file, not only what changed since the last run");
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_mgit_sync{
    .path = "sync",
    .summary = "Write what changed in a repository since the last time as a change stream",
    .description =
        "Brings mgit's own copy of the repository up to date, compares the commit delivered last with the newest one "
        "and writes the "
        "difference. The first time, and whenever a difference would not do (other patterns, another branch, lost "
        "state), "
        "the stream is full: it then has a record for every path of the commit.\n\n"
        "What was delivered is remembered for each repository and receiver, which is the file or the collection. A run "
        "without changes leaves the file as it is. A file in a folder called \"pending\" counts as handed over once it "
        "has "
        "been taken away; one that is still there is replaced by a stream that holds its changes too.\n\n"
        "Patterns are those of .gitignore: \"*.py\" anywhere, \"docs/\" a folder, \"/setup.py\" at the top. Options "
        "take comma lists "
        "and may be repeated. A repository says for itself what to leave out in .elysiaignore, and takes back what is "
        "left out by "
        "default (\"!vendor/ours/\"); linguist-vendored and linguist-generated in .gitattributes count too.",
    .examples =
        "%p sync https://github.com/pallets/flask --output flask.jsonl\n"
        "%p sync . --output changes.jsonl.zst --branch v2.0\n"
        "%p sync git@github.com:org/app.git \"*.py,*.md\" --collection app --exclude-pattern \"tests/\"",
    .define = define};

}  // namespace ely::programs
