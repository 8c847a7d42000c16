#include "store/weaviate/weaviate_scan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "store/batch/batch.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::uint32_t k_most_rows = 5000;  // a page stays below what the server gives at once

// The id before, in byte order; nullopt before the first one.
std::optional<Uuid> id_before(Uuid id) {
    for (std::size_t i = id.bytes.size(); i-- > 0;) {
        if (id.bytes[i]-- != 0) return id;
    }
    return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Scan>> WeaviateScan::make(std::shared_ptr<WeaviateCollection> collection,
                                                 const ScanOptions& options) {
    const auto& schema = collection->schema();
    for (const auto& name : options.properties) {
        if (schema.find(name) == nullptr) {
            return fail(Code::usage, fmt::format("collection '{}' has no property '{}'", schema.name, name));
        }
    }
    std::unique_ptr<WeaviateScan> out(new WeaviateScan(std::move(collection), options));
    if (!options.properties.empty()) {
        std::erase_if(out->m_shown.schema.properties, [&](const model::Property& property) {
            return std::ranges::find(options.properties, property.name) == options.properties.end();
        });
        out->m_requested = options.properties;
        const auto compared = compared_properties(options.filter);
        out->m_requested.insert(out->m_requested.end(), compared.begin(), compared.end());
    }
    out->m_last = id_before(options.range.lower);
    return std::unique_ptr<Scan>(std::move(out));
}

Result<ArenaMessage<wire::SearchReply>> WeaviateScan::page() {
    auto request = m_collection->search_request(m_requested);
    request.set_limit(std::clamp<std::uint32_t>(m_options.batch_rows, 1, k_most_rows));
    if (m_last) request.set_after(m_last->text());
    auto& metadata = *request.mutable_metadata();
    metadata.set_creation_time_unix(true);
    metadata.set_last_update_time_unix(true);
    if (m_options.vectors || compares_vector(m_options.filter)) {
        const auto& name = m_collection->target().vector_name;
        name.empty() ? metadata.set_vector(true) : metadata.add_vectors(name);
    }
    return m_collection->m_server->search(m_collection->target(), request);
}

bool WeaviateScan::wanted(const wire::SearchResult& result, const Uuid& id, ObjectDecoder& decoder) const {
    if (id < m_options.range.lower || (m_options.range.upper && !(id < *m_options.range.upper))) return false;
    if (m_options.filter.kind == Filter::Kind::everything) return true;
    const auto compared = compared_properties(m_options.filter);
    const auto properties = compared.empty() ? model::Properties() : decoder.properties(result, compared);
    return matches(m_options.filter, properties, id.text(), !decoder.vector(result).empty());
}

Result<Batch> WeaviateScan::next() {
    while (!m_ended) {
        ELY_TRY_ASSIGN(const auto reply, page());
        ELY_TRY_ASSIGN(auto builder, BatchBuilder::create(m_shown.schema, m_options.vectors));
        ObjectDecoder decoder(m_shown);
        ObjectDecoder whole(m_collection->target());
        for (const auto& result : reply->results()) {
            ELY_TRY_ASSIGN(const auto id, ObjectDecoder::id(result));
            // Behind nil the server begins at the start, nil itself included.
            if (m_last && id <= *m_last) continue;
            if (m_options.range.upper && !(id < *m_options.range.upper)) {
                m_ended = true;
                break;
            }
            m_last = id;
            if (!wanted(result, id, whole)) continue;
            const auto vector = m_options.vectors ? decoder.vector(result) : std::span<const float>();
            ELY_TRY(builder.append_cells(id, decoder.cells(result), vector, ObjectDecoder::times(result)));
        }
        if (reply->results().empty()) m_ended = true;
        if (builder.rows() > 0) return builder.finish();
    }
    return Batch();
}

}  // namespace ely::store::weaviate
