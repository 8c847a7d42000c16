#pragma once

// Which objects: a tree of comparisons that every store evaluates the same way. The language that people write, and its
// parser, come apart from this.

#include <memory>
#include <string>
#include <vector>

#include "model/value.hpp"

namespace ely::store {

enum class Comparison {
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    glob,      // glob_match of base/text.hpp on text
    is_null,   // value ignored
    contains,  // text[]: has this element
    any_of,    // text: equals one of the value's text[]
};

struct Filter {
    enum class Kind { everything, compare, all, any, none };
    Kind kind = Kind::everything;
    std::string property;  // or "_id" (text form), "_vector" (is_null only)
    Comparison comparison = Comparison::equal;
    model::Value value;
    std::vector<Filter> operands;

    static Filter everything() { return {}; }
    static Filter compare(std::string property, Comparison comparison, model::Value value) {
        return {Kind::compare, std::move(property), comparison, std::move(value), {}};
    }
    static Filter equals(std::string property, model::Value value) {
        return compare(std::move(property), Comparison::equal, std::move(value));
    }
    static Filter without_vector() { return compare("_vector", Comparison::is_null, {}); }
    static Filter all_of(std::vector<Filter> operands) {
        return {Kind::all, {}, Comparison::equal, {}, std::move(operands)};
    }
    static Filter any_of(std::vector<Filter> operands) {
        return {Kind::any, {}, Comparison::equal, {}, std::move(operands)};
    }
    static Filter none_of(std::vector<Filter> operands) {
        return {Kind::none, {}, Comparison::equal, {}, std::move(operands)};
    }
};

// One value against one comparison, as the stores promise it: a comparison with null is false, except is_null; values
// of different types are not equal and in no order (integers and numbers compare as numbers); text compares by bytes,
// and so do dates in their text form.
[[nodiscard]] bool value_matches(Comparison comparison, const model::Value& value, const model::Value& operand);

// One object against the filter, comparing as value_matches does. `_id` and `_vector` are read from `id_text` and
// `has_vector`.
[[nodiscard]] bool matches(const Filter& filter, const model::Properties& properties, std::string_view id_text,
                           bool has_vector);

}  // namespace ely::store
