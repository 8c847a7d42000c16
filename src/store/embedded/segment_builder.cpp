#include "store/embedded/segment_builder.hpp"

#include <algorithm>
#include <cstring>

#include "store/schema_change.hpp"

namespace ely::store::embedded {
namespace {

constexpr char k_property_keys = 1;
constexpr char k_term_keys = 2;

std::uint64_t hash_bytes(std::string_view bytes) {
    constexpr std::uint64_t k_multiplier = 0x9E3779B97F4A7C15ULL;
    std::uint64_t out = bytes.size() * k_multiplier;
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + at, 8);
        out = (out ^ word) * k_multiplier;
        out ^= out >> 29U;
    }
    std::uint64_t tail = 0;
    if (at < bytes.size()) std::memcpy(&tail, bytes.data() + at, bytes.size() - at);
    out = (out ^ tail) * k_multiplier;
    return out ^ (out >> 32U);
}

// The first eight bytes as a number that orders as they do.
std::uint64_t first_bytes(std::string_view bytes) {
    std::uint64_t out = 0;
    if (!bytes.empty()) std::memcpy(&out, bytes.data(), std::min<std::size_t>(bytes.size(), sizeof out));
    return __builtin_bswap64(out);
}

void put_width(std::string& out, std::span<const std::uint32_t> values, std::uint8_t width) {
    for (const auto value : values) out.append(reinterpret_cast<const char*>(&value), width);
}

std::uint8_t width_of(std::span<const std::uint32_t> values) {
    const auto largest = values.empty() ? 0 : *std::ranges::max_element(values);
    if (largest == 0) return 0;
    if (largest < 0x100) return 1;
    return largest < 0x10000 ? 2 : 4;
}

template <typename T>
void read_width(std::string_view bytes, std::vector<std::uint32_t>& out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
        out[i] = value;
    }
}

}  // namespace

std::string property_key(std::size_t property, KeyKind kind, std::string_view value) {
    std::string out{k_property_keys, static_cast<char>(property), static_cast<char>(kind)};
    return out.append(value);
}

std::string term_key(std::string_view term) {
    return std::string(1, k_term_keys).append(term);
}

bool has_value_keys(const model::Property& property) {
    const bool text = property.type == model::DataType::text || property.type == model::DataType::text_array;
    return text && property.filterable;
}

bool has_terms(const model::Property& property) {
    const bool text = property.type == model::DataType::text || property.type == model::DataType::text_array;
    return text && property.searchable;
}

std::string encode_documents(const DocumentTable& table) {
    std::string out;
    put_varint(out, table.ordinals.size());
    put_varint(out, table.lengths.size());
    put_width(out, table.ordinals, 4);
    for (const auto& id : table.ids) out.append(id.view());
    for (const auto& lengths : table.lengths) {
        const auto width = width_of(lengths);
        put_varint(out, width);
        put_width(out, lengths, width);
    }
    return out;
}

Result<DocumentTable> decode_documents(std::string_view bytes) {
    DocumentTable out;
    Decoder in(bytes);
    const auto documents = in.varint();
    const auto fields = in.varint();
    const auto ordinals = in.take(documents * 4);
    const auto ids = in.take(documents * sizeof(Uuid));
    if (!in.ok() || fields > k_max_properties) return fail(Code::corrupt, "a segment's documents are damaged");
    out.ordinals.resize(documents);
    read_width<std::uint32_t>(ordinals, out.ordinals);
    out.ids.resize(documents);
    if (!ids.empty()) std::memcpy(out.ids.data(), ids.data(), ids.size());
    out.lengths.resize(fields);
    for (auto& lengths : out.lengths) {
        const auto width = in.varint();
        const auto values = in.take(documents * width);
        if (!in.ok() || width == 3 || width > 4) return fail(Code::corrupt, "a segment's lengths are damaged");
        if (width == 0) continue;
        lengths.resize(documents);
        if (width == 1) read_width<std::uint8_t>(values, lengths);
        if (width == 2) read_width<std::uint16_t>(values, lengths);
        if (width == 4) read_width<std::uint32_t>(values, lengths);
    }
    if (!in.at_end()) return fail(Code::corrupt, "a segment's documents have more bytes than they should");
    return out;
}

SegmentBuilder::SegmentBuilder(const model::CollectionSchema& schema) : m_schema(schema), m_slots(1U << 12U) {
    m_documents.lengths.resize(schema.properties.size());
}

