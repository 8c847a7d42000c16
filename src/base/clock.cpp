#include "base/clock.hpp"

#include <array>
#include <ctime>

#include <fmt/format.h>

namespace ely {
namespace {

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Timestamp now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

// The numbers of a text of this shape: a run of 'd' is a number, 'x' is any character, all else stands for itself.
// Field by field: the calendar functions of this compiler's library do not parse yet.
template <std::size_t N>
std::optional<std::array<int, N>> fields_of(std::string_view text, std::string_view shape) {
    if (text.size() != shape.size()) return std::nullopt;
    std::array<int, N> out{};
    std::size_t field = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (shape[i] == 'd') {
            if (text[i] < '0' || text[i] > '9') return std::nullopt;
            out.at(field) = out.at(field) * 10 + (text[i] - '0');
            if (i + 1 < shape.size() && shape[i + 1] != 'd') ++field;
        } else if (shape[i] != 'x' && shape[i] != text[i]) {
            return std::nullopt;
        }
    }
    return out;
}

struct TimeOfDay {
    int hour;
    int minute;
    int second;
};

// nullopt when there is no such day or time.
std::optional<Timestamp> instant(int year, int month, int day, TimeOfDay time) {
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || time.hour > 23 || time.minute > 59 || time.second > 60) return std::nullopt;
    return Timestamp(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(time.hour) +
                     std::chrono::minutes(time.minute) + std::chrono::seconds(time.second));
}

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

std::string to_rfc3339(Timestamp time) {
    const auto count = time.time_since_epoch().count();
    const auto milliseconds = ((count % 1000) + 1000) % 1000;
    const std::time_t seconds = (count - milliseconds) / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds);
}

std::optional<Timestamp> from_rfc3339(std::string_view text) {
    const auto fields = fields_of<7>(text, "dddd-dd-ddTdd:dd:dd.dddZ");
    if (!fields) return std::nullopt;
    const auto [year, month, day, hour, minute, second, millisecond] = *fields;
    const auto time = instant(year, month, day, {hour, minute, second});
    return time ? std::optional(*time + std::chrono::milliseconds(millisecond)) : std::nullopt;
}

std::optional<Timestamp> from_http_date(std::string_view text) {
    constexpr std::string_view k_days = "Sun Mon Tue Wed Thu Fri Sat";
    constexpr std::string_view k_months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    constexpr std::size_t k_month_at = 8;
    const auto fields = fields_of<5>(text, "xxx, dd xxx dddd dd:dd:dd GMT");
    if (!fields) return std::nullopt;
    const auto weekday = k_days.find(text.substr(0, 3));
    const auto month = k_months.find(text.substr(k_month_at, 3));
    if (weekday == std::string_view::npos || weekday % 4 != 0 || month == std::string_view::npos || month % 4 != 0) {
        return std::nullopt;
    }
    const auto [day, year, hour, minute, second] = *fields;
    return instant(year, static_cast<int>(month / 4) + 1, day, {hour, minute, second});
}

}  // namespace ely
