#include "store/weaviate/filter_request.hpp"

#include <algorithm>
#include <cstdlib>

#include "store/weaviate/names.hpp"

namespace ely::store::weaviate {
namespace {

namespace wire = ::weaviate::v1;
using model::DataType;

// What the server cannot help with.
FilterRequest by_looking() {
    return {std::nullopt, false, false};
}
FilterRequest nothing() {
    return {std::nullopt, true, true};
}

wire::Filters on(std::string_view property, wire::Filters::Operator how) {
    wire::Filters out;
    out.set_operator_(how);
    out.mutable_target()->set_property(std::string(property));
    return out;
}

// The server takes white space off a field before it compares, and has no entry for an empty one.
bool compares_as_it_is(std::string_view text) {
    const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    return !text.empty() && !is_space(text.front()) && !is_space(text.back());
}

bool has_ascii_word(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

FilterRequest any_text(const model::Property& property, const std::vector<std::string>& texts, bool whole_fields) {
    if (texts.empty()) return nothing();
    if (!std::ranges::all_of(texts, compares_as_it_is)) return by_looking();
    auto out = on(property.name, wire::Filters::OPERATOR_CONTAINS_ANY);
    for (const auto& text : texts) out.mutable_value_text_array()->add_values(text);
    return {std::move(out), whole_fields, false};
}

FilterRequest on_text(const Filter& filter, const model::Property& property, bool whole_fields) {
    if (filter.comparison == Comparison::any_of) {
        const auto* texts = std::get_if<std::vector<std::string>>(&filter.value);
        if (texts == nullptr) return nothing();
        // Of a text cut into words, "any of" would be any of the words.
        return whole_fields ? any_text(property, *texts, true) : by_looking();
    }
    if (filter.comparison != Comparison::equal) return by_looking();
    const auto* text = std::get_if<std::string>(&filter.value);
    if (text == nullptr) return nothing();
    if (!(whole_fields ? compares_as_it_is(*text) : has_ascii_word(*text))) return by_looking();
    auto out = on(property.name, wire::Filters::OPERATOR_EQUAL);
    out.set_value_text(*text);
    return {std::move(out), whole_fields, false};
}

FilterRequest on_list(const Filter& filter, const model::Property& property, bool whole_fields) {
    if (filter.comparison != Comparison::contains || !whole_fields) return by_looking();
    const auto* text = std::get_if<std::string>(&filter.value);
    return text == nullptr ? nothing() : any_text(property, {*text}, true);
}

std::optional<wire::Filters::Operator> order_operator(Comparison comparison) {
    switch (comparison) {
        case Comparison::equal:
            return wire::Filters::OPERATOR_EQUAL;
        case Comparison::less:
            return wire::Filters::OPERATOR_LESS_THAN;
        case Comparison::less_or_equal:
            return wire::Filters::OPERATOR_LESS_THAN_EQUAL;
        case Comparison::greater:
            return wire::Filters::OPERATOR_GREATER_THAN;
        case Comparison::greater_or_equal:
            return wire::Filters::OPERATOR_GREATER_THAN_EQUAL;
        default:
            return std::nullopt;
    }
}

FilterRequest on_number(const Filter& filter, const model::Property& property) {
    constexpr std::int64_t k_exact = 1LL << 53U;
    const auto how = order_operator(filter.comparison);
    if (!how) return by_looking();
    auto out = on(property.name, *how);
    const auto* integer = std::get_if<std::int64_t>(&filter.value);
    const auto* number = std::get_if<double>(&filter.value);
    if (integer != nullptr && std::llabs(*integer) <= k_exact) {
        property.type == DataType::integer ? out.set_value_int(*integer)
                                           : out.set_value_number(static_cast<double>(*integer));
        return {std::move(out), true, false};
    }
    if (number != nullptr && property.type == DataType::number) {
        out.set_value_number(*number);
        return {std::move(out), true, false};
    }
    return by_looking();
}

FilterRequest on_boolean(const Filter& filter, const model::Property& property) {
    const auto* value = std::get_if<bool>(&filter.value);
    if (filter.comparison != Comparison::equal || value == nullptr) return by_looking();
    auto out = on(property.name, wire::Filters::OPERATOR_EQUAL);
    out.set_value_boolean(*value);
    return {std::move(out), true, false};
}

FilterRequest on_null(const model::Property& property, const Class& target) {
    if (!target.null_state) return by_looking();
    auto out = on(property.name, wire::Filters::OPERATOR_IS_NULL);
    out.set_value_boolean(true);
    switch (property.type) {
        case DataType::integer:
        case DataType::number:
        case DataType::boolean:
        case DataType::date:
        case DataType::uuid:
            return {std::move(out), true, false};
        // Empty texts and lists count as null there.
        case DataType::text:
        case DataType::text_array:
        case DataType::integer_array:
        case DataType::number_array:
        case DataType::boolean_array:
        case DataType::date_array:
        case DataType::uuid_array:
            return {std::move(out), false, false};
        // Of these it keeps no such index.
        case DataType::blob:
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array:
            return by_looking();
    }
    return by_looking();
}

FilterRequest on_vector(const Class& target) {
    if (!target.ours || target.schema.vectors.empty()) return by_looking();
    auto out = on(k_has_vector_property, wire::Filters::OPERATOR_EQUAL);
    out.set_value_boolean(false);
    return {std::move(out), true, false};
}

FilterRequest on_id(const Filter& filter) {
    const auto* text = std::get_if<std::string>(&filter.value);
    const auto id = text != nullptr ? Uuid::parse(*text) : Result<Uuid>(fail(Code::usage, ""));
    if (filter.comparison != Comparison::equal || !id || id->text() != *text) return by_looking();
    return {id_filter(std::span(&*id, 1)), true, false};
}

FilterRequest compare(const Filter& filter, const Class& target) {
    if (filter.property == "_vector") return on_vector(target);
    if (filter.property == "_id") return on_id(filter);
    const auto* property = target.schema.find(filter.property);
    if (property == nullptr || !property->filterable) return by_looking();
    if (filter.comparison == Comparison::is_null) return on_null(*property, target);
    // How a class of somebody else's cuts its texts is not known here.
    const bool whole_fields = target.ours && !property->searchable;
    switch (property->type) {
        case DataType::text:
            return target.ours ? on_text(filter, *property, whole_fields) : by_looking();
        case DataType::text_array:
            return target.ours ? on_list(filter, *property, whole_fields) : by_looking();
        case DataType::integer:
        case DataType::number:
            return on_number(filter, *property);
        case DataType::boolean:
            return on_boolean(filter, *property);
        case DataType::date:
        case DataType::uuid:
        case DataType::blob:
        case DataType::integer_array:
        case DataType::number_array:
        case DataType::boolean_array:
        case DataType::date_array:
        case DataType::uuid_array:
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array:
            return by_looking();
    }
    return by_looking();
}

FilterRequest join(wire::Filters::Operator how, std::vector<wire::Filters> parts, bool exact) {
    if (parts.empty()) return {std::nullopt, exact, false};
    if (parts.size() == 1) return {std::move(parts.front()), exact, false};
    wire::Filters out;
    out.set_operator_(how);
    for (auto& part : parts) *out.add_filters() = std::move(part);
    return {std::move(out), exact, false};
}

FilterRequest all_of(const Filter& filter, const Class& target) {
    std::vector<wire::Filters> parts;
    bool exact = true;
    for (const auto& operand : filter.operands) {
        auto part = to_request(operand, target);
        if (part.nothing) return nothing();
        exact = exact && part.exact;
        if (part.filters) parts.push_back(std::move(*part.filters));
    }
    return join(wire::Filters::OPERATOR_AND, std::move(parts), exact);
}

FilterRequest any_of(const Filter& filter, const Class& target) {
    std::vector<wire::Filters> parts;
    bool exact = true;
    for (const auto& operand : filter.operands) {
        auto part = to_request(operand, target);
        if (part.nothing) continue;
        // One part that the server cannot narrow leaves everything open.
        if (!part.filters) return {std::nullopt, part.exact, false};
        exact = exact && part.exact;
        parts.push_back(std::move(*part.filters));
    }
    if (parts.empty()) return nothing();
    return join(wire::Filters::OPERATOR_OR, std::move(parts), exact);
}

}  // namespace

FilterRequest to_request(const Filter& filter, const Class& target) {
    switch (filter.kind) {
        case Filter::Kind::everything:
            return {};
        case Filter::Kind::compare:
            return compare(filter, target);
        case Filter::Kind::all:
            return all_of(filter, target);
        case Filter::Kind::any:
            return any_of(filter, target);
        case Filter::Kind::none:
            return filter.operands.empty() ? FilterRequest{} : by_looking();
    }
    return by_looking();
}

wire::Filters id_filter(std::span<const Uuid> ids) {
    auto out = on("_id", ids.size() == 1 ? wire::Filters::OPERATOR_EQUAL : wire::Filters::OPERATOR_CONTAINS_ANY);
    if (ids.size() == 1) {
        out.set_value_text(ids.front().text());
        return out;
    }
    for (const auto& id : ids) out.mutable_value_text_array()->add_values(id.text());
    return out;
}

std::vector<std::string> compared_properties(const Filter& filter) {
    if (filter.kind == Filter::Kind::compare) {
        return filter.property.starts_with('_') ? std::vector<std::string>() : std::vector{filter.property};
    }
    std::vector<std::string> out;
    for (const auto& operand : filter.operands) {
        auto part = compared_properties(operand);
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

bool compares_vector(const Filter& filter) {
    if (filter.kind == Filter::Kind::compare) return filter.property == "_vector";
    return std::ranges::any_of(filter.operands, compares_vector);
}

}  // namespace ely::store::weaviate
