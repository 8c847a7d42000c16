#include "store/embedded/embedded_collection.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/schema_json.hpp"
#include "store/embedded/embedded_scan.hpp"
#include "store/embedded/filter_evaluator.hpp"
#include "store/embedded/lexical_search.hpp"
#include "store/embedded/row_codec.hpp"
#include "store/embedded/vector_search.hpp"
#include "store/schema_change.hpp"

namespace ely::store::embedded {

Result<std::shared_ptr<EmbeddedCollection>> EmbeddedCollection::make(std::shared_ptr<ConnectionPool> pool,
                                                                     const CollectionRow& row, const Clock& clock) {
    ELY_TRY_ASSIGN(const auto schema, model::schema_from_json(row.schema));
    const std::shared_ptr<EmbeddedCollection> out(new EmbeddedCollection(std::move(pool), row.id, schema.name, clock));
    ELY_TRY(out->adopt_schema(row.schema));
    return out;
}

Result<const model::CollectionSchema*> EmbeddedCollection::adopt_schema(const std::string& json) {
    const std::lock_guard lock(m_schema_mutex);
    const auto known = std::ranges::find(m_schemas, json, [](const auto& entry) { return entry.first; });
    if (known != m_schemas.end()) {
        m_schema = known->second.get();
        return known->second.get();
    }
    ELY_TRY_ASSIGN(auto schema, model::schema_from_json(json));
    m_schemas.emplace_back(json, std::make_unique<const model::CollectionSchema>(std::move(schema)));
    m_schema = m_schemas.back().second.get();
    return m_schemas.back().second.get();
}

Result<CollectionRow> EmbeddedCollection::load_row(Connection& connection) const {
    ELY_TRY_ASSIGN(auto row, find_collection(connection, m_id));
    if (!row) return fail(Code::not_found, fmt::format("the collection '{}' is gone", m_name));
    return std::move(*row);
}

Result<EmbeddedCollection::Reading> EmbeddedCollection::read() {
    ELY_TRY_ASSIGN(auto lease, m_pool->lease());
    Reading out{std::move(lease), std::nullopt, {}, nullptr};
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin_read(out.lease->database()));
    out.transaction.emplace(std::move(transaction));
    ELY_TRY_ASSIGN(out.row, load_row(*out.lease));
    ELY_TRY_ASSIGN(out.schema, adopt_schema(out.row.schema));
    return out;
}

template <typename Work>
auto EmbeddedCollection::write(Work work) -> decltype(work(std::declval<WriteSession&>())) {
    const std::lock_guard lock(m_pool->write_mutex());
    ELY_TRY_ASSIGN(auto lease, m_pool->lease());
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(lease->database()));
    ELY_TRY_ASSIGN(auto row, load_row(*lease));
    ELY_TRY_ASSIGN(auto schema, model::schema_from_json(row.schema));
    WriteSession session(*lease, std::move(row), std::move(schema));
    auto result = work(session);
    if (!result) return result;
    ELY_TRY(session.finish());
    ELY_TRY(transaction.commit());
    ELY_TRY(adopt_schema(session.row().schema));
    return result;
}

Result<void> EmbeddedCollection::alter(const model::CollectionSchema& schema) {
    return write([&](WriteSession& session) -> Result<void> {
        ELY_TRY_ASSIGN(auto altered, altered_schema(session.schema(), schema));
        ELY_TRY(check_schema(altered));
        session.set_schema(std::move(altered));
        return {};
    });
}

Result<WriteResult> EmbeddedCollection::upsert(const Batch& batch) {
    const BatchView view(batch);
    return write([&](WriteSession& session) { return session.upsert(view, m_clock.now()); });
}

Result<std::uint64_t> EmbeddedCollection::set_vectors(std::span<const Uuid> ids, std::span<const float> values) {
    return write([&](WriteSession& session) { return session.set_vectors(ids, values); });
}

Result<std::uint64_t> EmbeddedCollection::remove_ids(std::span<const Uuid> ids) {
    return write([&](WriteSession& session) { return session.remove_ids(ids); });
}

