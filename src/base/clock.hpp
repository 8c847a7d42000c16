#pragma once

// Time as it is passed into code: wall-clock instants for what is stored and shown, a monotonic stopwatch for what is
// measured. Code takes a Clock, so a test decides what time it is.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ely {

// Milliseconds since 1970-01-01T00:00:00Z.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const = 0;
};

// The machine's clock; lives as long as the program.
[[nodiscard]] const Clock& system_clock();

// RFC 3339 in UTC with milliseconds, "2026-01-31T12:00:00.000Z".
[[nodiscard]] std::string to_rfc3339(Timestamp time);
// What to_rfc3339 wrote, and nothing else; nullopt otherwise.
[[nodiscard]] std::optional<Timestamp> from_rfc3339(std::string_view text);
// An HTTP date as servers have to write it, "Thu, 26 Nov 2026 02:08:13 GMT"; nullopt otherwise.
[[nodiscard]] std::optional<Timestamp> from_http_date(std::string_view text);

class Stopwatch {
  public:
    Stopwatch() : m_start(std::chrono::steady_clock::now()) {}
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }

  private:
    std::chrono::steady_clock::time_point m_start;
};

}  // namespace ely
