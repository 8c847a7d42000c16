#pragma once

// What a process keeps in memory of a collection between queries: the tables of documents, and on demand the quantised
// vectors. Immutable once made, for one generation of the collection; a new one takes over what has not changed.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "store/embedded/collection_row.hpp"
#include "store/embedded/segment_tables.hpp"
#include "store/embedded/vector_tables.hpp"

namespace ely::store::embedded {

struct SegmentState {
    SegmentRow row;
    std::shared_ptr<const DocumentTable> documents;
    std::shared_ptr<const Bits> tombstones;
    std::uint32_t base = 0;  // its documents are numbered from here in DocumentState
};

// Each document's value of a text property with value keys.
struct ValueColumn {
    static constexpr std::uint32_t k_none = ~0U;     // null, or a list
    static constexpr std::uint32_t k_unknown = ~1U;  // too long for a key: only the object itself has it
    std::vector<std::uint32_t> value_of;             // by document; index into values
    std::vector<std::string> values;
};

// Groups of documents that share the values of some properties; documents without a value are alone.
struct Groups {
    std::vector<std::uint32_t> group_of;              // by document
    std::uint32_t count = 0;                          // of groups
    std::vector<std::vector<std::uint32_t>> lengths;  // by property, then group; sums over the living documents
    std::vector<std::vector<std::uint32_t>> largest;  // the same, of the group's longest document
};

struct DocumentState {
    std::int64_t generation = 0;
    std::vector<SegmentState> segments;
    std::uint32_t documents = 0;
    Bits living;
    std::vector<std::uint64_t> total_lengths;  // by property, of living documents
    std::uint32_t living_count = 0;

    [[nodiscard]] const SegmentState& segment_of(std::uint32_t document) const;
    [[nodiscard]] std::uint32_t ordinal(std::uint32_t document) const;
    [[nodiscard]] const Uuid& id(std::uint32_t document) const;
    [[nodiscard]] std::optional<std::uint32_t> document(std::uint32_t ordinal) const;
    // 0 when the document has no such field.
    [[nodiscard]] static std::uint32_t length(const SegmentState& segment, std::size_t property, std::uint32_t local) {
        const auto& lengths = segment.documents->lengths;
        if (property >= lengths.size() || lengths[property].empty()) return 0;
        return lengths[property][local];
    }
};

struct VectorState {
    std::int64_t generation = 0;
    std::vector<std::shared_ptr<const BlockRow>> rows;
    std::vector<std::shared_ptr<const QuantizedBlock>> codes;  // beside each row; null until loaded
    std::size_t vectors = 0;                                   // living
};

// The cache of one collection. Thread-safe. `row` is what the caller's transaction sees.
class IndexCache {
  public:
    [[nodiscard]] Result<std::shared_ptr<const DocumentState>> documents(Connection& connection,
                                                                         const CollectionRow& row);
    [[nodiscard]] Result<std::shared_ptr<const VectorState>> vectors(Connection& connection, const CollectionRow& row,
                                                                     const model::VectorConfig& config,
                                                                     bool with_codes);
    // Of a property with value keys.
    [[nodiscard]] Result<std::shared_ptr<const ValueColumn>> column(Connection& connection, const CollectionRow& row,
                                                                    const DocumentState& state, std::size_t property);
    [[nodiscard]] Result<std::shared_ptr<const Groups>> groups(Connection& connection, const CollectionRow& row,
                                                               const DocumentState& state,
                                                               const std::vector<std::size_t>& properties);

  private:
    std::mutex m_mutex;
    std::shared_ptr<const DocumentState> m_documents;
    std::shared_ptr<const VectorState> m_vectors;
    // Forgets what belongs to an older generation; false when `generation` itself is the older one.
    bool renew_derived(std::int64_t generation);

    std::int64_t m_derived_generation = -1;  // of the two below
    std::map<std::size_t, std::shared_ptr<const ValueColumn>> m_columns;
    std::map<std::vector<std::size_t>, std::shared_ptr<const Groups>> m_groups;
};

}  // namespace ely::store::embedded
