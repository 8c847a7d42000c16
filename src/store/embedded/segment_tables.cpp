#include "store/embedded/segment_tables.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <fmt/format.h>

namespace ely::store::embedded {
namespace {

constexpr std::size_t k_block_bytes = 3900;

tl::unexpected<Error> damaged_block() {
    return fail(Code::corrupt, "a block of the lexical index is damaged");
}

}  // namespace

std::size_t Bits::count() const {
    return std::transform_reduce(m_words.begin(), m_words.end(), std::size_t{0}, std::plus<>(),
                                 [](std::uint64_t word) { return static_cast<std::size_t>(std::popcount(word)); });
}

Bits& Bits::operator&=(const Bits& other) {
    for (std::size_t i = 0; i < m_words.size(); ++i) m_words[i] &= other.m_words[i];
    return *this;
}
Bits& Bits::operator|=(const Bits& other) {
    for (std::size_t i = 0; i < m_words.size(); ++i) m_words[i] |= other.m_words[i];
    return *this;
}
Bits& Bits::operator-=(const Bits& other) {
    for (std::size_t i = 0; i < m_words.size(); ++i) m_words[i] &= ~other.m_words[i];
    return *this;
}

std::string Bits::bytes() const {
    return {reinterpret_cast<const char*>(m_words.data()), m_words.size() * sizeof(std::uint64_t)};
}

Bits Bits::from_bytes(std::string_view bytes, std::size_t size) {
    Bits out(size);
    if (size == 0 || bytes.empty()) return out;
    std::memcpy(out.m_words.data(), bytes.data(), std::min(bytes.size(), out.m_words.size() * sizeof(std::uint64_t)));
    out.trim();
    return out;
}

std::string table_name(std::int64_t collection, std::string_view what) {
    return fmt::format("c{}_{}", collection, what);
}

Result<std::vector<SegmentRow>> SegmentTables::list() {
    ELY_TRY_ASSIGN(auto query,
                   m_connection.query(fmt::format("SELECT segment, first_ordinal, documents, deleted, bytes FROM {} "
                                                  "ORDER BY first_ordinal",
                                                  name("segments"))));
    std::vector<SegmentRow> out;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query->step());
        if (!row) return out;
        out.push_back({query->integer(0), static_cast<std::uint32_t>(query->integer(1)),
                       static_cast<std::uint32_t>(query->integer(2)), static_cast<std::uint32_t>(query->integer(3)),
                       static_cast<std::uint64_t>(query->integer(4))});
    }
}

Result<DocumentTable> SegmentTables::documents(std::int64_t segment) {
    ELY_TRY_ASSIGN(auto query,
                   m_connection.query(fmt::format("SELECT data FROM {} WHERE segment=?", name("documents"))));
    query->bind(1, segment);
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return fail(Code::corrupt, "a segment has no table of documents");
    return decode_documents(query->blob(0));
}

Result<Bits> SegmentTables::tombstones(const SegmentRow& segment) {
    if (segment.deleted == 0) return Bits(segment.documents);
    ELY_TRY_ASSIGN(auto query,
                   m_connection.query(fmt::format("SELECT bits FROM {} WHERE segment=?", name("tombstones"))));
    query->bind(1, segment.id);
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return fail(Code::corrupt, "a segment has no tombstones");
    auto out = Bits::from_bytes(query->blob(0), segment.documents);
    if (out.count() != segment.deleted) return fail(Code::corrupt, "a segment's tombstones do not add up");
    return out;
}

Result<void> SegmentTables::find(std::int64_t segment, std::string_view key, const FoundKey& found) {
    ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("SELECT data FROM {} WHERE segment=? AND first<=? ORDER "
                                                              "BY first DESC LIMIT 1",
                                                              name("terms"))));
    query->bind(1, segment).bind_blob(2, key);
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return {};
    BlockReader reader(query->blob(0));
    while (reader.next()) {
        const auto order = reader.key().compare(key);
        if (order > 0) return {};
        if (order < 0) continue;
        ELY_TRY(found(reader.key(), reader.postings()));
        return {};
    }
    if (!reader.ok()) return damaged_block();
    return {};
}

