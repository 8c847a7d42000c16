#include "store/weaviate/value_json.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ely::store::weaviate {
namespace {

namespace wire = ::weaviate::v1;
using nlohmann::json;

template <typename Number>
std::vector<Number> unpack(const std::string& bytes) {
    std::vector<Number> out(bytes.size() / sizeof(Number));
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(Number));
    return out;
}

template <typename Number>
std::string pack(const std::vector<Number>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

json object_json(const wire::Properties& properties) {
    auto out = json::object();
    for (const auto& [name, value] : properties.fields()) out[name] = to_json(value);
    return out;
}

template <typename Values>
json plain_list(const Values& values) {
    auto out = json::array();
    for (const auto& value : values) out.push_back(value);
    return out;
}

json list_json(const wire::ListValue& list) {
    switch (list.kind_case()) {
        case wire::ListValue::kNumberValues:
            return unpack_numbers(list.number_values().values());
        case wire::ListValue::kBoolValues:
            return plain_list(list.bool_values().values());
        case wire::ListValue::kObjectValues: {
            auto out = json::array();
            for (const auto& value : list.object_values().values()) out.push_back(object_json(value));
            return out;
        }
        case wire::ListValue::kDateValues:
            return plain_list(list.date_values().values());
        case wire::ListValue::kUuidValues:
            return plain_list(list.uuid_values().values());
        case wire::ListValue::kIntValues:
            return unpack_integers(list.int_values().values());
        case wire::ListValue::kTextValues:
            return plain_list(list.text_values().values());
        case wire::ListValue::KIND_NOT_SET:
            return json::array();
    }
    return json::array();
}

wire::Properties object_value(const json& value) {
    wire::Properties out;
    for (const auto& [name, part] : value.items()) {
        if (!part.is_null()) (*out.mutable_fields())[name] = value_from_json(part);
    }
    return out;
}

wire::ListValue list_value(const json& value) {
    wire::ListValue out;
    const auto all = [&](auto is) { return !value.empty() && std::ranges::all_of(value, is); };
    if (all([](const json& one) { return one.is_object(); })) {
        for (const auto& one : value) *out.mutable_object_values()->add_values() = object_value(one);
    } else if (all([](const json& one) { return one.is_number_integer(); })) {
        out.mutable_int_values()->set_values(pack(value.get<std::vector<std::int64_t>>()));
    } else if (all([](const json& one) { return one.is_number(); })) {
        out.mutable_number_values()->set_values(pack(value.get<std::vector<double>>()));
    } else if (all([](const json& one) { return one.is_boolean(); })) {
        for (const auto& one : value) out.mutable_bool_values()->add_values(one.get<bool>());
    } else {
        auto& texts = *out.mutable_text_values();
        for (const auto& one : value) texts.add_values(one.is_string() ? one.get<std::string>() : std::string());
    }
    return out;
}

}  // namespace

json to_json(const wire::Value& value) {
    switch (value.kind_case()) {
        case wire::Value::kNumberValue:
            return value.number_value();
        case wire::Value::kBoolValue:
            return value.bool_value();
        case wire::Value::kObjectValue:
            return object_json(value.object_value());
        case wire::Value::kListValue:
            return list_json(value.list_value());
        case wire::Value::kDateValue:
            return value.date_value();
        case wire::Value::kUuidValue:
            return value.uuid_value();
        case wire::Value::kIntValue:
            return value.int_value();
        case wire::Value::kGeoValue:
            return {{"latitude", value.geo_value().latitude()}, {"longitude", value.geo_value().longitude()}};
        case wire::Value::kBlobValue:
            return value.blob_value();
        case wire::Value::kPhoneValue:
            return {{"input", value.phone_value().input()}, {"defaultCountry", value.phone_value().default_country()}};
        case wire::Value::kTextValue:
            return value.text_value();
        case wire::Value::kNullValue:
        case wire::Value::KIND_NOT_SET:
            return {};
    }
    return {};
}

wire::Value value_from_json(const json& value) {
    wire::Value out;
    if (value.is_string()) out.set_text_value(value.get<std::string>());
    if (value.is_boolean()) out.set_bool_value(value.get<bool>());
    if (value.is_number_integer()) out.set_int_value(value.get<std::int64_t>());
    if (value.is_number_float()) out.set_number_value(value.get<double>());
    if (value.is_array()) *out.mutable_list_value() = list_value(value);
    if (value.is_object()) *out.mutable_object_value() = object_value(value);
    return out;
}

Result<google::protobuf::Value> sent_value(const json& value) {
    google::protobuf::Value out;
    if (value.is_string()) out.set_string_value(value.get<std::string>());
    if (value.is_boolean()) out.set_bool_value(value.get<bool>());
    if (value.is_number_float()) out.set_number_value(value.get<double>());
    if (value.is_number_integer()) {
        const auto integer = value.get<std::int64_t>();
        if (!survives_float64(integer)) {
            return fail(Code::usage, fmt::format("{}, and Weaviate keeps whole numbers as float64", integer));
        }
        out.set_number_value(static_cast<double>(integer));
    }
    if (value.is_array()) {
        auto& list = *out.mutable_list_value();
        for (const auto& one : value) {
            ELY_TRY_ASSIGN(*list.add_values(), sent_value(one));
        }
    }
    if (value.is_object()) {
        auto& fields = *out.mutable_struct_value()->mutable_fields();
        for (const auto& [name, part] : value.items()) {
            ELY_TRY_ASSIGN(fields[name], sent_value(part));
        }
    }
    return out;
}

bool survives_float64(std::int64_t value) {
    constexpr double k_limit = 9223372036854775808.0;  // 2^63
    const auto number = static_cast<double>(value);
    return number < k_limit && static_cast<std::int64_t>(number) == value;
}

std::vector<std::int64_t> unpack_integers(const std::string& bytes) {
    return unpack<std::int64_t>(bytes);
}

std::vector<double> unpack_numbers(const std::string& bytes) {
    return unpack<double>(bytes);
}

}  // namespace ely::store::weaviate
