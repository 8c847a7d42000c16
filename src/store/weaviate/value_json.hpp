#pragma once

// Values on the wire to JSON and back, for those with named parts and for REST. What type a value has is told by the
// wire; bringing it into the form that a property asks for is store/batch/parts_json.hpp's.

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <weaviate.pb.h>
#include "base/result.hpp"

namespace ely::store::weaviate {

// A value as the server gives it.
[[nodiscard]] nlohmann::json to_json(const ::weaviate::v1::Value& value);
// As if the server had given it. Of a list the first element says what it is a list of.
[[nodiscard]] ::weaviate::v1::Value value_from_json(const nlohmann::json& value);

// A value as it is sent. usage for a whole number that no float64 has, which the server would change.
[[nodiscard]] Result<google::protobuf::Value> sent_value(const nlohmann::json& value);

// The server keeps whole numbers as float64.
[[nodiscard]] bool survives_float64(std::int64_t value);

// Numbers in one string of bytes, as lists of them travel.
[[nodiscard]] std::vector<std::int64_t> unpack_integers(const std::string& bytes);
[[nodiscard]] std::vector<double> unpack_numbers(const std::string& bytes);

}  // namespace ely::store::weaviate
