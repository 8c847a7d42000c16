#include "store/embedded/vector_tables.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "base/crash_point.hpp"
#include "store/embedded/segment_tables.hpp"

namespace ely::store::embedded {
namespace {

// Room that is lost before blocks are rewritten, in slots, beside as many as live.
constexpr std::size_t k_lost_slots = 1024;

template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

BlockRow row_of(const Query& query) {
    BlockRow out;
    out.id = query->integer(0);
    out.version = query->integer(1);
    const auto ordinals = query->blob(2);
    out.ordinals.resize(ordinals.size() / sizeof(std::uint32_t));
    if (!ordinals.empty())
        std::memcpy(out.ordinals.data(), ordinals.data(), out.ordinals.size() * sizeof(std::uint32_t));
    return out;
}

}  // namespace

std::size_t BlockRow::living() const {
    return ordinals.size() - static_cast<std::size_t>(std::ranges::count(ordinals, k_no_ordinal));
}

std::string VectorTables::name(std::string_view what) const {
    return table_name(m_collection, what);
}

Result<BlockRow> VectorTables::last_block() {
    ELY_TRY_ASSIGN(auto query,
                   m_connection.query(fmt::format("SELECT block, version, ordinals FROM {} ORDER BY block DESC LIMIT 1",
                                                  name("blocks"))));
    ELY_TRY_ASSIGN(const bool row, query->step());
    return row ? row_of(query) : BlockRow{};
}

Result<BlockRow> VectorTables::block(std::int64_t id) {
    ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("SELECT block, version, ordinals FROM {} WHERE block=?",
                                                              name("blocks"))));
    query->bind(1, id);
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return fail(Code::corrupt, "a vector points to a block that is not there");
    return row_of(query);
}

Result<std::vector<std::shared_ptr<const BlockRow>>> VectorTables::blocks(
    std::span<const std::shared_ptr<const BlockRow>> known) {
    ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("SELECT block, version, ordinals FROM {} ORDER BY block",
                                                              name("blocks"))));
    std::vector<std::shared_ptr<const BlockRow>> out;
    std::size_t at = 0;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query->step());
        if (!row) return out;
        const auto id = query->integer(0);
        while (at < known.size() && known[at]->id < id) ++at;
        if (at < known.size() && known[at]->id == id && known[at]->version == query->integer(1)) {
            out.push_back(known[at]);
        } else {
            out.push_back(std::make_shared<const BlockRow>(row_of(query)));
        }
    }
}

Result<QuantizedBlock> VectorTables::codes(const BlockRow& block) {
    ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("SELECT data FROM {} WHERE block=?", name("codes"))));
    query->bind(1, block.id);
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return fail(Code::corrupt, "a block of vectors has no codes");
    return QuantizedBlock::decode(query->blob(0), block.ordinals.size(), code_stride(m_dimensions));
}

Result<std::vector<float>> VectorTables::vector(std::uint32_t ordinal) {
    ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("SELECT data FROM {} WHERE ordinal=?", name("vectors"))));
    query->bind(1, static_cast<std::int64_t>(ordinal));
    ELY_TRY_ASSIGN(const bool row, query->step());
    if (!row) return std::vector<float>{};
    const auto bytes = query->blob(0);
    if (bytes.size() != m_dimensions * sizeof(float))
        return fail(Code::corrupt, "a stored vector has the wrong length");
    std::vector<float> out(m_dimensions);
    if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
}

Result<void> VectorTables::put(const BlockRow& block, const QuantizedBlock& codes) {
    const auto data = codes.encode();
    ELY_TRY_ASSIGN(auto query, m_connection.query(
                                   fmt::format("INSERT OR REPLACE INTO {}(block, data) VALUES(?, ?)", name("codes"))));
    query->bind(1, block.id).bind_blob_static(2, data);
    ELY_TRY(query->run());
    return put_ordinals(block);
}

Result<void> VectorTables::put_ordinals(const BlockRow& block) {
    ELY_TRY_ASSIGN(auto query,
                   m_connection.query(fmt::format("INSERT OR REPLACE INTO {}(block, version, ordinals) VALUES(?, ?, ?)",
                                                  name("blocks"))));
    query->bind(1, block.id).bind(2, block.version).bind_blob(3, bytes_of(block.ordinals));
    return query->run();
}

Result<void> VectorTables::drop(std::int64_t id) {
    for (const auto* what : {"blocks", "codes"}) {
        ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("DELETE FROM {} WHERE block=?", name(what))));
        query->bind(1, id);
        ELY_TRY(query->run());
    }
    return {};
}

