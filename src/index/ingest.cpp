#include "index/ingest.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <semaphore>
#include <thread>

#include <fmt/format.h>

#include "base/bounded_queue.hpp"
#include "base/hash.hpp"
#include "changes/stream/stream_reader.hpp"
#include "index/batch_writer.hpp"
#include "index/code_schema.hpp"
#include "index/ingest_scopes.hpp"
#include "index/prepare.hpp"

namespace ely::index {
namespace {

// Files between the reader and the writer; with the largest file allowed it bounds the memory of an ingest.
constexpr std::ptrdiff_t k_files_in_flight = 128;
constexpr std::uint64_t k_bytes_in_flight = 96U << 20U;

struct WorkItem {
    std::uint64_t sequence = 0;
    IngestScope* scope = nullptr;
    model::Change change;
    std::vector<Uuid> old_ids;
    bool repeated = false;
    std::string unreadable;  // why the file's record could not be read
};

// Hands the workers' results to the writer in the order in which the reader numbered them.
class InOrder {
  public:
    void put(std::uint64_t sequence, PreparedDocument document) {
        const std::lock_guard lock(m_mutex);
        m_ready.emplace(sequence, std::move(document));
        if (sequence == m_next) m_changed.notify_one();
    }
    // So many were numbered in all.
    void end(std::uint64_t count) {
        const std::lock_guard lock(m_mutex);
        m_end = count;
        m_changed.notify_one();
    }
    std::optional<PreparedDocument> take() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_ready.contains(m_next) || m_next == m_end; });
        if (m_next == m_end) return std::nullopt;
        auto node = m_ready.extract(m_next++);
        return std::move(node.mapped());
    }

  private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<std::uint64_t, PreparedDocument> m_ready;
    std::uint64_t m_next = 0;
    std::uint64_t m_end = ~std::uint64_t{0};
};

// Lets the reader ahead of the writer by so many files and bytes.
class Window {
  public:
    void enter(std::uint64_t bytes) {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [&] { return m_files == 0 || (m_files < k_files_in_flight && m_bytes < k_bytes_in_flight); });
        ++m_files;
        m_bytes += bytes;
    }
    void leave(std::uint64_t bytes) {
        const std::lock_guard lock(m_mutex);
        --m_files;
        m_bytes -= bytes;
        m_room.notify_one();
    }

  private:
    std::mutex m_mutex;
    std::condition_variable m_room;
    std::ptrdiff_t m_files = 0;
    std::uint64_t m_bytes = 0;
};

bool is_unchanged(const LedgerEntry& known, const model::Change& change, const std::string& rules) {
    if (known.rules != rules_of(change, rules) || known.blob_id != change.blob_id) return false;
    if (change.skip_index) return known.outcome == Outcome::skipped && known.reason == change.skip_reason;
    return !change.blob_id.empty() && known.outcome == Outcome::indexed && change.content.has_value();
}

// The first stage: records to work items; what is unchanged ends here.
class ReadStage {
  public:
    ReadStage(stream::StreamReader& reader, IngestScopes& scopes, Ledger& ledger)
        : m_reader(reader), m_scopes(scopes), m_ledger(ledger) {}

    // Calls `emit` for each file that has to be worked on, until the stream's end or until `stopped`.
    Result<void> run(const std::function<void(WorkItem)>& emit, const std::function<bool()>& stopped,
                     std::atomic<std::uint64_t>& records) {
        while (!stopped()) {
            ELY_TRY_ASSIGN(auto record, m_reader.next());
            if (!record) return {};
            if (auto* change = std::get_if<model::Change>(&*record)) {
                ELY_TRY_ASSIGN(auto item, to_item(std::move(*change)));
                if (item) emit(std::move(*item));
            } else if (const auto* bad = std::get_if<stream::BadRecord>(&*record)) {
                ELY_TRY_ASSIGN(auto item, to_item(*bad));
                item ? emit(std::move(*item)) : m_bad.push_back(*bad);
            }
            ++records;
        }
        return {};
    }
    // Those that name no file.
    [[nodiscard]] const std::vector<stream::BadRecord>& bad_records() const { return m_bad; }

