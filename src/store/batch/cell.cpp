#include "store/batch/cell.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "base/uuid.hpp"
#include "model/schema_json.hpp"
#include "store/batch/parts_json.hpp"

namespace ely::store {
namespace {

using model::DataType;

constexpr std::int64_t k_second = 1'000'000;

// The next `digits` digits as a number, or -1.
int take_number(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size()) return -1;
    int out = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        out = out * 10 + (text[i] - '0');
    }
    return out;
}

// "Z", "+02:00" to seconds east of UTC.
std::optional<std::int64_t> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
    const int hours = take_number(text, 1, 2);
    const int minutes = take_number(text, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const std::int64_t seconds = hours * 3600 + minutes * 60;
    return text[0] == '-' ? -seconds : seconds;
}

tl::unexpected<Error> wrong_type(const model::Property& property) {
    return fail(Code::usage, fmt::format("property '{}' is of type {}, the value is not", property.name,
                                         model::data_type_name(property.type)));
}

}  // namespace

std::string uuid_text(std::string_view bytes) {
    Uuid id;
    std::memcpy(id.bytes.data(), bytes.data(), std::min<std::size_t>(bytes.size(), 16));
    return id.text();
}

std::optional<std::int64_t> parse_instant(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
    if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
    const int year = take_number(text, 0, 4);
    const int month = take_number(text, 5, 2);
    const int day = take_number(text, 8, 2);
    const int hour = take_number(text, 11, 2);
    const int minute = take_number(text, 14, 2);
    const int second = take_number(text, 17, 2);
    if (year < 1 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    std::size_t at = 19;
    std::int64_t fraction = 0;
    if (text[at] == '.') {
        std::int64_t unit = k_second / 10;
        const auto start = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
            fraction += unit * (text[at] - '0');
        }
        if (at == start) return std::nullopt;
    }
    const auto offset = parse_offset(text.substr(at));
    if (!offset) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return ((days * 86400) + hour * 3600 + minute * 60 + second - *offset) * k_second + fraction;
}

std::string instant_text(std::int64_t microseconds) {
    const auto point = std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(microseconds));
    const auto day = std::chrono::floor<std::chrono::days>(point);
    const std::chrono::year_month_day date(day);
    const std::int64_t rest = (point - day).count();
    const std::int64_t seconds = rest / k_second;
    auto out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), seconds / 3600,
                           seconds / 60 % 60, seconds % 60);
    if (rest % k_second != 0) {
        out += fmt::format(".{:06}", rest % k_second);
        while (out.back() == '0') out.pop_back();
    }
    return out + "Z";
}

Result<void> OwnedCell::assign_list(const model::Property& property, const model::Value& value) {
    if (property.type == DataType::integer_array) {
        const auto* list = std::get_if<std::vector<std::int64_t>>(&value);
        if (list == nullptr) return wrong_type(property);
        m_cell.data = *list;
        return {};
    }
    if (property.type == DataType::number_array) {
        if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&value)) {
            m_cell.data = std::vector<double>(whole->begin(), whole->end());
            return {};
        }
        const auto* list = std::get_if<std::vector<double>>(&value);
        if (list == nullptr) return wrong_type(property);
        m_cell.data = *list;
        return {};
    }
    if (property.type == DataType::boolean_array) {
        const auto* list = std::get_if<std::vector<bool>>(&value);
        if (list == nullptr) return wrong_type(property);
        m_cell.data = *list;
        return {};
    }
    const auto* texts = std::get_if<std::vector<std::string>>(&value);
    if (texts == nullptr) return wrong_type(property);
    if (property.type == DataType::uuid_array) {
        m_bytes.clear();
        for (const auto& text : *texts) {
            ELY_TRY_ASSIGN(const auto id, Uuid::parse(text));
            m_bytes += id.view();
        }
        std::vector<std::string_view> ids;
        for (std::size_t at = 0; at < m_bytes.size(); at += 16) ids.push_back(std::string_view(m_bytes).substr(at, 16));
        m_cell.data = std::move(ids);
        return {};
    }
    std::vector<std::int64_t> instants;
    bool plain = true;
    for (const auto& text : *texts) {
        const auto instant = parse_instant(text);
        if (!instant) {
            return fail(Code::usage, fmt::format("property '{}': '{}' is no RFC 3339 date", property.name, text));
        }
        instants.push_back(*instant);
        plain = plain && instant_text(*instant) == text;
    }
    m_cell.data = std::move(instants);
    if (plain) return {};
    m_bytes = nlohmann::json(*texts).dump();
    m_cell.raw = m_bytes;
    return {};
}

