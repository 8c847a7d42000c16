#pragma once

// Objects as REST has them, from and to gRPC's messages. The same things are kept as with object_codec.hpp: numbers and
// vectors bit for bit.

#include <span>

#include <nlohmann/json_fwd.hpp>

#include <weaviate.pb.h>
#include "store/weaviate/class_json.hpp"

namespace ely::store::weaviate {

[[nodiscard]] nlohmann::json object_to_json(const ::weaviate::v1::BatchObject& object);

// Of {"id", "properties", "vector", "vectors", "creationTimeUnix", "lastUpdateTimeUnix"} what there is; properties that
// the class does not have are left out.
[[nodiscard]] ::weaviate::v1::SearchResult result_from_json(const Class& of, const nlohmann::json& object);

}  // namespace ely::store::weaviate
