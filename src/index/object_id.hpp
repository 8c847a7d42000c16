#pragma once

// The deterministic ids of stored objects. doc/formats/object-id.md has both rules with test vectors.

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "base/uuid.hpp"

namespace ely::index {

enum class IdRule { chunk, legacy };

// "chunk" or "legacy"; usage otherwise.
[[nodiscard]] Result<IdRule> parse_id_rule(std::string_view text);

// What makes a chunk itself: unchanged chunks keep their id when lines move, because no line number is in it.
struct ChunkIdentity {
    std::string_view repository;  // canonical: "github.com/pallets/flask"
    std::string_view branch;
    std::string_view path;
    std::string_view symbol;
    std::string_view text;
    std::uint32_t occurrence = 0;  // among chunks of the document that are equal in all the above, in order
};

[[nodiscard]] Uuid chunk_id(const ChunkIdentity& identity);

// The predecessors' rule: one object per file, uuid5(DNS namespace, "<collection>:<path>"). Two repositories with the
// same path in one collection overwrite each other: for collections that they wrote.
[[nodiscard]] Uuid legacy_id(std::string_view collection, std::string_view path);

}  // namespace ely::index
