#include "store/weaviate/graphql.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "store/weaviate/patience.hpp"

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
            return "";  // protobuf adds values of its own to the enumeration
    }
}

// GraphQL writes texts as JSON does.
std::string in_quotes(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string value_text(const wire::Filters& filter) {
    switch (filter.test_value_case()) {
        case wire::Filters::kValueText:
            return "valueText: " + in_quotes(filter.value_text());
        case wire::Filters::kValueInt:
            return fmt::format("valueInt: {}", filter.value_int());
        case wire::Filters::kValueBoolean:
            return fmt::format("valueBoolean: {}", filter.value_boolean());
        case wire::Filters::kValueNumber:
            return fmt::format("valueNumber: {}", filter.value_number());
        case wire::Filters::kValueTextArray: {
            auto texts = json::array();
            for (const auto& text : filter.value_text_array().values()) texts.push_back(text);
            return "valueText: " + in_quotes(texts);
        }
        case wire::Filters::TEST_VALUE_NOT_SET:
            return {};
    }
    return {};
}

std::string where(const wire::Filters& filter) {
    std::string out = fmt::format("{{operator: {}, ", operator_name(filter.operator_()));
    if (filter.filters().empty()) {
        const auto& property = filter.target().property();
        return out +
               fmt::format("path: [{}], {}}}", in_quotes(property == "_id" ? "id" : property), value_text(filter));
    }
    out += "operands: [";
    for (const auto& operand : filter.filters()) out += where(operand) + " ";
    return out + "]}";
}

// Once.
Result<std::uint64_t> count_now(const Rest& rest, const std::string& collection, const std::string& query) {
    const auto reply = rest.send("POST", "/v1/graphql", {{"query", query}});
    const auto answer = reply && reply->is_object() ? *reply : json::object();
    const auto count = answer.value(json::json_pointer("/data/Aggregate/" + collection + "/0/meta/count"), json());
    if (count.is_number_unsigned()) return count.get<std::uint64_t>();
    if (!reply && reply.error().code != Code::usage) return fail(reply.error());
    // A node's GraphQL hears of a new collection a moment after its schema does, and of the end of one as well.
    ELY_TRY(rest.get("/v1/schema/" + collection));
    const auto words = answer.value(json::json_pointer("/errors/0/message"), json());
    return fail(Code::unavailable,
                fmt::format("{} (GraphQL): {}", rest.url(),
                            words.is_string() ? printable(words.get_ref<const std::string&>()) : "no count"),
                rest.check_command());
}

}  // namespace

Result<std::uint64_t> graphql_count(const Rest& rest, const std::string& collection,
                                    const std::optional<wire::Filters>& filters) {
    const auto condition = filters ? "(where: " + where(*filters) + ")" : std::string();
    const auto query = "{Aggregate{" + collection + condition + "{meta{count}}}}";
    return with_patience(k_patience, [&] { return count_now(rest, collection, query); });
}

}  // namespace ely::store::weaviate
