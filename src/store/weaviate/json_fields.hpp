#pragma once

// Fields of JSON that somebody else wrote: what is missing, or of another type, reads as empty. It decides nothing
// about what that means.

#include <algorithm>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace ely::store::weaviate {

// Null when there is none.
inline const nlohmann::json& field(const nlohmann::json& object, const char* name) {
    static const nlohmann::json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

inline std::string text_field(const nlohmann::json& object, const char* name) {
    const auto& value = field(object, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

inline std::uint64_t count_field(const nlohmann::json& object, const char* name) {
    const auto& value = field(object, name);
    return value.is_number_integer() ? static_cast<std::uint64_t>(std::max<std::int64_t>(value.get<std::int64_t>(), 0))
                                     : 0;
}

// An empty array when there is none.
inline const nlohmann::json& list_field(const nlohmann::json& object, const char* name) {
    static const nlohmann::json empty = nlohmann::json::array();
    const auto& value = field(object, name);
    return value.is_array() ? value : empty;
}

}  // namespace ely::store::weaviate
