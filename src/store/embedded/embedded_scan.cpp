#include "store/embedded/embedded_scan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "store/embedded/row_codec.hpp"

namespace ely::store::embedded {

Result<std::unique_ptr<Scan>> EmbeddedScan::make(std::shared_ptr<EmbeddedCollection> collection,
                                                 EmbeddedCollection::Reading reading,
                                                 std::shared_ptr<const DocumentState> state, Bits found,
                                                 const ScanOptions& options) {
    std::unique_ptr<EmbeddedScan> scan(
        new EmbeddedScan(std::move(collection), std::move(reading), std::move(state), std::move(found), options));
    ELY_TRY(scan->choose_properties(options.properties));
    const auto& row = scan->m_reading.row;
    if (scan->m_found.count() * 16 < static_cast<std::size_t>(row.objects)) {
        scan->collect_few(options.range);
        return std::unique_ptr<Scan>(std::move(scan));
    }
    const char* upper = options.range.upper ? "AND id < ?2" : "";
    ELY_TRY_ASSIGN(auto ids,
                   scan->m_reading.lease->query(fmt::format("SELECT ordinal FROM {} WHERE id >= ?1 {} ORDER BY id",
                                                            table_name(row.id, "objects"), upper)));
    ids->bind_blob(1, options.range.lower.view());
    if (options.range.upper) ids->bind_blob(2, options.range.upper->view());
    scan->m_ids.emplace(std::move(ids));
    return std::unique_ptr<Scan>(std::move(scan));
}

Result<void> EmbeddedScan::choose_properties(const std::vector<std::string>& names) {
    const auto& schema = *m_reading.schema;
    for (const auto& name : names) {
        if (schema.find(name) == nullptr) {
            return fail(Code::usage, fmt::format("collection '{}' has no property '{}'", schema.name, name));
        }
    }
    auto chosen = schema;
    chosen.properties.clear();
    for (std::size_t i = 0; i < schema.properties.size(); ++i) {
        if (!names.empty() && std::ranges::find(names, schema.properties[i].name) == names.end()) continue;
        chosen.properties.push_back(schema.properties[i]);
        m_properties.push_back(i);
    }
    ELY_TRY_ASSIGN(auto builder, BatchBuilder::create(chosen, m_vectors));
    m_builder.emplace(std::move(builder));
    return {};
}

void EmbeddedScan::collect_few(const IdRange& range) {
    std::vector<std::pair<Uuid, std::uint32_t>> found;
    m_found.for_each([&](std::size_t i) {
        const auto document = static_cast<std::uint32_t>(i);
        const auto& id = m_state->id(document);
        if (id < range.lower || (range.upper && id >= *range.upper)) return;
        found.emplace_back(id, m_state->ordinal(document));
    });
    std::ranges::sort(found);
    m_few.emplace();
    for (const auto& [id, ordinal] : found) m_few->push_back(ordinal);
}

Result<std::optional<std::uint32_t>> EmbeddedScan::next_ordinal() {
    if (m_few) {
        if (m_few_at == m_few->size()) return std::optional<std::uint32_t>();
        return std::optional((*m_few)[m_few_at++]);
    }
    while (!m_at_end) {
        ELY_TRY_ASSIGN(const bool row, (*m_ids)->step());
        if (!row) {
            m_at_end = true;
            break;
        }
        const auto ordinal = static_cast<std::uint32_t>((*m_ids)->integer(0));
        const auto document = m_state->document(ordinal);
        if (!document) return fail(Code::corrupt, "an object is not in the index");
        if (m_found.get(*document)) return std::optional(ordinal);
    }
    return std::optional<std::uint32_t>();
}

Result<void> EmbeddedScan::append(std::uint32_t ordinal) {
    const auto& schema = *m_reading.schema;
    ELY_TRY_ASSIGN(auto query,
                   m_reading.lease->query(fmt::format("SELECT id, created, updated, data FROM {} WHERE ordinal=?",
                                                      table_name(m_reading.row.id, "objects"))));
    query->bind(1, static_cast<std::int64_t>(ordinal));
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return fail(Code::corrupt, "the index has an object that is not there");
    Uuid id;
    std::ranges::copy(query->blob(0).substr(0, id.bytes.size()), id.bytes.begin());
    const ObjectTimes times{Timestamp(std::chrono::milliseconds(query->integer(1))),
                            Timestamp(std::chrono::milliseconds(query->integer(2)))};
    ELY_TRY_ASSIGN(const auto cells, decode_row(schema, query->blob(3)));
    std::vector<Cell> chosen;
    for (const auto property : m_properties) chosen.push_back(cells[property]);
    std::vector<float> vector;
    if (m_vectors) {
        const auto& config = schema.vectors[0];
        VectorTables tables(*m_reading.lease, m_reading.row.id, config.dimensions, config.distance);
        ELY_TRY_ASSIGN(vector, tables.vector(ordinal));
    }
    return m_builder->append_cells(id, chosen, vector, times);
}

Result<Batch> EmbeddedScan::next() {
    while (m_builder->rows() < m_batch_rows) {
        ELY_TRY_ASSIGN(const auto ordinal, next_ordinal());
        if (!ordinal) break;
        ELY_TRY(append(*ordinal));
    }
    if (m_builder->rows() == 0) return Batch{};
    return m_builder->finish();
}

}  // namespace ely::store::embedded