Result<std::uint64_t> EmbeddedCollection::remove(const Filter& filter) {
    return write([&](WriteSession& session) -> Result<std::uint64_t> {
        if (filter.kind == Filter::Kind::everything) return session.remove_everything();
        auto& connection = session.connection();
        ELY_TRY_ASSIGN(const auto state, m_cache.documents(connection, session.row()));
        FilterEvaluator evaluator(connection, session.row(), session.schema(), *state, m_cache);
        ELY_TRY_ASSIGN(const auto found, evaluator.run(filter));
        std::vector<std::uint32_t> ordinals;
        found.for_each([&](std::size_t i) { ordinals.push_back(state->ordinal(static_cast<std::uint32_t>(i))); });
        return session.remove_ordinals(ordinals);
    });
}

Result<Bits> EmbeddedCollection::matching(Reading& reading, const DocumentState& state, const Filter& filter) {
    return FilterEvaluator(*reading.lease, reading.row, *reading.schema, state, m_cache).run(filter);
}

Result<std::unique_ptr<Scan>> EmbeddedCollection::scan(const ScanOptions& options) {
    ELY_TRY_ASSIGN(auto reading, read());
    ELY_TRY_ASSIGN(const auto state, m_cache.documents(*reading.lease, reading.row));
    ELY_TRY_ASSIGN(auto found, matching(reading, *state, options.filter));
    return EmbeddedScan::make(shared_from_this(), std::move(reading), state, std::move(found), options);
}

Result<std::vector<IdRange>> EmbeddedCollection::split(std::uint32_t parts) {
    ELY_TRY_ASSIGN(const auto reading, read());
    const auto count = std::clamp<std::int64_t>(parts, 1, std::max<std::int64_t>(reading.row.objects, 1));
    ELY_TRY_ASSIGN(auto query, reading.lease->query(fmt::format("SELECT id FROM {} ORDER BY id LIMIT 1 OFFSET ?",
                                                                table_name(m_id, "objects"))));
    std::vector<IdRange> out{{Uuid{}, std::nullopt}};
    for (std::int64_t i = 1; i < count; ++i) {
        query->bind(1, reading.row.objects * i / count);
        ELY_TRY_ASSIGN(const bool row, query->step());
        if (!row) break;
        Uuid id;
        std::ranges::copy(query->blob(0).substr(0, id.bytes.size()), id.bytes.begin());
        query->reset();
        out.back().upper = id;
        out.push_back({id, std::nullopt});
    }
    return out;
}

Result<std::vector<Hit>> EmbeddedCollection::get(std::span<const Uuid> ids,
                                                 const std::vector<std::string>& properties) {
    ELY_TRY_ASSIGN(const auto reading, read());
    ELY_TRY_ASSIGN(auto query,
                   reading.lease->query(fmt::format("SELECT data FROM {} WHERE id=?", table_name(m_id, "objects"))));
    std::vector<Hit> out;
    for (const auto& id : ids) {
        query->bind_blob_static(1, id.view());
        ELY_TRY_ASSIGN(const bool row, query->step());
        if (!row) continue;
        ELY_TRY_ASSIGN(auto values, decode_properties(*reading.schema, query->blob(0), properties));
        out.push_back({id, 0, std::move(values)});
        query->reset();
    }
    return out;
}

// The columns of the properties when the index has all their values, so that no object needs to be read.
Result<std::vector<EmbeddedCollection::KnownColumn>> EmbeddedCollection::known_columns(
    Reading& reading, const DocumentState& state, const std::vector<std::string>& properties) {
    std::vector<KnownColumn> out;
    for (const auto& name : properties) {
        const auto found = std::ranges::find(reading.schema->properties, name, &model::Property::name);
        if (found == reading.schema->properties.end()) continue;
        if (found->type != model::DataType::text || !has_value_keys(*found)) return std::vector<KnownColumn>{};
        const auto index = static_cast<std::size_t>(found - reading.schema->properties.begin());
        ELY_TRY_ASSIGN(auto column, m_cache.column(*reading.lease, reading.row, state, index));
        out.push_back({name, std::move(column)});
    }
    return out;
}

Result<model::Properties> EmbeddedCollection::read_properties(Reading& reading, std::uint32_t ordinal,
                                                              const std::vector<std::string>& properties) const {
    ELY_TRY_ASSIGN(auto query, reading.lease->query(
                                   fmt::format("SELECT data FROM {} WHERE ordinal=?", table_name(m_id, "objects"))));
    query->bind(1, static_cast<std::int64_t>(ordinal));
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return fail(Code::corrupt, "the index has an object that is not there");
    return decode_properties(*reading.schema, query->blob(0), properties);
}

