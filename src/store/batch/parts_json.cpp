#include "store/batch/parts_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "base/uuid.hpp"
#include "model/schema_json.hpp"
#include "store/batch/cell.hpp"

namespace ely::store {
namespace {

using model::DataType;
using nlohmann::json;

// Where a value stands, for messages: "address.street".
tl::unexpected<Error> not_of(const model::Property& property, const std::string& path) {
    return fail(Code::usage, fmt::format("property '{}' is of type {}, the value is not", path,
                                         model::data_type_name(property.type)));
}

// A date in RFC 3339 without what carries no meaning: zeros behind the fraction, small letters, +00:00.
std::string plain_date(std::string text) {
    text[10] = 'T';
    auto end = std::size_t{19};
    if (text[end] == '.') end = text.find_first_not_of("0123456789", end + 1);
    auto zone = text.substr(end);
    if (zone == "z" || zone == "+00:00" || zone == "-00:00") zone = "Z";
    text.resize(end);
    if (end > 19) {
        while (text.back() == '0') text.pop_back();
        if (text.back() == '.') text.pop_back();
    }
    return text + zone;
}

// A coordinate has float32's precision; as text it has no more digits than that takes.
double coordinate(const json& value) {
    return std::strtod(fmt::format("{}", static_cast<float>(value.get<double>())).c_str(), nullptr);
}

Result<json> geo(const model::Property& property, const json& value, const std::string& path) {
    constexpr double k_most_latitude = 90;
    constexpr double k_most_longitude = 180;
    const auto part = [&](const char* name) {
        const auto found = value.find(name);
        return found != value.end() && found->is_number() ? coordinate(*found) : HUGE_VAL;
    };
    if (!value.is_object()) return not_of(property, path);
    const json out{{"latitude", part("latitude")}, {"longitude", part("longitude")}};
    const bool on_earth = std::abs(out["latitude"].get<double>()) <= k_most_latitude &&
                          std::abs(out["longitude"].get<double>()) <= k_most_longitude;
    if (!on_earth) {
        return fail(Code::usage, fmt::format("property '{}' has no latitude and longitude", path));
    }
    return out;
}

// What else a server says of a number it has made from these two.
Result<json> phone(const model::Property& property, const json& value, const std::string& path) {
    if (!value.is_object() || !value.contains("input") || !value["input"].is_string()) return not_of(property, path);
    json out{{"input", value["input"]}};
    if (const auto country = value.find("defaultCountry"); country != value.end() && !country->is_null()) {
        if (!country->is_string()) return not_of(property, path);
        if (!country->get_ref<const std::string&>().empty()) out["defaultCountry"] = *country;
    }
    return out;
}

Result<json> whole_number(const model::Property& property, const json& value, const std::string& path) {
    constexpr double k_limit = 9223372036854775808.0;  // 2^63
    if (value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
        return json(value.get<std::int64_t>());
    }
    if (!value.is_number_float()) return not_of(property, path);
    const auto number = value.get<double>();
    if (std::trunc(number) != number || number >= k_limit || number < -k_limit) return not_of(property, path);
    return json(static_cast<std::int64_t>(number));
}

Result<json> text_form(const model::Property& property, const json& value, const std::string& path) {
    if (!value.is_string()) return not_of(property, path);
    const auto& text = value.get_ref<const std::string&>();
    if (property.type == DataType::date) {
        if (!parse_instant(text)) return not_of(property, path);
        return json(plain_date(text));
    }
    if (property.type == DataType::uuid) {
        const auto id = Uuid::parse(text);
        return id ? Result<json>(id->text()) : not_of(property, path);
    }
    if (property.type == DataType::blob) {
        const auto bytes = from_base64(text);
        return bytes ? Result<json>(to_base64(*bytes)) : not_of(property, path);
    }
    return value;
}

std::optional<DataType> element_type(DataType type) {
    switch (type) {
        case DataType::text_array:
            return DataType::text;
        case DataType::integer_array:
            return DataType::integer;
        case DataType::number_array:
            return DataType::number;
        case DataType::boolean_array:
            return DataType::boolean;
        case DataType::date_array:
            return DataType::date;
        case DataType::uuid_array:
            return DataType::uuid;
        case DataType::object_array:
            return DataType::object;
        default:
            return std::nullopt;
    }
}

Result<json> canonical(const model::Property& property, const json& value, const std::string& path);

Result<json> object(const model::Property& property, const json& value, const std::string& path) {
    if (!value.is_object()) return not_of(property, path);
    auto out = json::object();
    for (const auto& [name, part] : value.items()) {
        const auto known = std::ranges::find(property.nested, name, &model::Property::name);
        const auto below = path + "." + name;
        if (known == property.nested.end()) {
            return fail(Code::usage, fmt::format("property '{}' is not in the schema", below));
        }
        if (part.is_null()) continue;
        ELY_TRY_ASSIGN(out[name], canonical(*known, part, below));
    }
    return out;
}

Result<json> list(const model::Property& property, DataType element, const json& value, const std::string& path) {
    if (!value.is_array()) return not_of(property, path);
    model::Property one{property.name, element, false, false, {}, property.nested};
    auto out = json::array();
    for (const auto& part : value) {
        ELY_TRY_ASSIGN(auto made, canonical(one, part, path));
        out.push_back(std::move(made));
    }
    return out;
}

Result<json> canonical(const model::Property& property, const json& value, const std::string& path) {
    if (const auto element = element_type(property.type)) return list(property, *element, value, path);
    switch (property.type) {
        case DataType::object:
            return object(property, value, path);
        case DataType::geo_coordinates:
            return geo(property, value, path);
        case DataType::phone_number:
            return phone(property, value, path);
        case DataType::integer:
            return whole_number(property, value, path);
        case DataType::number:
            if (!value.is_number()) return not_of(property, path);
            return json(value.get<double>());
        case DataType::boolean:
            if (!value.is_boolean()) return not_of(property, path);
            return value;
        default:
            return text_form(property, value, path);
    }
}

}  // namespace

Result<std::string> canonical_json(const model::Property& property, const json& value) {
    ELY_TRY_ASSIGN(const auto made, canonical(property, value, property.name));
    return made.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::string> canonical_json(const model::Property& property, std::string_view text) {
    const auto value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return fail(Code::usage, fmt::format("property '{}' is no JSON", property.name));
    return canonical_json(property, value);
}

}  // namespace ely::store
