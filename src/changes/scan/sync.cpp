#include "changes/scan/sync.hpp"

#include <algorithm>
#include <system_error>

#include "base/crash_point.hpp"
#include "base/hash.hpp"
#include "changes/scan/delivery.hpp"
#include "changes/scan/file_judge.hpp"
#include "changes/stream/spool.hpp"
#include "changes/stream/stream_writer.hpp"

namespace ely::scan {
namespace {

constexpr int k_stream_format = 1;

Path absolute_path(const Path& path) {
    std::error_code code;
    // First of all absolute: a name of which nothing exists would stay relative.
    const auto absolute = std::filesystem::absolute(path, code);
    auto out = std::filesystem::weakly_canonical(absolute, code);
    return code ? absolute.lexically_normal() : out;
}

// A stream that nobody has taken is set aside while the one that holds its changes too is written.
Path aside_of(const Path& file) {
    return file.parent_path() / ("." + file.filename().string() + ".superseded");
}

// What a stream is written from: the steps below fill it in turn.
struct Plan {
    git::Commit commit;
    std::string parent;  // empty: full
    std::string full_because;
    std::vector<git::Entry> entries;  // of the new tree
    std::vector<RecordPlan> records;
};

class Synchronisation {
  public:
    Synchronisation(const SyncRequest& request, git::Mirror mirror, const Clock& clock, model::Progress& progress,
                    const std::stop_token& stop)
        : m_request(request),
          m_mirror(std::move(mirror)),
          m_clock(clock),
          m_progress(progress),
          m_stop(stop),
          m_deliveries(request.data),
          m_key(DeliveryStore::key(request.remote.name, request.target.key())),
          m_rules(rules_digest(request.inclusion)) {}

    Result<SyncReport> run() {
        const Stopwatch watch;
        ELY_TRY(fetch());
        m_last = m_deliveries.load(m_key);
        if (is_up_to_date()) {
            m_report.commit = m_last->commit;
            m_report.parent = m_last->commit;
            m_report.tree = m_last->tree;
            if (needs_no_stream()) return finished(watch);
        }
        const Stopwatch scan_watch;
        auto written = write(Unreadable::error);
        if (!written && written.error().code == Code::corrupt) {
            m_progress.note("the local copy is damaged (" + written.error().message + "): fetching it anew");
            ELY_TRY(m_mirror.reset());
            ELY_TRY(fetch());
            written = write(Unreadable::skip);
        }
        if (!written) put_back();
        ELY_TRY(std::move(written));
        m_report.scan_seconds = scan_watch.seconds();
        return finished(watch);
    }

  private:
    SyncReport finished(const Stopwatch& watch) {
        m_report.seconds = watch.seconds();
        return std::move(m_report);
    }

    Result<void> fetch() {
        const Stopwatch watch;
        ELY_TRY_ASSIGN(m_update, m_mirror.update(m_request.update, m_progress, m_stop));
        m_report.repository = m_request.remote.name;
        m_report.url = m_request.remote.shown;
        m_report.default_branch = m_update.head.default_branch;
        m_report.branch = m_update.head.branch;
        m_report.fetched = m_report.fetched || m_update.fetched;
        m_report.fetch_seconds += watch.seconds();
        return {};
    }

    // Told without looking into the copy: the remote is where it was when we delivered, and nothing else changed.
    bool is_up_to_date() const {
        return m_last && !m_request.full && !m_last->in_flight && m_last->rules == m_rules &&
               m_last->reference == m_update.head.reference && m_last->reference_id == id_of_head();
    }

    std::string id_of_head() const { return m_update.head.empty ? std::string() : m_update.head.id.hex(); }

    // A receiver that takes streams away has had this one. Another file is written again if it is not the one that we
    // wrote.
    bool needs_no_stream() const {
        if (m_request.target.is_spool()) return true;
        const auto file = absolute_path(m_request.target.file);
        // One that an interrupted run has set aside has still to be handed over.
        if (m_request.target.is_handed_over()) return identity_of(aside_of(file)) != m_last->file;
        return identity_of(file) == m_last->file;
    }

