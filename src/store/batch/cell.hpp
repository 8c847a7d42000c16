#pragma once

// One value as it stands in a batch's column or in a stored row: without copies, its type known from the property.
// Between cells and model::Value lie the text forms that people see: dates in RFC 3339, UUIDs, blobs in base64.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "model/value.hpp"

namespace ely::store {

// null | boolean | integer, date as microseconds since 1970 | number | text, uuid (16 bytes), blob (bytes), a value
// with named parts (JSON, parts_json.hpp) | text[], uuid[] | int[], date[] | number[] | boolean[]
struct Cell {
    std::variant<std::monostate, bool, std::int64_t, double, std::string_view, std::vector<std::string_view>,
                 std::vector<std::int64_t>, std::vector<double>, std::vector<bool>>
        data;
    // A date's own text, where the instant alone would not give it back; of a date[] all texts, as a list in JSON.
    std::string_view raw;

    [[nodiscard]] bool is_null() const { return data.index() == 0; }
    [[nodiscard]] std::string_view bytes() const {
        const auto* view = std::get_if<std::string_view>(&data);
        return view != nullptr ? *view : std::string_view();
    }
};

// A cell together with what it points to. Moving it would leave the cell dangling, so it stays where it is made.
class OwnedCell {
  public:
    OwnedCell() = default;
    OwnedCell(const OwnedCell&) = delete;
    OwnedCell& operator=(const OwnedCell&) = delete;

    // usage when the value is not of the property's type. The value must outlive the cell.
    [[nodiscard]] Result<void> assign(const model::Property& property, const model::Value& value);
    [[nodiscard]] const Cell& cell() const { return m_cell; }

  private:
    [[nodiscard]] Result<void> assign_list(const model::Property& property, const model::Value& value);

    Cell m_cell;
    std::string m_bytes;
};

[[nodiscard]] model::Value to_value(model::DataType type, const Cell& cell);
// Of 16 bytes.
[[nodiscard]] std::string uuid_text(std::string_view bytes);
// The texts of a date[] that is not null.
[[nodiscard]] std::vector<std::string> date_texts(const Cell& cell);

// "2026-01-31T12:00:00.5+02:00" to microseconds; nullopt when it is no RFC 3339 date between the years 1 and 9999.
[[nodiscard]] std::optional<std::int64_t> parse_instant(std::string_view text);
// In UTC, ending in Z, the fraction without trailing zeros.
[[nodiscard]] std::string instant_text(std::int64_t microseconds);

}  // namespace ely::store
