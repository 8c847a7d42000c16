#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/compression.hpp"
#include "base/text.hpp"
#include "model/report_json.hpp"
#include "operate/clusters.hpp"
#include "operate/code_collection.hpp"
#include "operate/sync/sync.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"
#include "programs/elysiactl/sync_report.hpp"
#include "programs/program.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::vector<std::string> files;
    bool standard_input = false;
    std::string collection;
    std::string vectorizer = "local";
    std::string ids = "chunk";
    bool allow_incomplete = false;
    std::string references;
    std::string source;
};

// A copy of standard input, because a stream is looked at before it is applied.
class SavedInput {
  public:
    static Result<SavedInput> read(const Path& folder) {
        SavedInput out;
        out.m_path = folder / fmt::format("stdin-{}.jsonl", ::getpid());
        ELY_TRY_ASSIGN(auto reader, open_reader("-"));
        ELY_TRY_ASSIGN(auto file, AtomicFile::create(out.m_path, 0600));
        std::string block(1U << 16U, '\0');
        while (true) {
            ELY_TRY_ASSIGN(const auto count, reader->read(std::span(block.data(), block.size())));
            if (count == 0) break;
            ELY_TRY(file.write(std::string_view(block).substr(0, count)));
        }
        ELY_TRY(file.commit());
        return out;
    }
    SavedInput(SavedInput&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}
    SavedInput& operator=(SavedInput&&) = delete;
    SavedInput(const SavedInput&) = delete;
    SavedInput& operator=(const SavedInput&) = delete;
    ~SavedInput() {
        std::error_code ignored;
        if (!m_path.empty()) std::filesystem::remove(m_path, ignored);
    }
    [[nodiscard]] const Path& path() const { return m_path; }

  private:
    SavedInput() = default;
    Path m_path;
};

Result<model::IngestReport> apply_one(operate::Workspace& workspace, const operate::CodeCollection& to,
                                      const Path& file, const Options& options, Context& context) {
    index::IngestOptions ingest_options;
    ELY_TRY_ASSIGN(ingest_options.ids, index::parse_id_rule(options.ids));
    ingest_options.allow_incomplete = options.allow_incomplete;
    ingest_options.reference_folder = options.references;
    ingest_options.allow_any_reference = !options.references.empty();
    ingest_options.source_folder = options.source;
    ingest_options.cache_folder = context.variable("MGIT_CACHE_DIR").value_or("");
    ELY_TRY_ASSIGN(const auto target, operate::ingest_target(workspace, to));
    ELY_TRY_ASSIGN(auto report,
                   index::ingest(file, target, ingest_options, context.clock, context.progress, context.stop));
    if (!report.needs_full.empty()) {
        return fail(Code::conflict, report.needs_full,
                    "make a full stream: mgit sync URL --full --output FILE, or elysiactl repo sync NAME --full");
    }
    ELY_TRY(operate::fill_vectors(workspace, *to.collection, report, context.progress, context.stop));
    return report;
}

void print_report(Context& context, const model::IngestReport& report) {
    context.out.print("{}: {} at {}\n", report.collection, report.repository, report.commit.substr(0, 12));
    print_ingest(context, report);
}

int show(Context& context, const model::IngestReport& report) {
    context.json ? context.print_json(model::to_json(report)) : print_report(context, report);
    return ingest_status(report);
}

Result<model::IngestReport> apply_pending(Context& context, operate::Workspace& workspace,
                                          const operate::CodeCollection& to, const Options& options) {
    index::IngestOptions ingest_options;
    ELY_TRY_ASSIGN(ingest_options.ids, index::parse_id_rule(options.ids));
    ELY_TRY_ASSIGN(auto report, operate::apply_pending(workspace, to, ingest_options, context.progress, context.stop));
    report.collection = to.address.name;
    ELY_TRY(operate::fill_vectors(workspace, *to.collection, report, context.progress, context.stop));
    return report;
}

