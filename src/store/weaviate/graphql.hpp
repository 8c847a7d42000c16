#pragma once

// gRPC's requests for what is found, counted or filtered, as GraphQL and REST have them. It sends nothing.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <weaviate.pb.h>
#include "store/weaviate/class_json.hpp"

namespace ely::store::weaviate {

// A "where" as REST has it.
[[nodiscard]] nlohmann::json where_json(const ::weaviate::v1::Filters& filters);

// A query for the objects that match or come near, with the properties that GraphQL gives back as they are
// (is_carried()), ids, and what else is asked for.
[[nodiscard]] std::string search_query(const Class& of, const ::weaviate::v1::SearchRequest& request);
[[nodiscard]] std::string count_query(const ::weaviate::v1::AggregateRequest& request);

// Whether GraphQL gives values of this type as they were written. Of whole numbers it gives those of 32 bits; others
// come as null.
[[nodiscard]] bool is_carried(model::DataType type);

}  // namespace ely::store::weaviate
