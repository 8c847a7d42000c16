#pragma once

// A walk over a collection in id order, within one read transaction: it sees the collection as it was when it began.

#include "store/embedded/embedded_collection.hpp"

namespace ely::store::embedded {

class EmbeddedScan final : public Scan {
  public:
    static Result<std::unique_ptr<Scan>> make(std::shared_ptr<EmbeddedCollection> collection,
                                              EmbeddedCollection::Reading reading,
                                              std::shared_ptr<const DocumentState> state, Bits found,
                                              const ScanOptions& options);
    [[nodiscard]] Result<Batch> next() override;

  private:
    EmbeddedScan(std::shared_ptr<EmbeddedCollection> collection, EmbeddedCollection::Reading reading,
                 std::shared_ptr<const DocumentState> state, Bits found, const ScanOptions& options)
        : m_collection(std::move(collection)),
          m_reading(std::move(reading)),
          m_state(std::move(state)),
          m_found(std::move(found)),
          m_batch_rows(options.batch_rows == 0 ? 1000 : options.batch_rows),
          m_vectors(options.vectors && !m_reading.schema->vectors.empty()) {}

    [[nodiscard]] Result<void> choose_properties(const std::vector<std::string>& names);
    // When few objects match: their ordinals in id order, instead of a walk over all ids.
    void collect_few(const IdRange& range);
    [[nodiscard]] Result<std::optional<std::uint32_t>> next_ordinal();
    [[nodiscard]] Result<void> append(std::uint32_t ordinal);

    const std::shared_ptr<EmbeddedCollection> m_collection;
    EmbeddedCollection::Reading m_reading;
    const std::shared_ptr<const DocumentState> m_state;
    const Bits m_found;
    const std::uint32_t m_batch_rows;
    const bool m_vectors;
    std::vector<std::size_t> m_properties;  // places in the collection's schema
    std::optional<BatchBuilder> m_builder;
    std::optional<std::vector<std::uint32_t>> m_few;
    std::size_t m_few_at = 0;
    std::optional<Query> m_ids;  // after the reading: it ends before the transaction does
    bool m_at_end = false;
};

}  // namespace ely::store::embedded
