#pragma once

// The last stage of an ingest: prepared documents, in the stream's order, to the collection and then to the ledger. The
// store is always written first, so the ledger never claims what is not there. Belongs to one thread.

#include <cstdint>
#include <stop_token>
#include <vector>

#include "index/prepare.hpp"
#include "model/ingest_report.hpp"
#include "store/collection.hpp"

namespace ely::index {

class BatchWriter {
  public:
    // All referred objects must outlive the writer.
    BatchWriter(const IngestTarget& target, Ledger& ledger, model::IngestReport& report, std::stop_token stop);

    [[nodiscard]] Result<void> add(PreparedDocument document);
    // Everything added so far is in the collection and in the ledger when this returns.
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] double busy_seconds() const { return m_busy_seconds; }

  private:
    Result<void> write_objects();
    // Of all objects, in their order; empty when vectors are filled in later.
    Result<std::vector<float>> vectors();
    Result<void> remove_stale();
    Result<void> write_ledger();
    void fail_documents(const std::vector<store::ObjectFailure>& failures);

    const IngestTarget& m_target;
    Ledger& m_ledger;
    model::IngestReport& m_report;
    const std::stop_token m_stop;
    std::vector<PreparedDocument> m_documents;
    std::size_t m_objects = 0;
    std::uint64_t m_bytes = 0;
    bool m_first_flush = true;
    double m_busy_seconds = 0;
};

}  // namespace ely::index
