#include "store/embedded/segment_merge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/crash_point.hpp"

namespace ely::store::embedded {
namespace {

constexpr std::uint32_t k_gone = ~0U;
constexpr std::uint32_t k_merge_width = 4;
constexpr std::uint32_t k_smallest_tier = 256;

std::uint32_t living(const SegmentRow& segment) {
    return segment.documents - segment.deleted;
}

// Segments of a tier differ at most by a factor of the merge's width.
unsigned tier_of(const SegmentRow& segment) {
    unsigned out = 0;
    for (auto size = living(segment); size > k_smallest_tier; size /= k_merge_width) ++out;
    return out;
}

// One input's keys in order. Segments that were written before a property existed have no keys for it: `missing` holds
// those that say "null" for all their documents.
class Source {
  public:
    Source(SegmentTables& tables, const SegmentRow& row) : m_tables(tables), m_row(row) {}

    Result<void> open(const model::CollectionSchema& schema, DocumentTable& merged) {
        ELY_TRY_ASSIGN(const auto tombstones, m_tables.tombstones(m_row));
        ELY_TRY_ASSIGN(const auto table, m_tables.documents(m_row.id));
        add_documents(table, tombstones, merged);
        add_missing(schema, table.lengths.size());
        ELY_TRY_ASSIGN(m_statement, m_tables.connection().database().prepare(
                                        fmt::format("SELECT data FROM {} WHERE segment=? ORDER BY first",
                                                    table_name(m_tables.collection(), "terms"))));
        m_statement.bind(1, m_row.id);
        return advance();
    }

    [[nodiscard]] bool at_end() const { return m_at_end && m_missing.empty(); }
    [[nodiscard]] std::string_view key() const {
        if (m_at_end) return m_missing.front().first;
        if (!m_missing.empty() && m_missing.front().first < m_reader.key()) return m_missing.front().first;
        return m_reader.key();
    }

    // Adds the present key's postings of living documents, and goes on to the next key.
    Result<void> take(std::vector<Posting>& out) {
        const bool from_missing = !m_missing.empty() && key() == std::string_view(m_missing.front().first);
        const auto bytes = from_missing ? std::string_view(m_missing.front().second) : m_reader.postings();
        bool inside = true;
        const bool good = decode_postings(bytes, [&](Posting posting) {
            if (posting.document >= m_numbers.size()) {
                inside = false;
                return;
            }
            posting.document = m_numbers[posting.document];
            if (posting.document != k_gone) out.push_back(posting);
        });
        if (!good || !inside) return fail(Code::corrupt, "postings of the lexical index are damaged");
        if (!from_missing) return advance();
        m_missing.erase(m_missing.begin());
        return {};
    }

  private:
    void add_documents(const DocumentTable& table, const Bits& tombstones, DocumentTable& merged) {
        m_numbers.assign(table.ordinals.size(), k_gone);
        for (std::size_t i = 0; i < table.ordinals.size(); ++i) {
            if (tombstones.get(i)) continue;
            m_numbers[i] = static_cast<std::uint32_t>(merged.ordinals.size());
            merged.ordinals.push_back(table.ordinals[i]);
            merged.ids.push_back(table.ids[i]);
            for (std::size_t field = 0; field < table.lengths.size(); ++field) {
                if (table.lengths[field].empty()) continue;
                merged.lengths[field].resize(merged.ordinals.size());
                merged.lengths[field].back() = table.lengths[field][i];
            }
        }
    }

    void add_missing(const model::CollectionSchema& schema, std::size_t known) {
        std::vector<Posting> all;
        for (std::uint32_t i = 0; i < m_numbers.size(); ++i) all.push_back({i, 1, 0});
        for (auto i = known; i < schema.properties.size(); ++i) {
            if (!has_value_keys(schema.properties[i])) continue;
            for (auto& posting : all) posting.field = static_cast<std::uint8_t>(i);
            std::string bytes;
            encode_postings(bytes, all);
            m_missing.emplace_back(property_key(i, KeyKind::null), std::move(bytes));
        }
    }

    Result<void> advance() {
        while (!m_reader.next()) {
            if (!m_reader.ok()) return fail(Code::corrupt, "a block of the lexical index is damaged");
            ELY_TRY_ASSIGN(const bool row, m_statement.step());
            if (!row) {
                m_at_end = true;
                return {};
            }
            m_block = m_statement.blob(0);
            m_reader = BlockReader(m_block);
        }
        return {};
    }

    SegmentTables& m_tables;
    const SegmentRow m_row;
    std::vector<std::uint32_t> m_numbers;  // of documents, in the merged segment
    std::vector<std::pair<std::string, std::string>> m_missing;
    sqlite::Statement m_statement;
    std::string m_block;
    BlockReader m_reader{{}};
    bool m_at_end = false;
};

Result<std::uint64_t> merge_keys(SegmentTables& tables, std::vector<Source>& sources, std::int64_t id) {
    BlockWriter writer(tables, id);
    std::vector<Posting> postings;
    std::string key;
    std::string encoded;
    while (true) {
        const Source* least = nullptr;
        for (const auto& source : sources) {
            if (!source.at_end() && (least == nullptr || source.key() < least->key())) least = &source;
        }
        if (least == nullptr) break;
        key = least->key();
        postings.clear();
        for (auto& source : sources) {
            if (!source.at_end() && source.key() == key) ELY_TRY(source.take(postings));
        }
        if (postings.empty()) continue;
        encoded.clear();
        encode_postings(encoded, postings);
        ELY_TRY(writer.add(key, encoded));
    }
    ELY_TRY(writer.finish());
    return writer.bytes();
}

}  // namespace

MergePlan plan_merge(std::span<const SegmentRow> segments) {
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (segments[i].deleted * 2 > segments[i].documents) return {i, i + 1};
    }
    std::vector<unsigned> tiers(segments.size());
    for (auto i = segments.size(); i-- > 0;) {
        tiers[i] = tier_of(segments[i]);
        if (i + 1 < segments.size()) tiers[i] = std::max(tiers[i], tiers[i + 1]);
    }
    for (auto last = segments.size(); last > 0;) {
        auto first = last;
        while (first > 0 && tiers[first - 1] == tiers[last - 1]) --first;
        if (last - first >= k_merge_width) return {first, last};
        last = first;
    }
    return {};
}

Result<void> merge_segments(SegmentTables& tables, const model::CollectionSchema& schema,
                            std::span<const SegmentRow> inputs, std::int64_t id) {
    crash_point("store.merge.begin");
    DocumentTable merged;
    merged.lengths.resize(schema.properties.size());
    std::uint64_t bytes = 0;
    {
        std::vector<Source> sources;
        sources.reserve(inputs.size());
        for (const auto& input : inputs) {
            ELY_TRY(sources.emplace_back(tables, input).open(schema, merged));
        }
        for (auto& lengths : merged.lengths) {
            if (!lengths.empty()) lengths.resize(merged.ordinals.size());
        }
        ELY_TRY_ASSIGN(bytes, merge_keys(tables, sources, id));
    }
    if (!merged.ordinals.empty()) {
        ELY_TRY(tables.put_segment(
            {id, merged.ordinals.front(), static_cast<std::uint32_t>(merged.ordinals.size()), 0, bytes}, merged));
    }
    crash_point("store.merge.written");
    for (const auto& input : inputs) ELY_TRY(tables.remove(input.id));
    return {};
}

}  // namespace ely::store::embedded