Result<void> SegmentTables::each_key(std::int64_t segment, std::string_view from, const FoundKey& found) {
    ELY_TRY_ASSIGN(auto query,
                   m_connection.query(fmt::format(
                       "SELECT data FROM {0} WHERE segment=?1 AND first >= coalesce((SELECT first FROM {0} WHERE "
                       "segment=?1 AND first<=?2 ORDER BY first DESC LIMIT 1), x'') ORDER BY first",
                       name("terms"))));
    query->bind(1, segment).bind_blob(2, from);
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query->step());
        if (!row) return {};
        BlockReader reader(query->blob(0));
        while (reader.next()) {
            if (reader.key() < from) continue;
            ELY_TRY_ASSIGN(const bool more, found(reader.key(), reader.postings()));
            if (!more) return {};
        }
        if (!reader.ok()) return damaged_block();
    }
}

Result<void> SegmentTables::put_tombstones(std::int64_t segment, const Bits& tombstones) {
    ELY_TRY_ASSIGN(auto bits, m_connection.query(fmt::format("INSERT OR REPLACE INTO {}(segment, bits) VALUES(?, ?)",
                                                             name("tombstones"))));
    bits->bind(1, segment).bind_blob(2, tombstones.bytes());
    ELY_TRY(bits->run());
    ELY_TRY_ASSIGN(auto row,
                   m_connection.query(fmt::format("UPDATE {} SET deleted=? WHERE segment=?", name("segments"))));
    row->bind(1, static_cast<std::int64_t>(tombstones.count())).bind(2, segment);
    return row->run();
}

Result<void> SegmentTables::put_segment(const SegmentRow& segment, const DocumentTable& documents) {
    const auto data = encode_documents(documents);
    ELY_TRY_ASSIGN(auto table,
                   m_connection.query(fmt::format("INSERT INTO {}(segment, data) VALUES(?, ?)", name("documents"))));
    table->bind(1, segment.id).bind_blob_static(2, data);
    ELY_TRY(table->run());
    ELY_TRY_ASSIGN(auto row,
                   m_connection.query(fmt::format("INSERT INTO {}(segment, first_ordinal, documents, deleted, "
                                                  "bytes) VALUES(?, ?, ?, ?, ?)",
                                                  name("segments"))));
    row->bind(1, segment.id)
        .bind(2, static_cast<std::int64_t>(segment.first_ordinal))
        .bind(3, static_cast<std::int64_t>(segment.documents))
        .bind(4, static_cast<std::int64_t>(segment.deleted))
        .bind(5, static_cast<std::int64_t>(segment.bytes + data.size()));
    return row->run();
}

Result<void> SegmentTables::put_block(std::int64_t segment, std::string_view first, std::string_view data) {
    ELY_TRY_ASSIGN(auto query, m_connection.query(
                                   fmt::format("INSERT INTO {}(segment, first, data) VALUES(?, ?, ?)", name("terms"))));
    query->bind(1, segment).bind_blob_static(2, first).bind_blob_static(3, data);
    return query->run();
}

Result<void> SegmentTables::remove(std::int64_t segment) {
    for (const auto* what : {"terms", "documents", "tombstones", "segments"}) {
        ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("DELETE FROM {} WHERE segment=?", name(what))));
        query->bind(1, segment);
        ELY_TRY(query->run());
    }
    return {};
}

Result<void> BlockWriter::add(std::string_view key, std::string_view postings) {
    if (m_data.size() + postings.size() > k_block_bytes && !m_data.empty()) ELY_TRY(finish());
    if (m_data.empty()) {
        m_first = key;
        m_previous.clear();
    }
    const auto limit = std::min(key.size(), m_previous.size());
    std::size_t shared = 0;
    while (shared < limit && key[shared] == m_previous[shared]) ++shared;
    put_varint(m_data, shared);
    put_bytes(m_data, key.substr(shared));
    put_bytes(m_data, postings);
    m_previous = key;
    return {};
}

Result<void> BlockWriter::finish() {
    if (m_data.empty()) return {};
    ELY_TRY(m_tables.put_block(m_segment, m_first, m_data));
    m_bytes += m_data.size();
    m_data.clear();
    return {};
}

bool BlockReader::next() {
    if (m_in.at_end()) return false;
    const auto shared = m_in.varint();
    const auto rest = m_in.bytes();
    m_postings = m_in.bytes();
    if (!m_in.ok() || shared > m_key.size()) {
        (void)m_in.take(~0ULL);
        return false;
    }
    m_key.resize(shared);
    m_key += rest;
    return true;
}

}  // namespace ely::store::embedded
