#pragma once

// Vectors as rows: a float32 row for each vector, and quantised blocks for the first pass, in slots that are filled in
// the order of arrival. Callers hold a transaction. doc/formats/embedded-store.md, "Vectors".

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "store/embedded/connection.hpp"
#include "store/embedded/quantizer.hpp"

namespace ely::store::embedded {

inline constexpr std::uint32_t k_block_rows = 256;
inline constexpr std::uint32_t k_no_ordinal = ~0U;

struct BlockRow {
    std::int64_t id = 0;
    std::int64_t version = 0;             // changes when the ordinals do
    std::vector<std::uint32_t> ordinals;  // of the slots that are used; k_no_ordinal where the vector is gone
    [[nodiscard]] std::size_t living() const;
};

class VectorTables {
  public:
    VectorTables(Connection& connection, std::int64_t collection, std::uint32_t dimensions, model::Distance distance)
        : m_connection(connection), m_collection(collection), m_dimensions(dimensions), m_distance(distance) {}

    // values holds ordinals.size() vectors. None of the ordinals may have one.
    [[nodiscard]] Result<void> append(std::span<const std::uint32_t> ordinals, std::span<const float> values,
                                      std::int64_t& next_block);
    // How many had a vector.
    [[nodiscard]] Result<std::uint64_t> remove(std::span<const std::uint32_t> ordinals);
    // Moves what lives in mostly empty blocks to new ones when too much room is lost.
    [[nodiscard]] Result<void> compact(std::int64_t& next_block);

    // Blocks without their codes, in order; `known` ones are not read again when their version is the same.
    [[nodiscard]] Result<std::vector<std::shared_ptr<const BlockRow>>> blocks(
        std::span<const std::shared_ptr<const BlockRow>> known = {});
    [[nodiscard]] Result<QuantizedBlock> codes(const BlockRow& block);
    // Empty when there is none.
    [[nodiscard]] Result<std::vector<float>> vector(std::uint32_t ordinal);

  private:
    [[nodiscard]] Result<BlockRow> last_block();
    [[nodiscard]] Result<BlockRow> block(std::int64_t id);
    [[nodiscard]] Result<void> put(const BlockRow& block, const QuantizedBlock& codes);
    [[nodiscard]] Result<void> put_ordinals(const BlockRow& block);
    [[nodiscard]] Result<void> drop(std::int64_t id);
    [[nodiscard]] std::string name(std::string_view what) const;

    Connection& m_connection;
    const std::int64_t m_collection;
    const std::uint32_t m_dimensions;
    const model::Distance m_distance;
};

}  // namespace ely::store::embedded
