#pragma once

// Objects to one segment of the lexical index, in memory: terms with their postings, the lengths of fields, ordinals.
// What a segment is made of stands in doc/formats/embedded-store.md. It knows nothing of SQL.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "model/collection_schema.hpp"
#include "store/batch/cell.hpp"
#include "store/embedded/postings.hpp"
#include "store/words/tokenizer.hpp"

namespace ely::store::embedded {

// Keys of the dictionary. A filterable text property has one key for each value, one for objects without the property,
// one for objects whose value is too long to be a key; a searchable text gives a key for each term.
inline constexpr std::size_t k_max_key_value = 250;
enum class KeyKind : char { null = 1, long_value = 2, value = 3 };
[[nodiscard]] std::string property_key(std::size_t property, KeyKind kind, std::string_view value = {});
[[nodiscard]] std::string term_key(std::string_view term);

// Whether a store keeps the property's values as keys, and whether its words are terms.
[[nodiscard]] bool has_value_keys(const model::Property& property);
[[nodiscard]] bool has_terms(const model::Property& property);

// How long each field of each document is, in terms; documents are numbered within the segment.
struct DocumentTable {
    std::vector<std::uint32_t> ordinals;  // ascending
    std::vector<Uuid> ids;
    std::vector<std::vector<std::uint32_t>> lengths;  // by property, then document; empty: none has the field
};
[[nodiscard]] std::string encode_documents(const DocumentTable& table);
[[nodiscard]] Result<DocumentTable> decode_documents(std::string_view bytes);

class SegmentBuilder {
  public:
    explicit SegmentBuilder(const model::CollectionSchema& schema);

    // Ordinals must ascend.
    void add(std::uint32_t ordinal, const Uuid& id, std::span<const Cell> cells);

    [[nodiscard]] const DocumentTable& documents() const { return m_documents; }

    using Emit = std::function<Result<void>(std::string_view key, std::string_view postings)>;
    // Every key in ascending order with its encoded postings. Call once.
    [[nodiscard]] Result<void> emit_all(const Emit& emit);

  private:
    struct Key {
        std::uint32_t start = 0;
        std::uint32_t size = 0;
        std::uint32_t last = 0;   // its last record, one more than the index; 0: none
        std::uint32_t count = 0;  // of its records
    };
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t key = 0;  // index into m_keys, one more; 0: free
    };
    struct Record {
        std::uint32_t key;
        Posting posting;
    };

    void add_terms(std::size_t property, std::string_view text);
    void add_values(std::size_t property, const Cell& cell);
    void add_key(std::string_view key, std::uint8_t field);
    std::uint32_t find_key(std::string_view key);
    void grow();
    [[nodiscard]] std::string_view key_bytes(const Key& key) const { return {m_bytes.data() + key.start, key.size}; }

    const model::CollectionSchema& m_schema;
    DocumentTable m_documents;
    words::Tokenizer m_tokenizer;
    std::string m_bytes;  // of all keys
    std::vector<Key> m_keys;
    std::vector<Slot> m_slots;  // open addressing
    std::vector<Record> m_records;
    std::string m_scratch;
};

}  // namespace ely::store::embedded
