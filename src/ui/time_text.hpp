#pragma once

// Moments as people read them on status screens; files and JSON have RFC 3339 (base/clock.hpp).

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ely::ui {

// "2025-09-02 15:05:00" in the local time zone.
[[nodiscard]] std::string local_time(Timestamp time);
// "just now", "5 min ago", "1 hour ago", "3 days ago".
[[nodiscard]] std::string ago(Timestamp then, Timestamp now);
// "now", "in 25 min", "in 3 hours".
[[nodiscard]] std::string until(Timestamp then, Timestamp now);

}  // namespace ely::ui
