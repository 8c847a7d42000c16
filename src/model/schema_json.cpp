#include "model/schema_json.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely::model {
namespace {

constexpr std::array<std::pair<DataType, std::string_view>, 17> k_types{{
    {DataType::text, "text"},
    {DataType::text_array, "text[]"},
    {DataType::integer, "int"},
    {DataType::number, "number"},
    {DataType::boolean, "boolean"},
    {DataType::date, "date"},
    {DataType::uuid, "uuid"},
    {DataType::blob, "blob"},
    {DataType::integer_array, "int[]"},
    {DataType::number_array, "number[]"},
    {DataType::boolean_array, "boolean[]"},
    {DataType::date_array, "date[]"},
    {DataType::uuid_array, "uuid[]"},
    {DataType::geo_coordinates, "geoCoordinates"},
    {DataType::phone_number, "phoneNumber"},
    {DataType::object, "object"},
    {DataType::object_array, "object[]"},
}};
constexpr std::array<std::pair<Distance, std::string_view>, 3> k_distances{{
    {Distance::cosine, "cosine"},
    {Distance::dot, "dot"},
    {Distance::euclidean, "euclidean"},
}};
constexpr std::size_t k_longest_name = 100;

bool is_letter_or_digit(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

template <typename Names>
std::string_view name_in(const Names& names, auto value) {
    for (const auto& [candidate, name] : names) {
        if (candidate == value) return name;
    }
    return {};
}

template <typename Value, std::size_t N>
std::optional<Value> named(const std::array<std::pair<Value, std::string_view>, N>& names, std::string_view name) {
    for (const auto& [value, candidate] : names) {
        if (candidate == name) return value;
    }
    return std::nullopt;
}

nlohmann::ordered_json to_json(const Property& property) {
    nlohmann::ordered_json out{{"name", property.name},
                               {"type", data_type_name(property.type)},
                               {"searchable", property.searchable},
                               {"filterable", property.filterable},
                               {"description", property.description}};
    for (const auto& part : property.nested) out["nested"].push_back(to_json(part));
    return out;
}

// Exceptions of the JSON library and of value() go to schema_from_json.
Property property_from_json(const nlohmann::json& in) {
    Property out;
    out.name = in.at("name").get<std::string>();
    out.type = data_type_by_name(in.at("type").get<std::string>()).value();
    out.searchable = in.at("searchable").get<bool>();
    out.filterable = in.at("filterable").get<bool>();
    out.description = in.at("description").get<std::string>();
    if (const auto nested = in.find("nested"); nested != in.end()) {
        for (const auto& part : *nested) out.nested.push_back(property_from_json(part));
    }
    return out;
}

}  // namespace

std::string_view data_type_name(DataType type) {
    return name_in(k_types, type);
}

std::optional<DataType> data_type_by_name(std::string_view name) {
    return named(k_types, name);
}

std::string_view distance_name(Distance distance) {
    return name_in(k_distances, distance);
}

std::optional<Distance> distance_by_name(std::string_view name) {
    return named(k_distances, name);
}

nlohmann::ordered_json to_json(const CollectionSchema& schema) {
    nlohmann::ordered_json out;
    out["name"] = schema.name;
    out["description"] = schema.description;
    out["properties"] = nlohmann::ordered_json::array();
    for (const auto& property : schema.properties) out["properties"].push_back(to_json(property));
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

Result<CollectionSchema> schema_from_json(std::string_view text) {
    try {
        const auto in = nlohmann::json::parse(text);
        CollectionSchema out;
        out.name = in.at("name").get<std::string>();
        out.description = in.at("description").get<std::string>();
        for (const auto& property : in.at("properties")) out.properties.push_back(property_from_json(property));
        for (const auto& vector : in.at("vectors")) {
            out.vectors.push_back({vector.at("name").get<std::string>(), vector.at("dimensions").get<std::uint32_t>(),
                                   distance_by_name(vector.at("distance").get<std::string>()).value(),
                                   vector.at("vectorizer").get<std::string>(), vector.at("model").get<std::string>()});
        }
        return out;
    } catch (const nlohmann::json::exception& error) {
        return fail(Code::corrupt, fmt::format("a collection's schema is damaged: {}", error.what()));
    } catch (const std::bad_optional_access&) {
        return fail(Code::corrupt, "a collection's schema has a type or a distance that this version does not know",
                    "use the version of elysiactl that made the collection, or a newer one");
    }
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
