#include "index/batch_writer.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/crash_point.hpp"
#include "store/batch/batch.hpp"

namespace ely::index {
namespace {

// The first write comes early, so that the first answers do; later ones are large, because each is a transaction.
constexpr std::size_t k_first_objects = 256;
constexpr std::size_t k_batch_objects = 4000;
constexpr std::uint64_t k_batch_bytes = 8U << 20U;
constexpr std::size_t k_batch_documents = 4000;

void report_failure(model::IngestReport& report, const std::string& path, const std::string& reason) {
    if (report.failures.size() < model::k_reported_failures) report.failures.push_back({path, reason});
}

}  // namespace

BatchWriter::BatchWriter(const IngestTarget& target, Ledger& ledger, model::IngestReport& report, std::stop_token stop)
    : m_target(target), m_ledger(ledger), m_report(report), m_stop(std::move(stop)) {}

Result<void> BatchWriter::add(PreparedDocument document) {
    if (document.repeated) {
        // Its earlier version may be in the open batch: write that first, then see what it left.
        ELY_TRY(flush());
        ELY_TRY_ASSIGN(auto known, m_ledger.find(document.scope, document.entry.path));
        if (known) document.old_ids = std::move(known->ids);
    }
    m_objects += document.objects.size();
    m_bytes += document.bytes;
    m_report.bytes += document.bytes;
    m_documents.push_back(std::move(document));
    const bool full = m_objects >= (m_first_flush ? k_first_objects : k_batch_objects) || m_bytes >= k_batch_bytes ||
                      m_documents.size() >= k_batch_documents;
    return full ? flush() : Result<void>();
}

Result<void> BatchWriter::flush() {
    if (m_documents.empty()) return {};
    const Stopwatch watch;
    ELY_TRY(write_objects());
    crash_point("index.objects_written");
    ELY_TRY(remove_stale());
    crash_point("index.stale_removed");
    ELY_TRY(write_ledger());
    crash_point("index.ledger_written");
    m_documents.clear();
    m_objects = 0;
    m_bytes = 0;
    m_first_flush = false;
    m_busy_seconds += watch.seconds();
    return {};
}

Result<std::vector<float>> BatchWriter::vectors() {
    if (m_target.vectors == nullptr) return std::vector<float>{};
    std::vector<std::string> texts;
    for (const auto& document : m_documents) {
        for (const auto& object : document.objects) texts.push_back(embedded_text(object.properties));
    }
    return m_target.vectors->of(texts, m_stop);
}

Result<void> BatchWriter::write_objects() {
    if (m_objects == 0) return {};
    ELY_TRY_ASSIGN(const auto values, vectors());
    ELY_TRY_ASSIGN(auto builder, store::BatchBuilder::create(m_target.collection.schema()));
    std::span<const float> left(values);
    const auto dimensions = values.empty() ? 0 : m_target.vectors->dimensions();
    for (const auto& document : m_documents) {
        for (const auto& object : document.objects) {
            ELY_TRY(builder.append(object.id, object.properties, left.first(dimensions)));
            left = left.subspan(dimensions);
        }
    }
    ELY_TRY_ASSIGN(const auto batch, builder.finish());
    ELY_TRY_ASSIGN(const auto result, m_target.collection.upsert(batch));
    m_report.chunks_written += result.written;
    fail_documents(result.failures);
    return {};
}

void BatchWriter::fail_documents(const std::vector<store::ObjectFailure>& failures) {
    if (failures.empty()) return;
    std::unordered_map<Uuid, const Error*> by_id;
    for (const auto& failure : failures) by_id.emplace(failure.id, &failure.error);
    for (auto& document : m_documents) {
        const auto bad = std::find_if(document.entry.ids.begin(), document.entry.ids.end(),
                                      [&](const Uuid& id) { return by_id.contains(id); });
        if (bad == document.entry.ids.end()) continue;
        document.entry.outcome = Outcome::failed;
        document.entry.reason = "object " + bad->text() + ": " + by_id.at(*bad)->text();
    }
}

Result<void> BatchWriter::remove_stale() {
    std::vector<Uuid> stale;
    for (const auto& document : m_documents) {
        if (document.old_ids.empty()) continue;
        const std::unordered_set<Uuid> kept(document.entry.ids.begin(), document.entry.ids.end());
        for (const auto& id : document.old_ids) {
            if (!kept.contains(id)) stale.push_back(id);
        }
    }
    if (stale.empty()) return {};
    ELY_TRY(m_target.collection.remove_ids(stale));
    return {};
}

Result<void> BatchWriter::write_ledger() {
    struct Rows {
        std::vector<LedgerEntry> entries;
        std::vector<std::string> removed;
    };
    std::map<std::int64_t, Rows> by_scope;
    for (auto& document : m_documents) {
        auto& rows = by_scope[document.scope];
        if (document.removed) {
            rows.removed.push_back(document.entry.path);
            continue;
        }
        if (document.entry.outcome == Outcome::indexed) ++m_report.indexed;
        if (document.entry.outcome == Outcome::failed) {
            report_failure(m_report, document.entry.path, document.entry.reason);
        }
        rows.entries.push_back(std::move(document.entry));
    }
    for (const auto& [scope, rows] : by_scope) {
        ELY_TRY(m_ledger.record(scope, rows.entries));
        ELY_TRY(m_ledger.forget_paths(scope, rows.removed));
        m_report.removed += rows.removed.size();
    }
    return {};
}

}  // namespace ely::index