  private:
    Result<std::optional<WorkItem>> to_item(model::Change change) {
        ELY_TRY_ASSIGN(auto* found, m_scopes.of(change.repository, m_ledger));
        auto& scope = *found;
        WorkItem item;
        item.scope = found;
        item.repeated = !scope.seen.insert(change.path).second;
        if (change.operation == model::Operation::remove) scope.seen.erase(change.path);
        if (change.blob_id.empty() && change.content) change.blob_id = "sha256:" + to_hex(sha256(*change.content));
        ELY_TRY_ASSIGN(auto known, m_ledger.find(scope.id, change.path));
        if (known && !item.repeated && change.operation != model::Operation::remove &&
            is_unchanged(*known, change, scope.context.rules)) {
            return std::nullopt;
        }
        if (change.operation == model::Operation::remove && !known && !item.repeated) return std::nullopt;
        if (known) item.old_ids = std::move(known->ids);
        item.change = std::move(change);
        return item;
    }
    // A record that names a file is that file's failure; nullopt when it cannot be told whose it is.
    Result<std::optional<WorkItem>> to_item(const stream::BadRecord& bad) {
        if (bad.path.empty() || m_scopes.all().size() != 1) return std::nullopt;
        auto& scope = *m_scopes.all().front();
        WorkItem item;
        item.scope = &scope;
        item.repeated = !scope.seen.insert(bad.path).second;
        item.change.path = bad.path;
        item.unreadable = fmt::format("line {} of the stream: {}", bad.line, bad.reason);
        ELY_TRY_ASSIGN(auto known, m_ledger.find(scope.id, bad.path));
        if (known) item.old_ids = std::move(known->ids);
        return item;
    }

    stream::StreamReader& m_reader;
    IngestScopes& m_scopes;
    Ledger& m_ledger;
    std::vector<stream::BadRecord> m_bad;
};

void add_bad_records(model::IngestReport& report, const std::vector<stream::BadRecord>& records) {
    for (const auto& bad : records) {
        ++report.unreadable_records;
        if (report.failures.size() >= model::k_reported_failures) continue;
        const auto line = fmt::format("line {}", bad.line);
        report.failures.push_back({bad.path.empty() ? line : bad.path + " (" + line + ")", bad.reason});
    }
}

stream::ReadOptions read_options(const IngestOptions& options) {
    stream::ReadOptions out;
    out.reference_folder = options.reference_folder;
    out.allow_any_reference = options.allow_any_reference;
    out.source_folder = options.source_folder;
    out.cache_folder = options.cache_folder;
    return out;
}

Result<stream::StreamSummary> check_complete(const Path& file, const IngestOptions& options) {
    ELY_TRY_ASSIGN(auto summary, stream::summarize_stream(file, read_options(options)));
    if (summary.complete || options.allow_incomplete) return summary;
    return fail(Code::corrupt, file.string() + " is incomplete: " + summary.problem,
                "write it again (mgit sync … --output FILE), or apply the single records with --allow-incomplete");
}

void add_to(LedgerCounts& sum, const LedgerCounts& counts) {
    sum.indexed += counts.indexed;
    sum.skipped += counts.skipped;
    sum.failed += counts.failed;
    sum.objects += counts.objects;
    for (const auto& [reason, count] : counts.skip_reasons) sum.skip_reasons[reason] += count;
}

struct VectorCounts {
    std::uint64_t embedded = 0;
    std::uint64_t cached = 0;
    double seconds = 0;
};

VectorCounts known_vectors(const IngestTarget& target) {
    if (target.vectors == nullptr) return {};
    return {target.vectors->embedded(), target.vectors->cached(), target.vectors->model_seconds()};
}

void add_vectors(model::IngestReport& report, const VectorCounts& now, const VectorCounts& before) {
    report.embedded += now.embedded - before.embedded;
    report.vectors_cached += now.cached - before.cached;
    const double seconds = now.seconds - before.seconds;
    if (seconds > 0) report.stages.push_back({"embed", seconds, seconds});
}

// What has to be done behind the last record: removals, reconciliation, the commit in the ledger.
Result<void> finish_scopes(IngestScopes& scopes, const IngestTarget& target, Ledger& ledger, const Clock& clock,
                           model::IngestReport& report) {
    LedgerCounts total;
    for (const auto& entry : scopes.all()) {
        const auto& scope = *entry;
        // A record that names no file may be of any of those that were not seen.
        if (scope.has_changeset && scope.changeset.full && report.unreadable_records == 0) {
            ELY_TRY_ASSIGN(const auto gone, remove_gone(scope, target.collection, ledger));
            report.removed += gone;
        }
        if (scope.reconcile) {
            ELY_TRY_ASSIGN(const auto broken, reconcile(scope, target.collection, ledger));
            if (broken > 0) {
                report.needs_full = fmt::format("objects of {} files are missing", broken);
                continue;
            }
        }
        ELY_TRY_ASSIGN(const auto before, ledger.commit(scope.id));
        const auto& commit = scope.has_changeset ? scope.changeset.commit : before;
        ELY_TRY(ledger.finish(scope.id, scope.changeset.branch, commit, to_rfc3339(clock.now())));
        ELY_TRY_ASSIGN(const auto counts, ledger.counts(scope.id));
        add_to(total, counts);
        report.repository = scope.changeset.repository;
        report.commit = commit;
    }
    set_totals(report, total);
    return {};
}

}  // namespace

