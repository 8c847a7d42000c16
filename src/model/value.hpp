#pragma once

// A property's value outside of an object batch: in hits, filters and tests. Plain values without behaviour.

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace ely::model {

// null, boolean, int, number, text (dates, UUIDs, blobs and values with named parts as text too), text[] (dates and
// UUIDs too), int[], number[], boolean[].
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>,
                           std::vector<std::int64_t>, std::vector<double>, std::vector<bool>>;
using Properties = std::map<std::string, Value, std::less<>>;

}  // namespace ely::model