    // Why the next stream cannot start from the last one; empty when it can.
    std::string reason_for_full(const git::Repository& repository) const {
        if (m_request.full) return "asked for";
        if (!m_last) return "first delivery";
        if (m_last->in_flight) return "the last run was interrupted";
        if (m_last->commit.empty()) return "the repository was empty before";
        if (m_last->reference != m_update.head.reference) return "another branch than before";
        if (m_last->rules != m_rules) return "patterns or limits changed";
        const auto id = git::ObjectId::parse(m_last->commit);
        if (!id || !repository.commit(*id)) return "the copy no longer has the commit delivered last";
        return {};
    }

    Result<Plan> plan(const git::Repository& repository) {
        Plan out;
        if (m_update.head.empty) {
            if (m_last && !m_last->commit.empty() && !m_request.full) {
                return fail(Code::not_found, m_request.remote.shown + " has no branches any more",
                            "run again with --full to deliver that everything is gone");
            }
            out.commit.tree = git::k_empty_tree;
            out.full_because = "the repository is empty";
            return out;
        }
        ELY_TRY_ASSIGN(out.commit, repository.commit(m_update.head.id));
        ELY_TRY_ASSIGN(out.entries, repository.list(out.commit.tree));
        out.full_because = reason_for_full(repository);
        if (out.full_because.empty()) ELY_TRY(plan_incremental(repository, out));
        if (!out.full_because.empty()) out.records = plan_full(out.entries);
        return out;
    }

    Result<void> plan_incremental(const git::Repository& repository, Plan& plan) {
        auto start = m_last->commit;
        if (m_superseded) {
            if (m_last->parent.empty()) {
                plan.full_because = "the full stream before has not been taken";
                return {};
            }
            start = m_last->parent;
        }
        const auto before = repository.commit(*git::ObjectId::parse(start));
        if (!before) {
            plan.full_because = "the copy no longer has the commit to start from";
            return {};
        }
        auto changes = repository.compare(before->tree, plan.commit.tree);
        // The tree delivered last may have lost objects; the new one is what matters.
        if (!changes) {
            plan.full_because = "the copy no longer has all of the commit delivered last";
            return {};
        }
        const bool rules_changed = std::any_of(changes->begin(), changes->end(),
                                               [](const auto& change) { return detect::is_rule_file(change.path()); });
        if (rules_changed) {
            plan.full_because = "the repository's own rules changed";
            return {};
        }
        plan.parent = start;
        plan.records = plan_difference(*changes);
        return {};
    }

    Result<void> write(Unreadable unreadable) {
        ELY_TRY(take_back());
        ELY_TRY_ASSIGN(const auto repository, git::Repository::open(m_mirror.git_dir()));
        ELY_TRY_ASSIGN(const auto plan, this->plan(repository));
        ELY_TRY_ASSIGN(const auto rules, rules_of(repository, plan.entries, m_request.inclusion, unreadable));
        const bool full = !plan.full_because.empty();
        m_report.outcome = full ? Outcome::full : plan.records.empty() ? Outcome::unchanged : Outcome::incremental;
        m_report.full_because = plan.full_because;
        m_report.commit = m_update.head.empty ? std::string() : plan.commit.id.hex();
        m_report.parent = plan.parent;
        m_report.tree = plan.commit.tree.hex();
        ELY_TRY_ASSIGN(const auto file, stream_file());
        ELY_TRY_ASSIGN(auto writer, stream::StreamWriter::create(file));
        const RecordRequest request{m_mirror.git_dir(), m_request.remote.name, &rules, m_request.threads, unreadable};
        const auto sink = [&](std::string_view lines, std::uint64_t records) {
            return writer.write_lines(lines, records);
        };
        ELY_TRY_ASSIGN(m_report.tally, write_records(request, plan.records, sink, m_progress, m_stop));
        return deliver(std::move(writer), file, full);
    }

    Result<Path> stream_file() const {
        if (!m_request.target.is_spool()) return absolute_path(m_request.target.file);
        ELY_TRY_ASSIGN(const auto spool, stream::Spool::open(m_request.target.spool_root, m_request.target.collection));
        return spool.new_file(m_clock);
    }