// Each of several streams by itself: one that cannot be applied does not keep the others out.
Result<int> apply_files(Context& context, operate::Workspace& workspace, const operate::CodeCollection& to,
                        const Options& options, bool& applied) {
    auto json = nlohmann::ordered_json::array();
    int status = k_exit_ok;
    Error last;
    for (const auto& file : options.files) {
        const auto report = apply_one(workspace, to, file, options, context);
        if (!report && report.error().code == Code::cancelled) return fail(report.error());
        nlohmann::ordered_json row{{"file", to_valid_utf8(file)}};
        if (report) {
            applied = true;
            row.update(model::to_json(*report));
            if (!context.json) print_report(context, *report);
            status = std::max(status, ingest_status(*report));
        } else {
            last = report.error();
            row["error"] = model::to_json(last);
            if (!context.json) report_error(context.err, context.style, last, false);
            status = k_exit_partial;
        }
        json.push_back(std::move(row));
    }
    if (!applied) return fail(std::move(last));
    if (context.json) context.print_json(json);
    return status;
}

Result<int> apply(Context& context, operate::Workspace& workspace, const operate::CodeCollection& to,
                  const Options& options, bool& applied) {
    if (options.files.size() > 1) return apply_files(context, workspace, to, options, applied);
    Result<model::IngestReport> report;
    if (options.standard_input) {
        ELY_TRY_ASSIGN(const auto input, SavedInput::read(context.settings.folders().data / "incoming"));
        report = apply_one(workspace, to, input.path(), options, context);
    } else if (options.files.empty()) {
        report = apply_pending(context, workspace, to, options);
    } else {
        report = apply_one(workspace, to, options.files.front(), options, context);
    }
    if (!report) return fail(std::move(report).error());
    applied = true;
    return show(context, *report);
}

Result<int> run(Context& context, const Options& options) {
    if (options.standard_input && !options.files.empty()) {
        return fail(Code::usage, "--stdin reads one stream from standard input, and files are named as well",
                    "give the one or the other");
    }
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto cluster, operate::chosen_cluster(context.settings));
    ELY_TRY_ASSIGN(auto opened, operate::open_or_make_code_collection(workspace, {cluster, options.collection},
                                                                      {options.vectorizer, {}}));
    bool applied = false;
    auto status = apply(context, workspace, opened, options, applied);
    // Made for a stream that could not be applied; one that was stopped goes on with it.
    if (!status && !applied && opened.made && status.error().code != Code::cancelled) {
        opened.collection.reset();
        ELY_TRY_ASSIGN(auto* store, workspace.store(cluster));
        ELY_TRY(store->drop(opened.address.name));
    }
    return status;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("FILE", options->files, "change streams; what waits in the spool folder by default");
    line.add_flag("--stdin", options->standard_input, "read one stream from standard input");
    line.add_option("-c,--collection", options->collection, "where to put it; made if missing")->required();
    line.add_choice("--vectorizer", options->vectorizer, {"local", "none"}, "of a collection that is made");
    line.add_choice("--ids", options->ids, {"chunk", "legacy"},
                    "legacy: one object a file, with the predecessors' ids");
    line.add_flag("--allow-incomplete", options->allow_incomplete,
                  "apply the single records of a stream that has no changeset");
    line.add_option("--reference-folder", options->references, "where content_ref of foreign streams may lead");
    line.add_option("--source-folder", options->source, "where files are read from that a stream only names");
    add_cluster_option(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_index_sync{
    .path = "index sync",
    .summary = "Apply change streams to a collection",
    .description =
        R"(Reads streams of mgit and of its predecessors (doc/formats/change-stream.md), plain, .gz or .zst. A stream is
applied as a whole or not at all; it can be interrupted and applied again at any time.)",
    .examples =
        "mgit sync https://github.com/pallets/flask --output flask.jsonl\n"
        "%p index sync flask.jsonl --collection flask\n"
        "%p index sync --stdin --collection flask < flask.jsonl",
    .define = define};

}  // namespace ely::programs
