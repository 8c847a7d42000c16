#pragma once

// A property's value outside of an object batch: in hits, filters and tests. Plain values without behaviour.

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace ely::model {

// null, boolean, int, number, text (dates and UUIDs as text too), text[].
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;
using Properties = std::map<std::string, Value, std::less<>>;

}  // namespace ely::model
