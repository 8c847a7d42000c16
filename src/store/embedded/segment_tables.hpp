#pragma once

// Segments as rows: where the lexical index's blocks, document tables and tombstones stand in SQLite, and how one key
// is found there. Callers hold a transaction. doc/formats/embedded-store.md, "Segments".

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/embedded/connection.hpp"
#include "store/embedded/segment_builder.hpp"

namespace ely::store::embedded {

// A set of documents or of slots, one bit each.
class Bits {
  public:
    Bits() = default;
    explicit Bits(std::size_t size, bool value = false) : m_size(size), m_words((size + 63) / 64, value ? ~0ULL : 0) {
        trim();
    }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool get(std::size_t i) const { return ((m_words[i >> 6U] >> (i & 63U)) & 1U) != 0; }
    void set(std::size_t i) { m_words[i >> 6U] |= 1ULL << (i & 63U); }
    void reset(std::size_t i) { m_words[i >> 6U] &= ~(1ULL << (i & 63U)); }
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] bool none() const { return count() == 0; }
    // Both sides of one size.
    Bits& operator&=(const Bits& other);
    Bits& operator|=(const Bits& other);
    // Takes away what `other` has.
    Bits& operator-=(const Bits& other);
    template <typename Visit>
    void for_each(Visit visit) const {
        for (std::size_t word = 0; word < m_words.size(); ++word) {
            for (auto left = m_words[word]; left != 0; left &= left - 1) {
                visit(word * 64 + static_cast<std::size_t>(std::countr_zero(left)));
            }
        }
    }
    [[nodiscard]] std::string bytes() const;
    static Bits from_bytes(std::string_view bytes, std::size_t size);

  private:
    void trim() {
        if (m_size % 64 != 0) m_words.back() &= (1ULL << (m_size % 64)) - 1;
    }
    std::size_t m_size = 0;
    std::vector<std::uint64_t> m_words;
};

struct SegmentRow {
    std::int64_t id = 0;
    std::uint32_t first_ordinal = 0;
    std::uint32_t documents = 0;
    std::uint32_t deleted = 0;
    std::uint64_t bytes = 0;
};

// The name of a collection's own table: table_name(7, "terms") is "c7_terms".
[[nodiscard]] std::string table_name(std::int64_t collection, std::string_view what);

class SegmentTables {
  public:
    SegmentTables(Connection& connection, std::int64_t collection)
        : m_connection(connection), m_collection(collection) {}

    // By first ordinal, ascending.
    [[nodiscard]] Result<std::vector<SegmentRow>> list();
    [[nodiscard]] Result<DocumentTable> documents(std::int64_t segment);
    [[nodiscard]] Result<Bits> tombstones(const SegmentRow& segment);

    using FoundKey = std::function<Result<bool>(std::string_view key, std::string_view postings)>;
    // The postings of a key, handed to `found` (whose answer is ignored); it is not called when there is none.
    [[nodiscard]] Result<void> find(std::int64_t segment, std::string_view key, const FoundKey& found);
    // Keys from `from` on in ascending order, until `found` answers false.
    [[nodiscard]] Result<void> each_key(std::int64_t segment, std::string_view from, const FoundKey& found);

    [[nodiscard]] Result<void> put_tombstones(std::int64_t segment, const Bits& tombstones);
    [[nodiscard]] Result<void> put_segment(const SegmentRow& segment, const DocumentTable& documents);
    [[nodiscard]] Result<void> put_block(std::int64_t segment, std::string_view first, std::string_view data);
    [[nodiscard]] Result<void> remove(std::int64_t segment);

    [[nodiscard]] Connection& connection() const { return m_connection; }
    [[nodiscard]] std::int64_t collection() const { return m_collection; }

  private:
    [[nodiscard]] std::string name(std::string_view what) const { return table_name(m_collection, what); }

    Connection& m_connection;
    const std::int64_t m_collection;
};

// Collects keys in ascending order into blocks of a few kilobytes, each written as a row.
class BlockWriter {
  public:
    BlockWriter(SegmentTables& tables, std::int64_t segment) : m_tables(tables), m_segment(segment) {}
    [[nodiscard]] Result<void> add(std::string_view key, std::string_view postings);
    [[nodiscard]] Result<void> finish();
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

  private:
    SegmentTables& m_tables;
    const std::int64_t m_segment;
    std::string m_first;
    std::string m_previous;
    std::string m_data;
    std::uint64_t m_bytes = 0;
};

// The keys of one block, in order.
class BlockReader {
  public:
    explicit BlockReader(std::string_view data) : m_in(data) {}
    // False at the end, or when the block is damaged: then ok() is false.
    bool next();
    [[nodiscard]] bool ok() const { return m_in.ok(); }
    [[nodiscard]] const std::string& key() const { return m_key; }
    [[nodiscard]] std::string_view postings() const { return m_postings; }

  private:
    Decoder m_in;
    std::string m_key;
    std::string_view m_postings;
};

}  // namespace ely::store::embedded
