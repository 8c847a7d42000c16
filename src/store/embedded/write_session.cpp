#include "store/embedded/write_session.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/crash_point.hpp"
#include "model/schema_json.hpp"
#include "store/embedded/row_codec.hpp"
#include "store/embedded/segment_builder.hpp"
#include "store/embedded/segment_merge.hpp"
#include "store/schema_change.hpp"

namespace ely::store::embedded {
namespace {

// Ordinals are 32-bit numbers in the index.
constexpr std::int64_t k_most_ordinals = 0xFFFF'0000LL;

// The rows to write: of those with one id, the last.
std::vector<std::size_t> last_rows(const BatchView& batch, std::vector<ObjectFailure>& failures) {
    std::unordered_map<Uuid, std::size_t> last;
    last.reserve(batch.rows());
    for (std::size_t i = 0; i < batch.rows(); ++i) last[batch.id(i)] = i;
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < batch.rows(); ++i) {
        if (last[batch.id(i)] != i) continue;
        if (all_finite(batch.vector(i))) {
            out.push_back(i);
        } else {
            failures.push_back(
                {batch.id(i), {Code::usage, "the vector has an element that is no finite number", {}, {}, 0}});
        }
    }
    return out;
}

std::int64_t milliseconds(Timestamp time) {
    return time.time_since_epoch().count();
}

}  // namespace

std::string WriteSession::objects() const {
    return table_name(m_row.id, "objects");
}

VectorTables WriteSession::vector_tables() const {
    return {m_connection, m_row.id, m_schema.vectors[0].dimensions, m_schema.vectors[0].distance};
}

void WriteSession::set_schema(model::CollectionSchema schema) {
    m_row.schema = model::to_json(schema).dump();
    m_schema = std::move(schema);
}

Result<void> WriteSession::learn_dimensions(std::size_t dimensions) {
    auto& config = m_schema.vectors[0];
    if (config.dimensions == dimensions || dimensions == 0) return {};
    if (config.dimensions != 0) {
        return fail(Code::usage, fmt::format("vectors of {} dimensions, where the collection '{}' has {}", dimensions,
                                             m_schema.name, config.dimensions));
    }
    config.dimensions = static_cast<std::uint32_t>(dimensions);
    ELY_TRY(check_schema(m_schema));
    m_row.schema = model::to_json(m_schema).dump();
    return {};
}

Result<std::optional<WriteSession::Stored>> WriteSession::find(const Uuid& id) {
    ELY_TRY_ASSIGN(auto query,
                   m_connection.query(fmt::format("SELECT ordinal, created FROM {} WHERE id=?", objects())));
    query->bind_blob_static(1, id.view());
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return std::optional<Stored>();
    return std::optional(Stored{static_cast<std::uint32_t>(query->integer(0)), query->integer(1)});
}

