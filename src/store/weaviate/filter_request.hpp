#pragma once

// A filter as far as the server can answer it. The server compares words and numbers in its own way, so what it gives
// may be more than what matches; then `exact` is false and the caller looks at each object itself (matches() of
// store/filter).

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <weaviate.pb.h>
#include "base/uuid.hpp"
#include "store/filter/filter.hpp"
#include "store/weaviate/class_json.hpp"

namespace ely::store::weaviate {

struct FilterRequest {
    std::optional<::weaviate::v1::Filters> filters;  // none: everything
    bool exact = true;
    bool nothing = false;  // nothing can match; `filters` means nothing then
};

[[nodiscard]] FilterRequest to_request(const Filter& filter, const Class& target);

// Objects with one of these ids.
[[nodiscard]] ::weaviate::v1::Filters id_filter(std::span<const Uuid> ids);

// The properties that matches() has to see.
[[nodiscard]] std::vector<std::string> compared_properties(const Filter& filter);
// Whether it asks for vectors.
[[nodiscard]] bool compares_vector(const Filter& filter);

}  // namespace ely::store::weaviate
