#pragma once

// Counting by GraphQL: servers before 1.29 have no call for it on their gRPC side.

#include <cstdint>
#include <optional>
#include <string>

#include <weaviate.pb.h>
#include "base/result.hpp"
#include "store/weaviate/rest.hpp"

namespace ely::store::weaviate {

// How many objects of the collection match, all without filters. not_found, and the errors of Rest::send().
[[nodiscard]] Result<std::uint64_t> graphql_count(const Rest& rest, const std::string& collection,
                                                  const std::optional<::weaviate::v1::Filters>& filters);

}  // namespace ely::store::weaviate