Result<WriteResult> WriteSession::upsert(const BatchView& batch, Timestamp now) {
    ELY_TRY(batch.check(m_schema));
    WriteResult result;
    const auto rows = last_rows(batch, result.failures);
    result.written = batch.rows() - result.failures.size();
    if (m_row.next_ordinal + static_cast<std::int64_t>(rows.size()) > k_most_ordinals) {
        return fail(Code::unsupported, "the collection has been written too often to number its objects",
                    "export it, drop it and restore it");
    }
    if (batch.dimensions() != 0) ELY_TRY(learn_dimensions(batch.dimensions()));

    std::vector<std::optional<Stored>> old(rows.size());
    std::vector<std::uint32_t> replaced;
    if (m_row.objects > 0) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            ELY_TRY_ASSIGN(old[i], find(batch.id(rows[i])));
            if (old[i]) replaced.push_back(old[i]->ordinal);
        }
    }
    ELY_TRY(remove_ordinals(replaced));

    std::vector<std::optional<std::size_t>> columns;
    for (const auto& property : m_schema.properties) columns.push_back(batch.column(property.name));
    std::vector<Cell> cells(columns.size());
    std::vector<std::uint32_t> vector_ordinals;
    std::vector<float> vectors;
    SegmentBuilder segment(m_schema);
    ELY_TRY_ASSIGN(auto insert,
                   m_connection.query(fmt::format(
                       "INSERT INTO {}(ordinal, id, created, updated, data) VALUES(?, ?, ?, ?, ?)", objects())));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows[i];
        for (std::size_t j = 0; j < columns.size(); ++j) cells[j] = columns[j] ? batch.cell(row, *columns[j]) : Cell{};
        const auto ordinal = static_cast<std::uint32_t>(m_row.next_ordinal++);
        const auto id = batch.id(row);
        const auto times = batch.times(row);
        const auto data = encode_row(m_schema, cells);
        const auto created = old[i] ? old[i]->created : milliseconds(now);
        insert->bind(1, static_cast<std::int64_t>(ordinal)).bind_blob_static(2, id.view());
        insert->bind(3, times.created ? milliseconds(*times.created) : created);
        insert->bind(4, milliseconds(times.updated.value_or(now))).bind_blob_static(5, data);
        ELY_TRY(insert->run());
        m_row.bytes += static_cast<std::int64_t>(data.size());
        segment.add(ordinal, id, cells);
        const auto vector = batch.vector(row);
        if (vector.empty()) continue;
        vector_ordinals.push_back(ordinal);
        vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    m_row.objects += static_cast<std::int64_t>(rows.size());
    crash_point("store.upsert.objects_written");
    if (!rows.empty()) ELY_TRY(put_segment(segment));
    if (!vector_ordinals.empty()) {
        ELY_TRY(vector_tables().append(vector_ordinals, vectors, m_row.next_block));
        m_row.vectors += static_cast<std::int64_t>(vector_ordinals.size());
    }
    return result;
}

Result<void> WriteSession::put_segment(SegmentBuilder& segment) {
    SegmentTables tables(m_connection, m_row.id);
    const auto id = m_row.next_segment++;
    BlockWriter writer(tables, id);
    ELY_TRY(
        segment.emit_all([&](std::string_view key, std::string_view postings) { return writer.add(key, postings); }));
    ELY_TRY(writer.finish());
    const auto& documents = segment.documents();
    crash_point("store.upsert.segment_written");
    return tables.put_segment(
        {id, documents.ordinals.front(), static_cast<std::uint32_t>(documents.ordinals.size()), 0, writer.bytes()},
        documents);
}

Result<std::uint64_t> WriteSession::set_vectors(std::span<const Uuid> ids, std::span<const float> values) {
    if (ids.empty()) return 0;
    if (m_schema.vectors.empty()) {
        return fail(Code::usage, fmt::format("collection '{}' has no vectors", m_schema.name));
    }
    if (values.empty() || values.size() % ids.size() != 0) {
        return fail(Code::usage, fmt::format("{} numbers are no vectors for {} objects", values.size(), ids.size()));
    }
    if (!all_finite(values)) return fail(Code::usage, "a vector has an element that is no finite number");
    const auto dimensions = values.size() / ids.size();
    ELY_TRY(learn_dimensions(dimensions));
    // Of those with one id, the last counts.
    std::unordered_map<Uuid, std::size_t> last;
    for (std::size_t i = 0; i < ids.size(); ++i) last[ids[i]] = i;
    std::vector<std::uint32_t> ordinals;
    std::vector<float> kept;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (last[ids[i]] != i) continue;
        ELY_TRY_ASSIGN(const auto stored, find(ids[i]));
        if (!stored) continue;
        ordinals.push_back(stored->ordinal);
        const auto vector = values.subspan(i * dimensions, dimensions);
        kept.insert(kept.end(), vector.begin(), vector.end());
    }
    auto tables = vector_tables();
    ELY_TRY_ASSIGN(const auto replaced, tables.remove(ordinals));
    m_lost_vectors = m_lost_vectors || replaced > 0;
    ELY_TRY(tables.append(ordinals, kept, m_row.next_block));
    m_row.vectors += static_cast<std::int64_t>(ordinals.size()) - static_cast<std::int64_t>(replaced);
    return ordinals.size();
}