Result<void> VectorTables::append(std::span<const std::uint32_t> ordinals, std::span<const float> values,
                                  std::int64_t& next_block) {
    if (ordinals.empty()) return {};
    ELY_TRY_ASSIGN(auto block, last_block());
    QuantizedBlock codes;
    if (block.id == 0 || block.ordinals.size() >= k_block_rows) {
        block = BlockRow{next_block++, 0, {}};
    } else {
        ELY_TRY_ASSIGN(codes, this->codes(block));
    }
    ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("INSERT INTO {}(ordinal, slot, data) VALUES(?, ?, ?)",
                                                              name("vectors"))));
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
        if (block.ordinals.size() >= k_block_rows) {
            ++block.version;
            ELY_TRY(put(block, codes));
            block = BlockRow{next_block++, 0, {}};
            codes = {};
        }
        const auto vector = values.subspan(i * m_dimensions, m_dimensions);
        const auto slot = block.id * k_block_rows + static_cast<std::int64_t>(block.ordinals.size());
        query->bind(1, static_cast<std::int64_t>(ordinals[i])).bind(2, slot);
        query->bind_blob_static(3, {reinterpret_cast<const char*>(vector.data()), vector.size_bytes()});
        ELY_TRY(query->run());
        block.ordinals.push_back(ordinals[i]);
        codes.append(vector, m_distance);
    }
    crash_point("store.vectors.before_block");
    ++block.version;
    return put(block, codes);
}

Result<std::uint64_t> VectorTables::remove(std::span<const std::uint32_t> ordinals) {
    std::map<std::int64_t, std::vector<std::size_t>> slots;  // by block
    {
        ELY_TRY_ASSIGN(auto find,
                       m_connection.query(fmt::format("SELECT slot FROM {} WHERE ordinal=?", name("vectors"))));
        ELY_TRY_ASSIGN(auto erase, m_connection.query(fmt::format("DELETE FROM {} WHERE ordinal=?", name("vectors"))));
        for (const auto ordinal : ordinals) {
            find->bind(1, static_cast<std::int64_t>(ordinal));
            ELY_TRY_ASSIGN(const bool row, find->step());
            if (!row) continue;
            const auto slot = find->integer(0);
            find->reset();
            slots[slot / k_block_rows].push_back(static_cast<std::size_t>(slot % k_block_rows));
            erase->bind(1, static_cast<std::int64_t>(ordinal));
            ELY_TRY(erase->run());
        }
    }
    std::uint64_t removed = 0;
    for (const auto& [id, rows] : slots) {
        ELY_TRY_ASSIGN(auto block, this->block(id));
        for (const auto row : rows) {
            if (row >= block.ordinals.size()) return fail(Code::corrupt, "a vector points to a slot that is not used");
            block.ordinals[row] = k_no_ordinal;
            ++removed;
        }
        ++block.version;
        ELY_TRY(put_ordinals(block));
    }
    return removed;
}

Result<void> VectorTables::compact(std::int64_t& next_block) {
    ELY_TRY_ASSIGN(const auto all, blocks());
    std::size_t used = 0;
    std::size_t living = 0;
    for (const auto& block : all) {
        used += block->ordinals.size();
        living += block->living();
    }
    if (used - living <= living + k_lost_slots) return {};
    crash_point("store.vectors.compact");
    ELY_TRY_ASSIGN(auto move, m_connection.query(fmt::format("UPDATE {} SET slot=? WHERE ordinal=?", name("vectors"))));
    BlockRow target{next_block++, 1, {}};
    QuantizedBlock target_codes;
    for (const auto& block : all) {
        const auto kept = block->living();
        if (kept * 2 > k_block_rows) continue;
        ELY_TRY_ASSIGN(const auto from, codes(*block));
        for (std::size_t i = 0; i < block->ordinals.size(); ++i) {
            if (block->ordinals[i] == k_no_ordinal) continue;
            if (target.ordinals.size() >= k_block_rows) {
                ELY_TRY(put(target, target_codes));
                target = BlockRow{next_block++, 1, {}};
                target_codes = {};
            }
            move->bind(1, target.id * k_block_rows + static_cast<std::int64_t>(target.ordinals.size()));
            move->bind(2, static_cast<std::int64_t>(block->ordinals[i]));
            ELY_TRY(move->run());
            target.ordinals.push_back(block->ordinals[i]);
            target_codes.append_from(from, i, code_stride(m_dimensions));
        }
        ELY_TRY(drop(block->id));
    }
    return target.ordinals.empty() ? Result<void>{} : put(target, target_codes);
}

}  // namespace ely::store::embedded