std::vector<std::string> date_texts(const Cell& cell) {
    const auto& instants = std::get<std::vector<std::int64_t>>(cell.data);
    if (!cell.raw.empty()) {
        const auto texts = nlohmann::json::parse(cell.raw, nullptr, false);
        if (texts.is_array() && texts.size() == instants.size() &&
            std::ranges::all_of(texts, [](const auto& text) { return text.is_string(); })) {
            return texts.get<std::vector<std::string>>();
        }
    }
    std::vector<std::string> out;
    for (const auto instant : instants) out.push_back(instant_text(instant));
    return out;
}

Result<void> OwnedCell::assign(const model::Property& property, const model::Value& value) {
    m_cell = {};
    if (std::holds_alternative<std::monostate>(value)) return {};
    const auto* text = std::get_if<std::string>(&value);
    switch (property.type) {
        case DataType::text:
            if (text == nullptr) return wrong_type(property);
            m_cell.data = std::string_view(*text);
            return {};
        case DataType::text_array: {
            const auto* list = std::get_if<std::vector<std::string>>(&value);
            if (list == nullptr) return wrong_type(property);
            m_cell.data = std::vector<std::string_view>(list->begin(), list->end());
            return {};
        }
        case DataType::integer:
            if (!std::holds_alternative<std::int64_t>(value)) return wrong_type(property);
            m_cell.data = std::get<std::int64_t>(value);
            return {};
        case DataType::number:
            if (const auto* integer = std::get_if<std::int64_t>(&value)) {
                m_cell.data = static_cast<double>(*integer);
                return {};
            }
            if (!std::holds_alternative<double>(value)) return wrong_type(property);
            m_cell.data = std::get<double>(value);
            return {};
        case DataType::boolean:
            if (!std::holds_alternative<bool>(value)) return wrong_type(property);
            m_cell.data = std::get<bool>(value);
            return {};
        case DataType::date: {
            if (text == nullptr) return wrong_type(property);
            const auto instant = parse_instant(*text);
            if (!instant) {
                return fail(Code::usage, fmt::format("property '{}': '{}' is no RFC 3339 date", property.name, *text));
            }
            m_cell.data = *instant;
            if (instant_text(*instant) != *text) m_cell.raw = *text;
            return {};
        }
        case DataType::uuid: {
            if (text == nullptr) return wrong_type(property);
            ELY_TRY_ASSIGN(const auto id, Uuid::parse(*text));
            m_bytes = id.view();
            m_cell.data = std::string_view(m_bytes);
            return {};
        }
        case DataType::blob: {
            if (text == nullptr) return wrong_type(property);
            auto bytes = from_base64(*text);
            if (!bytes) return fail(Code::usage, fmt::format("property '{}' is no base64 text", property.name));
            m_bytes = std::move(*bytes);
            m_cell.data = std::string_view(m_bytes);
            return {};
        }
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array: {
            if (text == nullptr) return wrong_type(property);
            ELY_TRY_ASSIGN(m_bytes, canonical_json(property, std::string_view(*text)));
            m_cell.data = std::string_view(m_bytes);
            return {};
        }
        case DataType::integer_array:
        case DataType::number_array:
        case DataType::boolean_array:
        case DataType::date_array:
        case DataType::uuid_array:
            return assign_list(property, value);
    }
    return wrong_type(property);
}

model::Value to_value(DataType type, const Cell& cell) {
    if (cell.is_null()) return {};
    switch (type) {
        case DataType::text:
            return std::string(cell.bytes());
        case DataType::text_array: {
            const auto& list = std::get<std::vector<std::string_view>>(cell.data);
            return std::vector<std::string>(list.begin(), list.end());
        }
        case DataType::integer:
            return std::get<std::int64_t>(cell.data);
        case DataType::number:
            return std::get<double>(cell.data);
        case DataType::boolean:
            return std::get<bool>(cell.data);
        case DataType::date:
            return cell.raw.empty() ? instant_text(std::get<std::int64_t>(cell.data)) : std::string(cell.raw);
        case DataType::uuid:
            return uuid_text(cell.bytes());
        case DataType::blob:
            return to_base64(cell.bytes());
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array:
            return std::string(cell.bytes());
        case DataType::integer_array:
            return std::get<std::vector<std::int64_t>>(cell.data);
        case DataType::number_array:
            return std::get<std::vector<double>>(cell.data);
        case DataType::boolean_array:
            return std::get<std::vector<bool>>(cell.data);
        case DataType::date_array:
            return date_texts(cell);
        case DataType::uuid_array: {
            std::vector<std::string> out;
            for (const auto id : std::get<std::vector<std::string_view>>(cell.data)) out.push_back(uuid_text(id));
            return out;
        }
    }
    return {};
}

}  // namespace ely::store
