#include "model/schema_json.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely::model {
namespace {

constexpr std::array k_types{DataType::text,    DataType::text_array, DataType::integer, DataType::number,
                             DataType::boolean, DataType::date,       DataType::uuid,    DataType::blob};
constexpr std::size_t k_longest_name = 100;

bool is_letter_or_digit(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

std::string_view data_type_name(DataType type) {
    switch (type) {
        case DataType::text:
            return "text";
        case DataType::text_array:
            return "text[]";
        case DataType::integer:
            return "int";
        case DataType::number:
            return "number";
        case DataType::boolean:
            return "boolean";
        case DataType::date:
            return "date";
        case DataType::uuid:
            return "uuid";
        case DataType::blob:
            return "blob";
    }
    return "text";
}

std::optional<DataType> data_type_by_name(std::string_view name) {
    const auto* found = std::ranges::find(k_types, name, data_type_name);
    return found == k_types.end() ? std::nullopt : std::optional(*found);
}

std::string_view distance_name(Distance distance) {
    switch (distance) {
        case Distance::cosine:
            return "cosine";
        case Distance::dot:
            return "dot";
        case Distance::euclidean:
            return "euclidean";
    }
    return "cosine";
}

nlohmann::ordered_json to_json(const CollectionSchema& schema) {
    nlohmann::ordered_json out;
    out["name"] = schema.name;
    out["description"] = schema.description;
    out["properties"] = nlohmann::ordered_json::array();
    for (const auto& property : schema.properties) {
        out["properties"].push_back({{"name", property.name},
                                     {"type", data_type_name(property.type)},
                                     {"searchable", property.searchable},
                                     {"filterable", property.filterable},
                                     {"description", property.description}});
    }
    out["vectors"] = nlohmann::ordered_json::array();
    for (const auto& vector : schema.vectors) {
        out["vectors"].push_back({{"name", vector.name},
                                  {"dimensions", vector.dimensions},
                                  {"distance", distance_name(vector.distance)},
                                  {"vectorizer", vector.vectorizer},
                                  {"model", vector.model}});
    }
    return out;
}

Result<void> check_collection_name(std::string_view name) {
    const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.'; };
    const bool good = !name.empty() && name.size() <= k_longest_name && is_letter_or_digit(name.front()) &&
                      std::ranges::all_of(name, allowed);
    if (good) return {};
    return fail(Code::usage, fmt::format("\"{}\" cannot be a collection's name", printable(name)),
                "use letters, digits, '_', '-' and '.', a letter or digit first");
}

}  // namespace ely::model