void SegmentBuilder::add(std::uint32_t ordinal, const Uuid& id, std::span<const Cell> cells) {
    m_documents.ordinals.push_back(ordinal);
    m_documents.ids.push_back(id);
    const auto documents = m_documents.ordinals.size();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto& property = m_schema.properties[i];
        if (has_value_keys(property)) add_values(i, cells[i]);
        if (!has_terms(property)) continue;
        m_documents.lengths[i].resize(documents);
        if (const auto* list = std::get_if<std::vector<std::string_view>>(&cells[i].data)) {
            for (const auto text : *list) add_terms(i, text);
        } else {
            add_terms(i, cells[i].bytes());
        }
    }
}

void SegmentBuilder::add_terms(std::size_t property, std::string_view text) {
    std::uint32_t length = 0;
    m_tokenizer.run(text, [&](const words::Term& term) {
        m_scratch.assign(1, k_term_keys);
        m_scratch.append(term.text);
        add_key(m_scratch, static_cast<std::uint8_t>(property));
        if (term.kind != words::TermKind::dotted_name) ++length;
    });
    m_documents.lengths[property].back() += length;
}

void SegmentBuilder::add_values(std::size_t property, const Cell& cell) {
    const auto field = static_cast<std::uint8_t>(property);
    if (cell.is_null()) return add_key(property_key(property, KeyKind::null), field);
    const auto add_value = [&](std::string_view value) {
        if (value.size() > k_max_key_value) return add_key(property_key(property, KeyKind::long_value), field);
        add_key(property_key(property, KeyKind::value, value), field);
    };
    if (const auto* list = std::get_if<std::vector<std::string_view>>(&cell.data)) {
        for (const auto text : *list) add_value(text);
    } else {
        add_value(cell.bytes());
    }
}

void SegmentBuilder::add_key(std::string_view bytes, std::uint8_t field) {
    const auto index = find_key(bytes);
    auto& key = m_keys[index];
    const auto document = static_cast<std::uint32_t>(m_documents.ordinals.size() - 1);
    if (key.last != 0) {
        auto& posting = m_records[key.last - 1].posting;
        if (posting.document == document && posting.field == field) {
            ++posting.frequency;
            return;
        }
    }
    m_records.push_back({index, {document, 1, field}});
    key.last = static_cast<std::uint32_t>(m_records.size());
    ++key.count;
}

std::uint32_t SegmentBuilder::find_key(std::string_view bytes) {
    const auto hash = static_cast<std::uint32_t>(hash_bytes(bytes));
    const auto mask = m_slots.size() - 1;
    auto slot = hash & mask;
    for (; m_slots[slot].key != 0; slot = (slot + 1) & mask) {
        if (m_slots[slot].hash != hash) continue;
        if (key_bytes(m_keys[m_slots[slot].key - 1]) == bytes) return m_slots[slot].key - 1;
    }
    const auto index = static_cast<std::uint32_t>(m_keys.size());
    m_keys.push_back({static_cast<std::uint32_t>(m_bytes.size()), static_cast<std::uint32_t>(bytes.size()), 0, 0});
    m_bytes += bytes;
    m_slots[slot] = {hash, index + 1};
    if (m_keys.size() * 2 > m_slots.size()) grow();
    return index;
}

void SegmentBuilder::grow() {
    const auto old = std::exchange(m_slots, std::vector<Slot>(m_slots.size() * 2));
    const auto mask = m_slots.size() - 1;
    for (const auto& entry : old) {
        if (entry.key == 0) continue;
        auto slot = entry.hash & mask;
        while (m_slots[slot].key != 0) slot = (slot + 1) & mask;
        m_slots[slot] = entry;
    }
}

Result<void> SegmentBuilder::emit_all(const Emit& emit) {
    std::vector<std::uint32_t> starts(m_keys.size() + 1);
    for (std::size_t i = 0; i < m_keys.size(); ++i) starts[i + 1] = starts[i] + m_keys[i].count;
    std::vector<Posting> postings(m_records.size());
    auto next = starts;
    for (const auto& record : m_records) postings[next[record.key]++] = record.posting;

    // By the first eight bytes as a number, then by the rest: most comparisons touch no key.
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    order.reserve(m_keys.size());
    for (std::uint32_t i = 0; i < m_keys.size(); ++i) order.emplace_back(first_bytes(key_bytes(m_keys[i])), i);
    std::ranges::sort(order, [&](const auto& a, const auto& b) {
        if (a.first != b.first) return a.first < b.first;
        return key_bytes(m_keys[a.second]) < key_bytes(m_keys[b.second]);
    });
    std::string encoded;
    for (const auto& [prefix, index] : order) {
        encoded.clear();
        encode_postings(encoded, std::span(postings).subspan(starts[index], m_keys[index].count));
        ELY_TRY(emit(key_bytes(m_keys[index]), encoded));
    }
    return {};
}

}  // namespace ely::store::embedded
