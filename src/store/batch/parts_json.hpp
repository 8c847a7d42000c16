#pragma once

// Values with named parts (geoCoordinates, phoneNumber, object, object[]) as JSON text in the one form that equal
// values have: no white space, keys sorted by their bytes, what is null left out, numbers as the types of the parts say
// (doc/formats/object-batch.md). It knows no store.

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::store {

// usage when the value is not of the property's type, or has parts that the property does not.
[[nodiscard]] Result<std::string> canonical_json(const model::Property& property, const nlohmann::json& value);
[[nodiscard]] Result<std::string> canonical_json(const model::Property& property, std::string_view text);

}  // namespace ely::store