Result<std::uint64_t> WriteSession::remove_ids(std::span<const Uuid> ids) {
    std::vector<std::uint32_t> ordinals;
    for (const auto& id : ids) {
        ELY_TRY_ASSIGN(const auto stored, find(id));
        if (stored) ordinals.push_back(stored->ordinal);
    }
    std::ranges::sort(ordinals);
    const auto doubled = std::ranges::unique(ordinals);
    ordinals.erase(doubled.begin(), doubled.end());
    return remove_ordinals(ordinals);
}

Result<std::uint64_t> WriteSession::remove_ordinals(std::span<const std::uint32_t> ordinals) {
    if (ordinals.empty()) return 0;
    ELY_TRY_ASSIGN(auto size,
                   m_connection.query(fmt::format("SELECT length(data) FROM {} WHERE ordinal=?", objects())));
    ELY_TRY_ASSIGN(auto erase, m_connection.query(fmt::format("DELETE FROM {} WHERE ordinal=?", objects())));
    for (const auto ordinal : ordinals) {
        size->bind(1, static_cast<std::int64_t>(ordinal));
        ELY_TRY_ASSIGN(const bool row, size->step());
        if (!row) return fail(Code::corrupt, "the index has an object that is not there");
        m_row.bytes -= size->integer(0);
        size->reset();
        erase->bind(1, static_cast<std::int64_t>(ordinal));
        ELY_TRY(erase->run());
    }
    crash_point("store.remove.objects_removed");
    m_row.objects -= static_cast<std::int64_t>(ordinals.size());
    m_dead.insert(m_dead.end(), ordinals.begin(), ordinals.end());
    if (m_schema.vectors.empty() || m_row.vectors == 0) return ordinals.size();
    ELY_TRY_ASSIGN(const auto vectors, vector_tables().remove(ordinals));
    m_lost_vectors = m_lost_vectors || vectors > 0;
    m_row.vectors -= static_cast<std::int64_t>(vectors);
    return ordinals.size();
}

Result<std::uint64_t> WriteSession::remove_everything() {
    const auto objects = static_cast<std::uint64_t>(m_row.objects);
    ELY_TRY(clear_collection(m_connection, m_row));
    return objects;
}

Result<void> WriteSession::apply_tombstones() {
    if (m_dead.empty()) return {};
    std::ranges::sort(m_dead);
    SegmentTables tables(m_connection, m_row.id);
    ELY_TRY_ASSIGN(const auto segments, tables.list());
    std::size_t at = 0;
    for (std::size_t i = 0; i < segments.size() && at < m_dead.size(); ++i) {
        const auto end = i + 1 < segments.size() ? segments[i + 1].first_ordinal : ~0U;
        if (m_dead[at] >= end) continue;
        ELY_TRY_ASSIGN(auto bits, tables.tombstones(segments[i]));
        ELY_TRY_ASSIGN(const auto documents, tables.documents(segments[i].id));
        for (; at < m_dead.size() && m_dead[at] < end; ++at) {
            const auto found = std::ranges::lower_bound(documents.ordinals, m_dead[at]);
            if (found == documents.ordinals.end() || *found != m_dead[at]) {
                return fail(Code::corrupt, "an object is not in the index");
            }
            bits.set(static_cast<std::size_t>(found - documents.ordinals.begin()));
        }
        ELY_TRY(tables.put_tombstones(segments[i].id, bits));
    }
    if (at != m_dead.size()) return fail(Code::corrupt, "an object is not in the index");
    m_dead.clear();
    return {};
}

Result<void> WriteSession::merge() {
    SegmentTables tables(m_connection, m_row.id);
    while (true) {
        ELY_TRY_ASSIGN(const auto segments, tables.list());
        const auto plan = plan_merge(segments);
        if (plan.empty()) return {};
        ELY_TRY(merge_segments(tables, m_schema, std::span(segments).subspan(plan.first, plan.last - plan.first),
                               m_row.next_segment++));
    }
}

Result<void> WriteSession::finish() {
    ELY_TRY(apply_tombstones());
    ELY_TRY(merge());
    if (m_lost_vectors) ELY_TRY(vector_tables().compact(m_row.next_block));
    ++m_row.generation;
    ELY_TRY(save_collection(m_connection, m_row));
    crash_point("store.write.finished");
    return {};
}

}  // namespace ely::store::embedded
