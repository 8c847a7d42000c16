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
    // Field by field: the calendar functions of this compiler's library do not parse yet.
    std::array<int, 7> fields{};
    constexpr std::string_view k_shape = "dddd-dd-ddTdd:dd:dd.dddZ";
    if (text.size() != k_shape.size()) return std::nullopt;
    std::size_t field = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (k_shape[i] != 'd') {
            if (text[i] != k_shape[i]) return std::nullopt;
            ++field;
        } else {
            if (text[i] < '0' || text[i] > '9') return std::nullopt;
            fields.at(field) = fields.at(field) * 10 + (text[i] - '0');
        }
    }
    const auto [year, month, day, hour, minute, second, millisecond] = fields;
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return Timestamp(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                     std::chrono::minutes(minute) + std::chrono::seconds(second) +
                     std::chrono::milliseconds(millisecond));
}

}  // namespace ely
