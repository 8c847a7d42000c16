#include "ui/time_text.hpp"

#include <array>
#include <ctime>

#include <fmt/core.h>

namespace ely::ui {
namespace {

// "5 min", "1 hour", "3 days"; empty below half a minute.
std::string rounded(std::chrono::milliseconds span) {
    const auto minutes = (span.count() + 30'000) / 60'000;
    if (minutes < 1) return {};
    if (minutes < 60) return fmt::format("{} min", minutes);
    const auto hours = (minutes + 30) / 60;
    if (hours < 24) return fmt::format("{} hour{}", hours, hours == 1 ? "" : "s");
    const auto days = (hours + 12) / 24;
    return fmt::format("{} day{}", days, days == 1 ? "" : "s");
}

}  // namespace

std::string local_time(Timestamp time) {
    const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    std::array<char, 32> buffer{};
    const auto length = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return {buffer.data(), length};
}

std::string ago(Timestamp then, Timestamp now) {
    const auto text = rounded(now - then);
    return text.empty() ? "just now" : text + " ago";
}

std::string until(Timestamp then, Timestamp now) {
    const auto text = rounded(then - now);
    return text.empty() ? "now" : "in " + text;
}

}  // namespace ely::ui