Result<FileLock> lock_collection(const Path& ledger_file, const std::string& lock_name) {
    auto lock = FileLock::try_acquire(Path(ledger_file).concat("." + lock_name + ".lock"));
    if (!lock) return fail(std::move(lock).error(), "collection " + lock_name + " is being written");
    return std::move(*lock);
}

Result<model::IngestReport> ingest(const Path& stream_file, const IngestTarget& target, const IngestOptions& options,
                                   const Clock& clock, model::Progress& progress, std::stop_token stop) {
    const Stopwatch watch;
    model::IngestReport report;
    report.collection = target.collection.schema().name;
    if (const auto missing = missing_for_code(target.collection.schema()); !missing.empty()) {
        return fail(Code::conflict, "collection \"" + report.collection + "\" was not made for code: " + missing,
                    "choose another name with --collection");
    }
    ELY_TRY_ASSIGN(const auto lock, lock_collection(target.ledger_file,
                                                    target.lock_name.empty() ? report.collection : target.lock_name));
    ELY_TRY_ASSIGN(const auto summary, check_complete(stream_file, options));
    ELY_TRY_ASSIGN(auto ledger, Ledger::open(target.ledger_file));
    ELY_TRY_ASSIGN(report.needs_full, why_full_is_needed(summary, target, ledger));
    if (!report.needs_full.empty()) return report;
    ELY_TRY_ASSIGN(auto read_ledger, Ledger::open(target.ledger_file));
    ELY_TRY_ASSIGN(auto scopes, IngestScopes::open(summary, target, options, ledger));
    ELY_TRY_ASSIGN(auto reader, stream::StreamReader::open(stream_file, read_options(options)));
    progress.stage("Indexing", summary.changes, "files");

    BoundedQueue<WorkItem> work(k_files_in_flight);
    InOrder results;
    Window window;
    std::atomic<bool> stopped{false};
    std::atomic<std::uint64_t> records{0};
    std::atomic<std::uint64_t> chunk_microseconds{0};
    ReadStage read(*reader, scopes, read_ledger);
    Result<void> read_outcome;
    double read_seconds = 0;
    {
        std::jthread read_thread([&] {
            const Stopwatch stage;
            std::uint64_t sequence = 0;
            read_outcome = read.run(
                [&](WorkItem item) {
                    window.enter(item.change.content ? item.change.content->size() : 0);
                    item.sequence = sequence++;
                    work.push(std::move(item));
                },
                [&] { return stopped.load() || stop.stop_requested(); }, records);
            work.close();
            results.end(sequence);
            read_seconds = stage.seconds();
        });
        std::vector<std::jthread> workers;
        const auto count = options.workers != 0 ? options.workers : std::max(1U, std::thread::hardware_concurrency());
        for (unsigned i = 0; i < count; ++i) {
            workers.emplace_back([&] {
                while (auto item = work.pop()) {
                    const Stopwatch stage;
                    auto document = item->unreadable.empty()
                                        ? prepare_document(item->change, item->scope->context)
                                        : unreadable_document(item->change.path, std::move(item->unreadable));
                    document.scope = item->scope->id;
                    document.old_ids = std::move(item->old_ids);
                    document.repeated = item->repeated;
                    results.put(item->sequence, std::move(document));
                    chunk_microseconds += static_cast<std::uint64_t>(stage.seconds() * 1e6);
                }
            });
        }
        const auto known_before = known_vectors(target);
        BatchWriter writer(target, ledger, report, stop);
        Result<void> write_outcome;
        std::uint64_t shown = 0;
        while (auto document = results.take()) {
            const auto bytes = document->bytes;
            if (write_outcome && !stop.stop_requested()) write_outcome = writer.add(std::move(*document));
            if (!write_outcome) stopped = true;
            window.leave(bytes);
            if (records - shown >= 32) progress.advance(shown = records, summary.changes);
        }
        read_thread.join();
        if (write_outcome && read_outcome && !stop.stop_requested()) write_outcome = writer.flush();
        ELY_TRY(write_outcome);
        report.stages.push_back({"write", watch.seconds(), writer.busy_seconds()});
        add_vectors(report, known_vectors(target), known_before);
    }
    ELY_TRY(read_outcome);
    if (stop.stop_requested()) {
        return fail(Code::cancelled, "stopped while indexing; what is written stays",
                    "run the same command again to go on");
    }
    progress.advance(summary.changes, summary.changes);
    add_bad_records(report, read.bad_records());
    ELY_TRY(finish_scopes(scopes, target, ledger, clock, report));
    report.stages.push_back({"read", read_seconds, read_seconds});
    report.stages.push_back({"chunk", watch.seconds(), static_cast<double>(chunk_microseconds) / 1e6});
    report.complete = summary.complete;
    report.seconds = watch.seconds();
    return report;
}

}  // namespace ely::index
