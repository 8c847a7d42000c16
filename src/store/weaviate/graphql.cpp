#include "store/weaviate/graphql.hpp"

#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely::store::weaviate {
namespace {

namespace wire = ::weaviate::v1;
using nlohmann::json;

const char* operator_name(wire::Filters::Operator how) {
    switch (how) {
        case wire::Filters::OPERATOR_EQUAL:
            return "Equal";
        case wire::Filters::OPERATOR_NOT_EQUAL:
            return "NotEqual";
        case wire::Filters::OPERATOR_GREATER_THAN:
            return "GreaterThan";
        case wire::Filters::OPERATOR_GREATER_THAN_EQUAL:
            return "GreaterThanEqual";
        case wire::Filters::OPERATOR_LESS_THAN:
            return "LessThan";
        case wire::Filters::OPERATOR_LESS_THAN_EQUAL:
            return "LessThanEqual";
        case wire::Filters::OPERATOR_AND:
            return "And";
        case wire::Filters::OPERATOR_OR:
            return "Or";
        case wire::Filters::OPERATOR_LIKE:
            return "Like";
        case wire::Filters::OPERATOR_IS_NULL:
            return "IsNull";
        case wire::Filters::OPERATOR_CONTAINS_ANY:
            return "ContainsAny";
        case wire::Filters::OPERATOR_CONTAINS_ALL:
            return "ContainsAll";
        default:
            return "";
    }
}

std::string quoted(const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

template <typename Texts>
std::string quoted_list(const Texts& texts) {
    std::vector<std::string> out;
    for (const auto& text : texts) out.push_back(quoted(text));
    return "[" + join(out, ",") + "]";
}

// The same as JSON, but for names of fields and the operators, which stand without quotes, and for lists, whose fields
// are named as those of single values.
std::string literal(const json& value, const std::string& field) {
    if (value.is_object()) {
        std::vector<std::string> parts;
        for (const auto& [name, part] : value.items()) {
            const auto known = name == "valueTextArray" ? std::string("valueText") : name;
            parts.push_back(known + ":" + literal(part, name));
        }
        return "{" + join(parts, ",") + "}";
    }
    if (value.is_array()) {
        std::vector<std::string> parts;
        for (const auto& part : value) parts.push_back(literal(part, field));
        return "[" + join(parts, ",") + "]";
    }
    if (field == "operator") return value.get<std::string>();
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string vector_literal(const std::string& bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    std::vector<std::string> parts;
    for (const auto value : values) parts.push_back(fmt::format("{}", value));
    return "[" + join(parts, ",") + "]";
}

std::string targets_literal(const wire::Targets& targets) {
    return targets.target_vectors().empty() ? "" : ",targetVectors:" + quoted_list(targets.target_vectors());
}

std::string arguments_of(const wire::SearchRequest& request) {
    std::vector<std::string> out{fmt::format("limit:{}", request.limit())};
    if (!request.tenant().empty()) out.push_back("tenant:" + quoted(request.tenant()));
    if (request.has_filters()) out.push_back("where:" + literal(where_json(request.filters()), {}));
    if (request.has_bm25_search()) {
        const auto& words = request.bm25_search();
        out.push_back("bm25:{query:" + quoted(words.query()) + ",properties:" + quoted_list(words.properties()) + "}");
    }
    if (request.has_near_vector()) {
        const auto& near = request.near_vector();
        out.push_back("nearVector:{vector:" + vector_literal(near.vector_bytes()) + targets_literal(near.targets()) +
                      "}");
    }
    if (request.has_near_text()) {
        const auto& near = request.near_text();
        out.push_back("nearText:{concepts:" + quoted_list(near.query()) + targets_literal(near.targets()) + "}");
    }
    return join(out, ",");
}

std::string additional_of(const wire::MetadataRequest& metadata) {
    std::string out = "id";
    if (metadata.distance()) out += " distance";
    if (metadata.vector()) out += " vector";
    if (!metadata.vectors().empty()) {
        out += " vectors{" + join({metadata.vectors().begin(), metadata.vectors().end()}, " ") + "}";
    }
    return out;
}

}  // namespace

bool is_carried(model::DataType type) {
    switch (type) {
        case model::DataType::text:
        case model::DataType::text_array:
        case model::DataType::integer:
        case model::DataType::number:
        case model::DataType::boolean:
        case model::DataType::date:
        case model::DataType::uuid:
        case model::DataType::blob:
            return true;
        // Of lists of whole numbers it turns those of more than 32 bits to null; parts of objects it wants named.
        case model::DataType::integer_array:
        case model::DataType::number_array:
        case model::DataType::boolean_array:
        case model::DataType::date_array:
        case model::DataType::uuid_array:
        case model::DataType::geo_coordinates:
        case model::DataType::phone_number:
        case model::DataType::object:
        case model::DataType::object_array:
            return false;
    }
    return false;
}

json where_json(const wire::Filters& filters) {
    json out{{"operator", operator_name(filters.operator_())}};
    if (!filters.filters().empty()) {
        for (const auto& part : filters.filters()) out["operands"].push_back(where_json(part));
        return out;
    }
    const auto& property = filters.target().property();
    out["path"] = {property == "_id" ? "id" : property};
    switch (filters.test_value_case()) {
        case wire::Filters::kValueText:
            out["valueText"] = filters.value_text();
            break;
        case wire::Filters::kValueInt:
            out["valueInt"] = filters.value_int();
            break;
        case wire::Filters::kValueBoolean:
            out["valueBoolean"] = filters.value_boolean();
            break;
        case wire::Filters::kValueNumber:
            out["valueNumber"] = filters.value_number();
            break;
        case wire::Filters::kValueTextArray: {
            const auto& texts = filters.value_text_array().values();
            out["valueTextArray"] = std::vector<std::string>(texts.begin(), texts.end());
            break;
        }
        case wire::Filters::TEST_VALUE_NOT_SET:
            break;
    }
    return out;
}

std::string search_query(const Class& of, const wire::SearchRequest& request) {
    std::string fields;
    for (const auto& name : request.properties().non_ref_properties()) {
        const auto* property = of.schema.find(name);
        if (property != nullptr && is_carried(property->type)) fields += name + " ";
    }
    return "{Get{" + request.collection() + "(" + arguments_of(request) + "){" + fields + "_additional{" +
           additional_of(request.metadata()) + "}}}}";
}

std::string count_query(const wire::AggregateRequest& request) {
    std::vector<std::string> arguments;
    if (!request.tenant().empty()) arguments.push_back("tenant:" + quoted(request.tenant()));
    if (request.has_filters()) arguments.push_back("where:" + literal(where_json(request.filters()), {}));
    return "{Aggregate{" + request.collection() + (arguments.empty() ? "" : "(" + join(arguments, ",") + ")") +
           "{meta{count}}}}";
}

}  // namespace ely::store::weaviate
