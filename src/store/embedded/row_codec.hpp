#pragma once

// An object's properties as the bytes of one column (doc/formats/embedded-store.md, "Rows"). Properties are numbered by
// their place in the schema, which alter() only appends to.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "store/batch/cell.hpp"

namespace ely::store::embedded {

// One cell for each property of the schema, in its order. Nulls take no room.
[[nodiscard]] std::string encode_row(const model::CollectionSchema& schema, std::span<const Cell> cells);

// Into one cell for each property; they point into `bytes`. corrupt.
[[nodiscard]] Result<std::vector<Cell>> decode_row(const model::CollectionSchema& schema, std::string_view bytes);

// The properties that are not null; `wanted` empty: all.
[[nodiscard]] Result<model::Properties> decode_properties(const model::CollectionSchema& schema, std::string_view bytes,
                                                          const std::vector<std::string>& wanted);

}  // namespace ely::store::embedded
