#include "store/embedded/index_state.hpp"

#include <algorithm>
#include <unordered_map>

namespace ely::store::embedded {
namespace {

const SegmentState* known_segment(const DocumentState* previous, std::int64_t id) {
    if (previous == nullptr) return nullptr;
    const auto found = std::ranges::find(previous->segments, id, [](const SegmentState& s) { return s.row.id; });
    return found == previous->segments.end() ? nullptr : &*found;
}

void add_living(DocumentState& state, const SegmentState& segment) {
    const auto& lengths = segment.documents->lengths;
    if (state.total_lengths.size() < lengths.size()) state.total_lengths.resize(lengths.size());
    const auto& gone = *segment.tombstones;
    const bool whole = segment.row.deleted == 0;
    for (std::uint32_t i = 0; i < segment.row.documents; ++i) {
        if (whole || !gone.get(i)) state.living.set(segment.base + i);
    }
    for (std::size_t property = 0; property < lengths.size(); ++property) {
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < lengths[property].size(); ++i) {
            if (whole || !gone.get(i)) total += lengths[property][i];
        }
        state.total_lengths[property] += total;
    }
}

Result<std::shared_ptr<const DocumentState>> load_documents(Connection& connection, const CollectionRow& row,
                                                            const DocumentState* previous) {
    SegmentTables tables(connection, row.id);
    auto state = std::make_shared<DocumentState>();
    state->generation = row.generation;
    ELY_TRY_ASSIGN(const auto rows, tables.list());
    for (const auto& segment_row : rows) {
        const auto* known = known_segment(previous, segment_row.id);
        SegmentState segment{segment_row, nullptr, nullptr, state->documents};
        if (known != nullptr) {
            segment.documents = known->documents;
            if (known->row.deleted == segment_row.deleted) segment.tombstones = known->tombstones;
        } else {
            ELY_TRY_ASSIGN(auto documents, tables.documents(segment_row.id));
            if (documents.ordinals.size() != segment_row.documents) {
                return fail(Code::corrupt, "a segment's documents do not add up");
            }
            segment.documents = std::make_shared<const DocumentTable>(std::move(documents));
        }
        if (segment.tombstones == nullptr) {
            ELY_TRY_ASSIGN(auto tombstones, tables.tombstones(segment_row));
            segment.tombstones = std::make_shared<const Bits>(std::move(tombstones));
        }
        state->documents += segment_row.documents;
        state->segments.push_back(std::move(segment));
    }
    state->living = Bits(state->documents);
    for (const auto& segment : state->segments) add_living(*state, segment);
    state->living_count = static_cast<std::uint32_t>(state->living.count());
    return std::shared_ptr<const DocumentState>(std::move(state));
}

void add_group_lengths(const DocumentState& state, Groups& groups) {
    groups.lengths.resize(state.total_lengths.size());
    groups.largest.resize(state.total_lengths.size());
    for (std::size_t property = 0; property < groups.lengths.size(); ++property) {
        if (state.total_lengths[property] == 0) continue;
        auto& lengths = groups.lengths[property];
        auto& largest = groups.largest[property];
        lengths.resize(groups.count);
        largest.resize(groups.count);
        for (const auto& segment : state.segments) {
            for (std::uint32_t i = 0; i < segment.row.documents; ++i) {
                const auto document = segment.base + i;
                if (!state.living.get(document)) continue;
                const auto length = DocumentState::length(segment, property, i);
                const auto group = groups.group_of[document];
                lengths[group] += length;
                largest[group] = std::max(largest[group], length);
            }
        }
    }
}

// Sets a value for the living documents of some postings.
Result<void> set_values(const DocumentState& state, const SegmentState& segment, std::string_view postings,
                        std::uint32_t value, ValueColumn& column) {
    bool inside = true;
    const bool good = decode_postings(postings, [&](const Posting& posting) {
        inside = inside && posting.document < segment.row.documents;
        const auto document = segment.base + posting.document;
        if (inside && state.living.get(document)) column.value_of[document] = value;
    });
    if (!good || !inside) return fail(Code::corrupt, "postings of the lexical index are damaged");
    return {};
}

Result<std::shared_ptr<const ValueColumn>> load_column(Connection& connection, std::int64_t collection,
                                                       const DocumentState& state, std::size_t property) {
    SegmentTables tables(connection, collection);
    auto column = std::make_shared<ValueColumn>();
    column->value_of.assign(state.documents, ValueColumn::k_none);
    std::unordered_map<std::string, std::uint32_t> numbers;
    const auto prefix = property_key(property, KeyKind::value);
    const auto unknown = property_key(property, KeyKind::long_value);
    for (const auto& segment : state.segments) {
        const auto found = [&](std::string_view key, std::string_view postings) -> Result<bool> {
            if (key == unknown) {
                ELY_TRY(set_values(state, segment, postings, ValueColumn::k_unknown, *column));
                return true;
            }
            if (!key.starts_with(prefix)) return false;
            const auto next = static_cast<std::uint32_t>(column->values.size());
            const auto [number, added] = numbers.emplace(key.substr(prefix.size()), next);
            if (added) column->values.push_back(number->first);
            ELY_TRY(set_values(state, segment, postings, number->second, *column));
            return true;
        };
        ELY_TRY(tables.each_key(segment.row.id, unknown, found));
    }
    return std::shared_ptr<const ValueColumn>(std::move(column));
}

Groups make_groups(const DocumentState& state, const std::vector<std::shared_ptr<const ValueColumn>>& columns) {
    Groups groups;
    groups.group_of.assign(state.documents, 0);
    std::vector<bool> alone(state.documents);
    for (const auto& column : columns) {
        std::unordered_map<std::uint64_t, std::uint32_t> numbers;
        groups.count = 0;
        for (std::uint32_t document = 0; document < state.documents; ++document) {
            const auto value = column->value_of[document];
            if (value >= ValueColumn::k_unknown) {
                alone[document] = true;
                continue;
            }
            const auto key = static_cast<std::uint64_t>(groups.group_of[document]) << 32U | value;
            const auto [number, added] = numbers.emplace(key, groups.count);
            if (added) ++groups.count;
            groups.group_of[document] = number->second;
        }
    }
    for (std::uint32_t document = 0; document < state.documents; ++document) {
        if (alone[document] && state.living.get(document)) groups.group_of[document] = groups.count++;
    }
    add_group_lengths(state, groups);
    return groups;
}

}  // namespace