Result<std::vector<Hit>> EmbeddedCollection::to_hits(Reading& reading, const DocumentState& state,
                                                     std::span<const ScoredDocument> scored,
                                                     const std::vector<std::string>& properties) {
    ELY_TRY_ASSIGN(const auto columns, known_columns(reading, state, properties));
    std::vector<Hit> out;
    out.reserve(scored.size());
    for (const auto& hit : scored) {
        model::Properties values;
        bool known = !columns.empty();
        for (const auto& [name, column] : columns) {
            const auto value = column->value_of[hit.document];
            if (value == ValueColumn::k_unknown) known = false;
            if (value < ValueColumn::k_unknown) values.emplace(name, column->values[value]);
        }
        if (!known) {
            ELY_TRY_ASSIGN(values, read_properties(reading, state.ordinal(hit.document), properties));
        }
        out.push_back({state.id(hit.document), hit.score, std::move(values)});
    }
    return out;
}

Result<std::vector<Hit>> EmbeddedCollection::search(const LexicalQuery& query,
                                                    const std::vector<std::string>& properties) {
    ELY_TRY_ASSIGN(auto reading, read());
    ELY_TRY_ASSIGN(const auto state, m_cache.documents(*reading.lease, reading.row));
    ELY_TRY_ASSIGN(const auto allowed, matching(reading, *state, query.filter));
    ELY_TRY_ASSIGN(const auto scored,
                   search_lexical(*reading.lease, reading.row, *reading.schema, *state, m_cache, query, allowed));
    return to_hits(reading, *state, scored, properties);
}

Result<std::vector<Hit>> EmbeddedCollection::search(const VectorQuery& query,
                                                    const std::vector<std::string>& properties) {
    ELY_TRY_ASSIGN(auto reading, read());
    const auto& schema = *reading.schema;
    if (schema.vectors.empty() || schema.vectors[0].name != query.name) {
        return fail(Code::usage, fmt::format("collection '{}' has no vector '{}'", m_name, query.name));
    }
    const auto& config = schema.vectors[0];
    if (reading.row.vectors == 0) return std::vector<Hit>{};
    if (query.vector.size() != config.dimensions) {
        return fail(Code::usage, fmt::format("a query of {} dimensions, where the collection '{}' has {}",
                                             query.vector.size(), m_name, config.dimensions));
    }
    if (!all_finite(query.vector)) return fail(Code::usage, "the query has an element that is no finite number");
    ELY_TRY_ASSIGN(const auto vectors, m_cache.vectors(*reading.lease, reading.row, config, true));
    ELY_TRY_ASSIGN(const auto state, m_cache.documents(*reading.lease, reading.row));
    std::optional<Bits> allowed;
    if (query.filter.kind != Filter::Kind::everything) {
        ELY_TRY_ASSIGN(allowed, matching(reading, *state, query.filter));
    }
    ELY_TRY_ASSIGN(const auto scored, search_vectors(*reading.lease, reading.row, config, *vectors, *state,
                                                     query.vector, allowed ? &*allowed : nullptr, query.limit));
    return to_hits(reading, *state, scored, properties);
}

Result<std::uint64_t> EmbeddedCollection::count(const Filter& filter) {
    ELY_TRY_ASSIGN(auto reading, read());
    if (filter.kind == Filter::Kind::everything) return static_cast<std::uint64_t>(reading.row.objects);
    ELY_TRY_ASSIGN(const auto state, m_cache.documents(*reading.lease, reading.row));
    ELY_TRY_ASSIGN(const auto found, matching(reading, *state, filter));
    return found.count();
}

Result<CollectionStats> EmbeddedCollection::stats() {
    ELY_TRY_ASSIGN(const auto reading, read());
    ELY_TRY_ASSIGN(const auto segments, SegmentTables(*reading.lease, m_id).list());
    CollectionStats out{static_cast<std::uint64_t>(reading.row.objects),
                        static_cast<std::uint64_t>(reading.row.vectors), static_cast<std::uint64_t>(reading.row.bytes)};
    for (const auto& segment : segments) out.bytes += segment.bytes;
    if (reading.schema->vectors.empty()) return out;
    const std::uint64_t dimensions = reading.schema->vectors[0].dimensions;
    out.bytes += out.vectors * (dimensions * sizeof(float) + code_stride(static_cast<std::uint32_t>(dimensions)));
    return out;
}

}  // namespace ely::store::embedded
