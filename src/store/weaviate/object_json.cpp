#include "store/weaviate/object_json.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include <nlohmann/json.hpp>

#include "store/weaviate/json_fields.hpp"
#include "store/weaviate/value_json.hpp"

namespace ely::store::weaviate {
namespace {

namespace wire = ::weaviate::v1;
using nlohmann::json;

// Whole numbers are written as such, for properties of that type take no others; -0 would lose its sign.
json number_to_json(double number) {
    constexpr double k_limit = 9223372036854775808.0;  // 2^63
    const bool whole = std::trunc(number) == number && std::abs(number) < k_limit;
    const bool negative_zero = number == 0 && std::signbit(number);
    if (whole && !negative_zero) return static_cast<std::int64_t>(number);
    return number;
}

json value_to_json(const google::protobuf::Value& value) {
    using Kind = google::protobuf::Value::KindCase;
    switch (value.kind_case()) {
        case Kind::kNumberValue:
            return number_to_json(value.number_value());
        case Kind::kStringValue:
            return value.string_value();
        case Kind::kBoolValue:
            return value.bool_value();
        case Kind::kStructValue: {
            auto out = json::object();
            for (const auto& [name, part] : value.struct_value().fields()) out[name] = value_to_json(part);
            return out;
        }
        case Kind::kListValue: {
            auto out = json::array();
            for (const auto& part : value.list_value().values()) out.push_back(value_to_json(part));
            return out;
        }
        case Kind::kNullValue:
        case Kind::KIND_NOT_SET:
            return {};
    }
    return {};
}

json vector_to_json(const std::string& bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

std::string vector_from_json(const json& numbers) {
    std::vector<float> values;
    if (numbers.is_array()) {
        for (const auto& number : numbers) values.push_back(number.is_number() ? number.get<float>() : 0.0F);
    }
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

// Null stays unset.
wire::Value to_wire(const model::Property& property, const json& value) {
    wire::Value out;
    if (value.is_null()) return out;
    switch (property.type) {
        case model::DataType::text:
            out.set_text_value(text_of(value));
            break;
        case model::DataType::text_array: {
            auto& texts = *out.mutable_list_value()->mutable_text_values();
            for (const auto& text : value) texts.add_values(text_of(text));
            break;
        }
        case model::DataType::integer:
            if (value.is_number()) out.set_int_value(value.get<std::int64_t>());
            break;
        case model::DataType::number:
            if (value.is_number()) out.set_number_value(value.get<double>());
            break;
        case model::DataType::boolean:
            if (value.is_boolean()) out.set_bool_value(value.get<bool>());
            break;
        case model::DataType::date:
            out.set_date_value(text_of(value));
            break;
        case model::DataType::uuid:
            out.set_uuid_value(text_of(value));
            break;
        case model::DataType::blob:
            out.set_blob_value(text_of(value));
            break;
        case model::DataType::date_array:
            out.mutable_list_value();
            for (const auto& text : value) out.mutable_list_value()->mutable_date_values()->add_values(text_of(text));
            break;
        case model::DataType::uuid_array:
            out.mutable_list_value();
            for (const auto& text : value) out.mutable_list_value()->mutable_uuid_values()->add_values(text_of(text));
            break;
        case model::DataType::integer_array:
        case model::DataType::number_array:
        case model::DataType::boolean_array:
        case model::DataType::geo_coordinates:
        case model::DataType::phone_number:
        case model::DataType::object:
        case model::DataType::object_array:
            return value_from_json(value);
    }
    return out;
}

}  // namespace

json object_to_json(const wire::BatchObject& object) {
    json out{{"class", object.collection()}, {"id", object.uuid()}};
    auto& properties = out["properties"] = json::object();
    for (const auto& [name, value] : object.properties().non_ref_properties().fields()) {
        properties[name] = value_to_json(value);
    }
    for (const auto& list : object.properties().text_array_properties()) {
        properties[list.prop_name()] = std::vector<std::string>(list.values().begin(), list.values().end());
    }
    for (const auto& name : object.properties().empty_list_props()) properties[name] = json::array();
    if (!object.tenant().empty()) out["tenant"] = object.tenant();
    if (!object.vector_bytes().empty()) out["vector"] = vector_to_json(object.vector_bytes());
    for (const auto& vector : object.vectors()) out["vectors"][vector.name()] = vector_to_json(vector.vector_bytes());
    return out;
}

wire::SearchResult result_from_json(const Class& of, const json& object) {
    wire::SearchResult out;
    auto& metadata = *out.mutable_metadata();
    metadata.set_id(text_field(object, "id"));
    auto& fields = *out.mutable_properties()->mutable_non_ref_props()->mutable_fields();
    const auto& properties = field(object, "properties");
    for (const auto& property : of.schema.properties) {
        const auto& value = field(properties, property.name.c_str());
        if (!value.is_null()) fields[property.name] = to_wire(property, value);
    }
    metadata.set_vector_bytes(vector_from_json(field(object, "vector")));
    if (const auto& vectors = field(object, "vectors"); vectors.is_object()) {
        for (const auto& [name, numbers] : vectors.items()) {
            auto& vector = *metadata.add_vectors();
            vector.set_name(name);
            vector.set_vector_bytes(vector_from_json(numbers));
        }
    }
    const auto& created = field(object, "creationTimeUnix");
    metadata.set_creation_time_unix_present(created.is_number());
    if (created.is_number()) metadata.set_creation_time_unix(created.get<std::int64_t>());
    const auto& updated = field(object, "lastUpdateTimeUnix");
    metadata.set_last_update_time_unix_present(updated.is_number());
    if (updated.is_number()) metadata.set_last_update_time_unix(updated.get<std::int64_t>());
    return out;
}

}  // namespace ely::store::weaviate