const SegmentState& DocumentState::segment_of(std::uint32_t document) const {
    return *std::prev(std::ranges::upper_bound(segments, document, {}, &SegmentState::base));
}

std::uint32_t DocumentState::ordinal(std::uint32_t document) const {
    const auto& segment = segment_of(document);
    return segment.documents->ordinals[document - segment.base];
}

const Uuid& DocumentState::id(std::uint32_t document) const {
    const auto& segment = segment_of(document);
    return segment.documents->ids[document - segment.base];
}

std::optional<std::uint32_t> DocumentState::document(std::uint32_t ordinal) const {
    const auto after =
        std::ranges::upper_bound(segments, ordinal, {}, [](const SegmentState& s) { return s.row.first_ordinal; });
    if (after == segments.begin()) return std::nullopt;
    const auto& segment = *std::prev(after);
    const auto& ordinals = segment.documents->ordinals;
    // Where nothing was ever deleted the place is the distance from the first, otherwise it is before that.
    const std::size_t distance = ordinal - segment.row.first_ordinal;
    const auto last = std::min(distance + 1, ordinals.size());
    const auto found =
        last > distance && ordinals[distance] == ordinal
            ? ordinals.begin() + static_cast<std::ptrdiff_t>(distance)
            : std::lower_bound(ordinals.begin(), ordinals.begin() + static_cast<std::ptrdiff_t>(last), ordinal);
    if (found == ordinals.end() || *found != ordinal) return std::nullopt;
    const auto local = static_cast<std::uint32_t>(found - ordinals.begin());
    if (segment.tombstones->get(local)) return std::nullopt;
    return segment.base + local;
}

