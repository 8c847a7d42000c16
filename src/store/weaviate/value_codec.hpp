#pragma once

// Lists (but text[]) and values with named parts, from cells to the wire and back. Plain values are object_codec's own,
// which has more of them to move.

#include <deque>
#include <string>

#include <weaviate.pb.h>
#include "base/result.hpp"
#include "store/batch/cell.hpp"

namespace ely::store::weaviate {

[[nodiscard]] bool is_list_or_parts(model::DataType type);

// usage when the server would keep something else.
[[nodiscard]] Result<google::protobuf::Value> sent_cell(const model::Property& property, const Cell& cell);

// What it points to is the wire's or `owned`. Null when the value is not of the property's type.
[[nodiscard]] Cell received_cell(const model::Property& property, const ::weaviate::v1::Value& value,
                                 std::deque<std::string>& owned);

// The server keeps whole numbers as float64: that this one would be another then.
[[nodiscard]] Error float64_changes(const std::string& property, std::int64_t value);

}  // namespace ely::store::weaviate
