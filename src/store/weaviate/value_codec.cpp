#include "store/weaviate/value_codec.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "store/batch/parts_json.hpp"
#include "store/weaviate/value_json.hpp"

namespace ely::store::weaviate {
namespace {

namespace wire = ::weaviate::v1;

// A list as it is sent; what is sent for an element is `element`'s.
template <typename Values, typename Element>
google::protobuf::Value sent_list(const Values& values, Element element) {
    google::protobuf::Value out;
    auto& list = *out.mutable_list_value();
    for (const auto& value : values) element(*list.add_values(), value);
    return out;
}

std::vector<double> doubles(const std::vector<std::int64_t>& integers) {
    return {integers.begin(), integers.end()};
}

// A list's cell that outlives what it was made of.
Cell kept(const Cell& cell, std::deque<std::string>& owned) {
    auto out = cell;
    if (auto* views = std::get_if<std::vector<std::string_view>>(&out.data)) {
        for (auto& view : *views) view = owned.emplace_back(view);
    }
    if (!out.raw.empty()) out.raw = owned.emplace_back(out.raw);
    return out;
}

}  // namespace

bool is_list_or_parts(model::DataType type) {
    using enum model::DataType;
    return model::has_parts(type) || type == integer_array || type == number_array || type == boolean_array ||
           type == date_array || type == uuid_array;
}

Error float64_changes(const std::string& property, std::int64_t value) {
    return {Code::usage,
            fmt::format("'{}' is {}, and Weaviate keeps whole numbers as float64", property, value),
            {},
            {},
            0};
}

Result<google::protobuf::Value> sent_cell(const model::Property& property, const Cell& cell) {
    if (property.type == model::DataType::date_array) {
        return sent_list(date_texts(cell), [](auto& out, const auto& text) { out.set_string_value(text); });
    }
    if (property.type == model::DataType::uuid_array) {
        return sent_list(std::get<std::vector<std::string_view>>(cell.data),
                         [](auto& out, std::string_view id) { out.set_string_value(uuid_text(id)); });
    }
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&cell.data)) {
        const auto changed = std::ranges::find_if_not(*integers, survives_float64);
        if (changed != integers->end()) return fail(float64_changes(property.name, *changed));
        return sent_list(*integers,
                         [](auto& out, std::int64_t value) { out.set_number_value(static_cast<double>(value)); });
    }
    if (const auto* numbers = std::get_if<std::vector<double>>(&cell.data)) {
        if (!std::ranges::all_of(*numbers, [](double value) { return std::isfinite(value); })) {
            return fail(Code::usage, fmt::format("'{}' has an element that is no finite number", property.name));
        }
        return sent_list(*numbers, [](auto& out, double value) { out.set_number_value(value); });
    }
    if (const auto* booleans = std::get_if<std::vector<bool>>(&cell.data)) {
        return sent_list(*booleans, [](auto& out, bool value) { out.set_bool_value(value); });
    }
    const auto parts = nlohmann::json::parse(cell.bytes(), nullptr, false);
    if (parts.is_discarded()) return fail(Code::usage, fmt::format("'{}' is no JSON", property.name));
    auto out = sent_value(parts);
    if (!out) return fail(std::move(out).error(), fmt::format("'{}'", property.name));
    return out;
}

Cell received_cell(const model::Property& property, const wire::Value& value, std::deque<std::string>& owned) {
    const auto& list = value.list_value();
    switch (property.type) {
        case model::DataType::integer_array:
            return {unpack_integers(list.int_values().values()), {}};
        case model::DataType::number_array:
            return {list.has_int_values() ? doubles(unpack_integers(list.int_values().values()))
                                          : unpack_numbers(list.number_values().values()),
                    {}};
        case model::DataType::boolean_array:
            return {std::vector<bool>(list.bool_values().values().begin(), list.bool_values().values().end()), {}};
        case model::DataType::date_array:
        case model::DataType::uuid_array: {
            OwnedCell made;
            const auto& dates = list.date_values().values();
            const auto& ids = list.uuid_values().values();
            std::vector<std::string> texts(dates.begin(), dates.end());
            texts.insert(texts.end(), ids.begin(), ids.end());
            if (!made.assign(property, texts)) return {};
            return kept(made.cell(), owned);
        }
        default: {
            auto text = canonical_json(property, to_json(value));
            if (!text) return {};
            return {std::string_view(owned.emplace_back(std::move(*text))), {}};
        }
    }
}

}  // namespace ely::store::weaviate