Result<std::shared_ptr<const DocumentState>> IndexCache::documents(Connection& connection, const CollectionRow& row) {
    std::shared_ptr<const DocumentState> previous;
    {
        const std::lock_guard lock(m_mutex);
        previous = m_documents;
    }
    if (previous != nullptr && previous->generation == row.generation) return previous;
    ELY_TRY_ASSIGN(auto state, load_documents(connection, row, previous.get()));
    const std::lock_guard lock(m_mutex);
    if (m_documents == nullptr || m_documents->generation < state->generation) m_documents = state;
    return state;
}

Result<std::shared_ptr<const VectorState>> IndexCache::vectors(Connection& connection, const CollectionRow& row,
                                                               const model::VectorConfig& config, bool with_codes) {
    std::shared_ptr<const VectorState> previous;
    {
        const std::lock_guard lock(m_mutex);
        previous = m_vectors;
    }
    const auto loaded = [&](const VectorState& state) {
        return !with_codes || std::ranges::none_of(state.codes, [](const auto& codes) { return codes == nullptr; });
    };
    if (previous != nullptr && previous->generation == row.generation && loaded(*previous)) return previous;
    if (previous == nullptr) previous = std::make_shared<const VectorState>();

    VectorTables tables(connection, row.id, config.dimensions, config.distance);
    auto state = std::make_shared<VectorState>();
    state->generation = row.generation;
    ELY_TRY_ASSIGN(state->rows, tables.blocks(previous->rows));
    std::size_t at = 0;
    for (const auto& block : state->rows) {
        state->vectors += block->living();
        while (at < previous->rows.size() && previous->rows[at]->id < block->id) ++at;
        std::shared_ptr<const QuantizedBlock> codes;
        // Slots are never written twice, so codes of a block with as many slots as before are the same.
        if (at < previous->rows.size() && previous->rows[at]->id == block->id &&
            previous->rows[at]->ordinals.size() == block->ordinals.size()) {
            codes = previous->codes[at];
        }
        if (codes == nullptr && with_codes) {
            ELY_TRY_ASSIGN(auto read, tables.codes(*block));
            codes = std::make_shared<const QuantizedBlock>(std::move(read));
        }
        state->codes.push_back(std::move(codes));
    }
    const std::lock_guard lock(m_mutex);
    if (m_vectors == nullptr || m_vectors->generation <= state->generation) m_vectors = state;
    return std::shared_ptr<const VectorState>(std::move(state));
}

bool IndexCache::renew_derived(std::int64_t generation) {
    if (m_derived_generation < generation) {
        m_columns.clear();
        m_groups.clear();
        m_derived_generation = generation;
    }
    return m_derived_generation == generation;
}

Result<std::shared_ptr<const ValueColumn>> IndexCache::column(Connection& connection, const CollectionRow& row,
                                                              const DocumentState& state, std::size_t property) {
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_columns.find(property);
        if (m_derived_generation == state.generation && found != m_columns.end()) return found->second;
    }
    ELY_TRY_ASSIGN(auto column, load_column(connection, row.id, state, property));
    const std::lock_guard lock(m_mutex);
    if (renew_derived(state.generation)) m_columns[property] = column;
    return column;
}

Result<std::shared_ptr<const Groups>> IndexCache::groups(Connection& connection, const CollectionRow& row,
                                                         const DocumentState& state,
                                                         const std::vector<std::size_t>& properties) {
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_groups.find(properties);
        if (m_derived_generation == state.generation && found != m_groups.end()) return found->second;
    }
    std::vector<std::shared_ptr<const ValueColumn>> columns;
    for (const auto property : properties) {
        ELY_TRY_ASSIGN(columns.emplace_back(), column(connection, row, state, property));
    }
    auto groups = std::make_shared<const Groups>(make_groups(state, columns));
    const std::lock_guard lock(m_mutex);
    if (renew_derived(state.generation)) m_groups[properties] = groups;
    return groups;
}

}  // namespace ely::store::embedded
