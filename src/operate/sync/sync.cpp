#include "operate/sync/sync.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "changes/stream/spool.hpp"
#include "index/embed_pending.hpp"
#include "model/report_json.hpp"
#include "operate/waiting_streams.hpp"

namespace ely::operate {
namespace {

void add_to(model::IngestReport& sum, const model::IngestReport& part) {
    sum.indexed += part.indexed;
    sum.removed += part.removed;
    sum.chunks_written += part.chunks_written;
    sum.embedded += part.embedded;
    sum.vectors_cached += part.vectors_cached;
    sum.bytes += part.bytes;
    sum.repository = part.repository;
    sum.commit = part.commit;
    sum.failures.insert(sum.failures.end(), part.failures.begin(), part.failures.end());
    sum.stages.insert(sum.stages.end(), part.stages.begin(), part.stages.end());
    sum.complete = part.complete;
    // Totals are of what the collection holds afterwards: the last part's.
    sum.files = part.files;
    sum.documents = part.documents;
    sum.objects = part.objects;
    sum.unchanged = part.unchanged;
    sum.skipped = part.skipped;
    sum.skip_reasons = part.skip_reasons;
    sum.failed = part.failed;
    sum.unreadable_records += part.unreadable_records;
}

// What the ledger knows of a repository in its collection.
struct Known {
    std::string commit;
    index::LedgerCounts counts;
    std::vector<model::Failure> failures;  // the first k_reported_failures
};

Result<Known> known_of(Workspace& workspace, const model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    ELY_TRY_ASSIGN(const auto scope, workspace.scope(entry));
    ELY_TRY_ASSIGN(const auto id, ledger->find_scope(scope));
    Known out;
    if (!id) return out;
    ELY_TRY_ASSIGN(out.commit, ledger->commit(*id));
    ELY_TRY_ASSIGN(out.counts, ledger->counts(*id));
    ELY_TRY_ASSIGN(out.failures, ledger->failures(*id, model::k_reported_failures));
    return out;
}

// Totals of the repository as the ledger has them now, so that they hold whether or not anything was applied.
Result<void> fill_totals(Workspace& workspace, const model::RepoEntry& entry, model::IngestReport& report) {
    ELY_TRY_ASSIGN(auto known, known_of(workspace, entry));
    // The ledger has files only: what it does not know of the failures stays.
    std::erase_if(report.failures, [&](const model::Failure& failure) {
        return std::ranges::find(known.failures, failure.path, &model::Failure::path) != known.failures.end();
    });
    report.failures.insert(report.failures.begin(), known.failures.begin(), known.failures.end());
    if (report.failures.size() > model::k_reported_failures) report.failures.resize(model::k_reported_failures);
    report.commit = known.commit;
    report.collection = entry.collection;
    report.repository = entry.repository;
    index::set_totals(report, known.counts);
    return {};
}

// Whether only a full stream brings everything in: nothing was applied yet, or files failed, which no difference has.
Result<bool> needs_all_files(Workspace& workspace, const model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(const auto known, known_of(workspace, entry));
    return known.commit.empty() || known.counts.failed > 0;
}

struct Delivery {
    const CodeCollection& collection;
    const index::IngestOptions& options;
    bool full = false;
};

Result<SyncReport> deliver_and_apply(Workspace& workspace, const model::RepoEntry& entry, const Delivery& to,
                                     model::Progress& progress, const std::stop_token& stop) {
    SyncReport report;
    progress.stage("Fetching", 0, "");
    const auto mgit = workspace.mgit(entry.name);
    ELY_TRY_ASSIGN(const auto delivery, mgit.sync(entry, workspace.settings().spool_root(), to.full, stop));
    report.changed = delivery.changed;
    report.full = delivery.full;
    report.full_reason = delivery.full_reason;
    report.branch = delivery.branch;
    report.mgit_seconds = delivery.seconds;
    report.ingest.stages.push_back({"mgit", delivery.seconds, delivery.seconds});
    ELY_TRY_ASSIGN(const auto applied, apply_pending(workspace, to.collection, to.options, progress, stop));
    add_to(report.ingest, applied);
    report.ingest.needs_full = applied.needs_full;
    return report;
}

Result<SyncReport> run_sync(Workspace& workspace, model::RepoEntry& entry, const SyncOptions& options,
                            model::Progress& progress, const std::stop_token& stop) {
    ELY_TRY_ASSIGN(const auto opened,
                   open_or_make_code_collection(workspace, entry.address(), {entry.vectorizer, entry.vector_model}));
    // What an interrupted sync left in the spool comes first: deliveries build on one another.
    index::IngestOptions ingest_options;
    ELY_TRY_ASSIGN(ingest_options.ids, index::parse_id_rule(entry.ids));
    ELY_TRY_ASSIGN(const auto earlier, apply_pending(workspace, opened, ingest_options, progress, stop));
    ELY_TRY_ASSIGN(const bool all_files, needs_all_files(workspace, entry));
    const bool full = options.full || all_files || !earlier.needs_full.empty();
    ELY_TRY_ASSIGN(auto report, deliver_and_apply(workspace, entry, {opened, ingest_options, full}, progress, stop));
    if (const auto reason = report.ingest.needs_full; !reason.empty()) {
        progress.note(reason + "; reading the repository as a whole");
        ELY_TRY_ASSIGN(report, deliver_and_apply(workspace, entry, {opened, ingest_options, true}, progress, stop));
        report.full_reason = reason;
    }
    add_to(report.ingest, earlier);
    // For those who want to read along.
    constexpr std::chrono::days k_keep_applied(7);
    ELY_TRY(clear_applied_streams(workspace, entry.address(), k_keep_applied));
    ELY_TRY(fill_totals(workspace, entry, report.ingest));
    ELY_TRY(fill_vectors(workspace, *opened.collection, report.ingest, progress, stop));
    const auto& ingest = report.ingest;
    const bool changed = ingest.indexed + ingest.removed + ingest.embedded + ingest.vectors_cached > 0;
    ELY_TRY_ASSIGN(auto* store, workspace.store(entry.cluster));
    report.elysia = tell_elysia(*store, *opened.collection, entry, changed, progress, stop);
    entry.commit = report.ingest.commit;
    entry.documents = report.ingest.documents;
    entry.objects = report.ingest.objects;
    return report;
}

// What this run showed of the machine's speed; runs too small to tell are left out.
Result<void> record_rates(state::StateDatabase& state, const model::IngestReport& report) {
    constexpr std::uint64_t k_telling_bytes = 200'000;
    constexpr std::uint64_t k_telling_chunks = 64;
    double words_seconds = 0;
    double model_seconds = 0;
    for (const auto& stage : report.stages) {
        if (stage.name == "mgit" || stage.name == "write") words_seconds += stage.seconds;
        if (stage.name == "embed") model_seconds += stage.busy_seconds;
    }
    if (report.bytes >= k_telling_bytes && words_seconds > 0) {
        ELY_TRY(state.record_rate("ingest_bytes", static_cast<double>(report.bytes) / words_seconds));
        ELY_TRY(state.record_rate("chunk_bytes",
                                  static_cast<double>(report.bytes) /
                                      static_cast<double>(std::max<std::uint64_t>(1, report.chunks_written))));
    }
    if (report.embedded >= k_telling_chunks && model_seconds > 0) {
        ELY_TRY(state.record_rate("embed_chunks", static_cast<double>(report.embedded) / model_seconds));
    }
    return {};
}

// Not a person's stop, nor another process that was quicker.
bool is_failure(Code code) {
    return code != Code::cancelled && code != Code::conflict;
}

// The rule of ids of each repository that is kept in the collection, where it is not the one given.
Result<std::map<std::string, index::IdRule>> other_id_rules(Workspace& workspace,
                                                            const model::CollectionAddress& collection,
                                                            index::IdRule given) {
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(const auto entries, state->repositories());
    std::map<std::string, index::IdRule> out;
    for (const auto& entry : entries) {
        if (entry.address() != collection) continue;
        ELY_TRY_ASSIGN(const auto rule, index::parse_id_rule(entry.ids));
        if (rule != given) out.emplace(entry.repository, rule);
    }
    return out;
}

Result<index::IngestOptions> options_for(const Path& file, const index::IngestOptions& given,
                                         const std::map<std::string, index::IdRule>& others) {
    auto out = given;
    if (others.empty()) return out;
    ELY_TRY_ASSIGN(const auto repository, repository_of_stream(file));
    if (const auto found = others.find(repository); found != others.end()) out.ids = found->second;
    return out;
}

}  // namespace

Result<model::IngestReport> apply_pending(Workspace& workspace, const CodeCollection& to,
                                          const index::IngestOptions& options, model::Progress& progress,
                                          std::stop_token stop) {
    const auto& settings = workspace.settings();
    ELY_TRY_ASSIGN(const auto spool, stream::Spool::open(settings.spool_root(), to.address.folder_name()));
    ELY_TRY_ASSIGN(const auto target, ingest_target(workspace, to));
    ELY_TRY_ASSIGN(const auto others, other_id_rules(workspace, to.address, options.ids));
    model::IngestReport sum;
    sum.complete = true;
    while (true) {
        ELY_TRY_ASSIGN(auto claim, spool.claim_next());
        if (!claim) return sum;
        const auto chosen = options_for(claim->file(), options, others);
        auto report = chosen ? index::ingest(claim->file(), target, *chosen, workspace.clock(), progress, stop)
                             : Result<model::IngestReport>(fail(chosen.error()));
        if (!report) {
            const auto code = report.error().code;
            // What may go better the next time stays where it is; what cannot is set aside with the reason.
            if (code == Code::corrupt || code == Code::unsupported) {
                ELY_TRY(claim->reject(model::to_json_text(report.error())));
            } else {
                ELY_TRY(claim->release());
            }
            return fail(std::move(report).error());
        }
        if (!report->needs_full.empty()) {
            ELY_TRY(claim->reject(model::to_json_text(*report)));
            sum.needs_full = report->needs_full;
            continue;
        }
        ELY_TRY(claim->archive(model::to_json_text(*report)));
        add_to(sum, *report);
    }
}

Result<void> fill_vectors(Workspace& workspace, store::Collection& collection, model::IngestReport& report,
                          model::Progress& progress, std::stop_token stop) {
    const auto& vectors = collection.schema().vectors;
    if (vectors.empty() || vectors.front().vectorizer != "local") return {};
    ELY_TRY_ASSIGN(const auto pending, collection.count(store::Filter::without_vector()));
    if (pending == 0) return {};
    ELY_TRY_ASSIGN(auto* embedder, workspace.embedder());
    ELY_TRY_ASSIGN(auto* cache, workspace.vector_cache());
    ELY_TRY_ASSIGN(const auto done, index::embed_pending(collection, *embedder, *cache, progress, stop));
    report.embedded += done.embedded;
    report.vectors_cached += done.cached;
    report.vectors_pending = done.pending;
    report.stages.push_back({"embed", done.seconds, done.model_seconds});
    return {};
}

Result<SyncReport> sync_locked(Workspace& workspace, model::RepoEntry& entry, const SyncOptions& options,
                               model::Progress& progress, std::stop_token stop) {
    const Stopwatch watch;
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    const auto started = workspace.clock().now();
    auto wanted = entry;
    if (options.branch) wanted.branch = *options.branch;
    auto report = run_sync(workspace, wanted, options, progress, stop);
    if (report) {
        report->ingest.seconds = watch.seconds();
        entry = std::move(wanted);
        entry.status = "ready";
        entry.synced_at = to_rfc3339(workspace.clock().now());
        ELY_TRY(record_rates(*state, report->ingest));
    } else if (entry.status == "ready" && is_failure(report.error().code)) {
        entry.status = "failed";
    }
    ELY_TRY(state->record_sync(entry, started, workspace.clock().now(), report ? &report->ingest : nullptr,
                               report ? nullptr : &report.error()));
    return report;
}

Result<SyncReport> sync_repository(Workspace& workspace, model::RepoEntry& entry, const SyncOptions& options,
                                   model::Progress& progress, std::stop_token stop) {
    ELY_TRY_ASSIGN(const auto lock, workspace.lock_repository(entry.name));
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(auto known, state->find_repository(entry.name));
    if (!known) return fail(Code::not_found, "repository \"" + entry.name + "\" was removed meanwhile");
    entry = std::move(*known);
    return sync_locked(workspace, entry, options, progress, stop);
}

}  // namespace ely::operate