    // A stream of ours that nobody has taken is claimed back, so that nobody takes it while its successor is made.
    Result<void> take_back() {
        if (!m_request.target.is_handed_over() || !m_last) return {};
        const auto file = absolute_path(m_request.target.file);
        const auto aside = aside_of(file);
        std::error_code code;
        if (identity_of(file) == m_last->file) {
            auto moved = rename_durably(file, aside);
            if (!moved && moved.error().code != Code::not_found) return moved;
            if (moved) m_superseded = true;
        } else if (identity_of(aside) == m_last->file && !std::filesystem::exists(file, code)) {
            m_superseded = true;  // an earlier run was interrupted behind this point
        }
        crash_point("sync.superseded_set_aside");
        return {};
    }

    void put_back() {
        if (!m_superseded) return;
        const auto file = absolute_path(m_request.target.file);
        // If this fails too, the next run finds it aside.
        static_cast<void>(rename_durably_new(aside_of(file), file));
    }

    model::Changeset changeset(bool full) const {
        model::Changeset out;
        out.repository = m_report.repository;
        out.url = m_report.url;
        out.branch = m_report.branch;
        out.commit = m_report.commit;
        out.parent = m_report.parent;
        out.tree_hash = m_report.tree;
        out.full = full;
        out.generated_at = to_rfc3339(m_clock.now());
        return out;
    }

    Delivery delivery_of(const model::Changeset& changeset) const {
        Delivery out;
        out.repository = m_report.repository;
        out.target = m_request.target.key();
        out.branch = m_report.branch;
        out.reference = m_update.head.reference;
        out.reference_id = id_of_head();
        out.commit = m_report.commit;
        out.tree = m_report.tree;
        out.parent = m_report.parent;
        out.rules = m_rules;
        out.delivered_at = changeset.generated_at;
        return out;
    }

    Result<void> deliver(stream::StreamWriter writer, const Path& file, bool full) {
        auto changeset = this->changeset(full);
        auto delivery = delivery_of(changeset);
        // Written even without records: the receiver then knows that it stands at the new commit.
        ELY_TRY(announce(delivery));
        const auto exists = m_request.target.is_spool() ? AtomicFile::Exists::refuse : AtomicFile::Exists::replace;
        ELY_TRY(writer.finish(std::move(changeset), exists));
        crash_point("sync.stream_appeared");
        m_report.stream = file;
        if (const auto identity = identity_of(file)) delivery.file = *identity;
        return remember(delivery, file);
    }

    // Said before the stream appears, so that a crash in between is known.
    Result<void> announce(Delivery delivery) {
        delivery.in_flight = true;
        ELY_TRY(m_deliveries.save(m_key, delivery));
        crash_point("sync.announced");
        return {};
    }

    Result<void> remember(const Delivery& delivery, const Path& file) {
        ELY_TRY(m_deliveries.save(m_key, delivery));
        crash_point("sync.remembered");
        if (m_request.target.is_handed_over()) {
            std::error_code code;
            std::filesystem::remove(aside_of(file), code);
        }
        if (const auto commit = git::ObjectId::parse(delivery.commit)) ELY_TRY(m_mirror.protect(m_key, *commit));
        return m_mirror.tidy();
    }

    const SyncRequest& m_request;
    git::Mirror m_mirror;
    const Clock& m_clock;
    model::Progress& m_progress;
    const std::stop_token& m_stop;
    DeliveryStore m_deliveries;
    std::string m_key;
    std::string m_rules;
    std::optional<Delivery> m_last;
    git::Update m_update;
    SyncReport m_report;
    bool m_superseded = false;
};

}  // namespace

std::string Target::key() const {
    if (is_spool()) return "spool " + collection + " " + absolute_path(spool_root).string();
    return "file " + absolute_path(file).string();
}

std::string rules_digest(const detect::InclusionOptions& options) {
    std::string text = "rules " + std::to_string(detect::k_rules_version) + " stream " +
                       std::to_string(k_stream_format) + " size " + std::to_string(options.max_file_size);
    for (const auto& pattern : options.include) text += "\n+" + pattern;
    for (const auto& pattern : options.exclude) text += "\n-" + pattern;
    return to_hex(sha256(text));
}

Result<SyncReport> sync(const SyncRequest& request, const Clock& clock, model::Progress& progress,
                        const std::stop_token& stop) {
    ELY_TRY_ASSIGN(auto mirror, git::Mirror::open(request.data, request.remote));
    Synchronisation synchronisation(request, std::move(mirror), clock, progress, stop);
    return synchronisation.run();
}

}  // namespace ely::scan
