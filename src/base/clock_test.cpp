#include "base/clock.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace ely;

TEST_CASE("a moment is read as it was written") {
    const auto written = [](std::int64_t milliseconds) { return Timestamp(std::chrono::milliseconds(milliseconds)); };
    CHECK(to_rfc3339(written(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(to_rfc3339(written(951'782'399'007)) == "2000-02-28T23:59:59.007Z");
    const bool all = rc::check("any moment from 1970 to 9999", [&] {
        const auto time = written(*rc::gen::inRange<std::int64_t>(0, 253'402'300'799'999));
        RC_ASSERT(from_rfc3339(to_rfc3339(time)) == time);
    });
    CHECK(all);
}

TEST_CASE("what was not written by us is no moment") {
    for (const auto* text : {"", "2026-01-31", "2026-01-31T12:00:00Z", "2026-02-30T12:00:00.000Z",
                             "2026-01-31T24:00:00.000Z", "2026-01-31T12:00:00.000+", "2026-01-3aT12:00:00.000Z"}) {
        CAPTURE(text);
        CHECK_FALSE(from_rfc3339(text));
    }
}

TEST_CASE("an HTTP date is the moment it names") {
    const auto read = [](std::string_view text) {
        const auto time = from_http_date(text);
        return time ? to_rfc3339(*time) : "none";
    };
    CHECK(read("Thu, 26 Nov 2026 02:08:13 GMT") == "2026-11-26T02:08:13.000Z");
    CHECK(read("Sun, 01 Jan 2023 23:59:59 GMT") == "2023-01-01T23:59:59.000Z");
    for (const auto* text :
         {"", "Thu, 26 Nov 2026 02:08:13", "Thu, 26 Nov 2026 02:08:13 UTC", "Thu, 31 Nov 2026 02:08:13 GMT",
          "Thu, 26 ovD 2026 02:08:13 GMT", "hu , 26 Nov 2026 02:08:13 GMT", "Thu, 26 Nov 2026 24:08:13 GMT",
          "Thu, 2a Nov 2026 02:08:13 GMT"}) {
        CAPTURE(text);
        CHECK(read(text) == "none");
    }
}
