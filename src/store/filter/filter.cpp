#include "store/filter/filter.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace ely::store {
namespace {

using model::Value;

std::optional<double> as_number(const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* number = std::get_if<double>(&value)) return *number;
    return std::nullopt;
}

// Less, equal, greater; unordered when the types differ or a NaN is met.
std::partial_ordering compare_values(const Value& left, const Value& right) {
    const auto* left_integer = std::get_if<std::int64_t>(&left);
    const auto* right_integer = std::get_if<std::int64_t>(&right);
    if (left_integer != nullptr && right_integer != nullptr) return *left_integer <=> *right_integer;
    const auto left_number = as_number(left);
    const auto right_number = as_number(right);
    if (left_number && right_number) return *left_number <=> *right_number;
    if (left.index() != right.index()) return std::partial_ordering::unordered;
    if (const auto* text = std::get_if<std::string>(&left)) return *text <=> std::get<std::string>(right);
    if (const auto* boolean = std::get_if<bool>(&left)) {
        return static_cast<int>(*boolean) <=> static_cast<int>(std::get<bool>(right));
    }
    if (const auto* list = std::get_if<std::vector<std::string>>(&left)) {
        return *list <=> std::get<std::vector<std::string>>(right);
    }
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&left)) {
        return *list <=> std::get<std::vector<std::int64_t>>(right);
    }
    if (const auto* list = std::get_if<std::vector<double>>(&left)) {
        return *list <=> std::get<std::vector<double>>(right);
    }
    if (const auto* list = std::get_if<std::vector<bool>>(&left)) return *list <=> std::get<std::vector<bool>>(right);
    return std::partial_ordering::unordered;
}

bool is_null_value(const Value& value) {
    return std::holds_alternative<std::monostate>(value);
}

bool has_element(const Value& value, const Value& element) {
    const auto holds = [&](const auto* list) {
        return list != nullptr && std::ranges::any_of(*list, [&](const auto& one) {
                   return compare_values(Value(one), element) == std::partial_ordering::equivalent;
               });
    };
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
        const auto* text = std::get_if<std::string>(&element);
        return text != nullptr && std::ranges::find(*texts, *text) != texts->end();
    }
    if (const auto* booleans = std::get_if<std::vector<bool>>(&value)) {
        const auto* boolean = std::get_if<bool>(&element);
        return boolean != nullptr && std::ranges::find(*booleans, *boolean) != booleans->end();
    }
    return holds(std::get_if<std::vector<std::int64_t>>(&value)) || holds(std::get_if<std::vector<double>>(&value));
}

bool is_any_of(const Value& value, const Value& list) {
    return has_element(list, value);
}

bool matches_glob(const Value& value, const Value& pattern) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* glob = std::get_if<std::string>(&pattern);
    return text != nullptr && glob != nullptr && glob_match(*glob, *text);
}

}  // namespace

bool value_matches(Comparison comparison, const Value& value, const Value& operand) {
    if (comparison == Comparison::is_null) return is_null_value(value);
    if (is_null_value(value) || is_null_value(operand)) return false;
    const auto order = [&] { return compare_values(value, operand); };
    switch (comparison) {
        case Comparison::equal:
            return order() == std::partial_ordering::equivalent;
        case Comparison::not_equal:
            return order() != std::partial_ordering::equivalent;
        case Comparison::less:
            return order() == std::partial_ordering::less;
        case Comparison::less_or_equal:
            return order() == std::partial_ordering::less || order() == std::partial_ordering::equivalent;
        case Comparison::greater:
            return order() == std::partial_ordering::greater;
        case Comparison::greater_or_equal:
            return order() == std::partial_ordering::greater || order() == std::partial_ordering::equivalent;
        case Comparison::glob:
            return matches_glob(value, operand);
        case Comparison::is_null:
            return false;
        case Comparison::contains:
            return has_element(value, operand);
        case Comparison::any_of:
            return is_any_of(value, operand);
    }
    return false;
}

bool matches(const Filter& filter, const model::Properties& properties, std::string_view id_text, bool has_vector) {
    const auto operand_matches = [&](const Filter& operand) {
        return matches(operand, properties, id_text, has_vector);
    };
    switch (filter.kind) {
        case Filter::Kind::everything:
            return true;
        case Filter::Kind::all:
            return std::ranges::all_of(filter.operands, operand_matches);
        case Filter::Kind::any:
            return std::ranges::any_of(filter.operands, operand_matches);
        case Filter::Kind::none:
            return std::ranges::none_of(filter.operands, operand_matches);
        case Filter::Kind::compare:
            break;
    }
    if (filter.property == "_vector") return filter.comparison == Comparison::is_null && !has_vector;
    if (filter.property == "_id") return value_matches(filter.comparison, Value(std::string(id_text)), filter.value);
    const auto found = properties.find(filter.property);
    return value_matches(filter.comparison, found == properties.end() ? Value() : found->second, filter.value);
}

}  // namespace ely::store
