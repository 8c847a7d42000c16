#include "model/health_report.hpp"

#include <doctest/doctest.h>

namespace ely::model {
namespace {

HealthReport report_of(std::vector<HealthStep> steps) {
    HealthReport out;
    out.steps = std::move(steps);
    return out;
}

TEST_CASE("one failure makes a store unhealthy, a warning does not, and what is not told counts for nothing") {
    const HealthStep ok{"rest", "REST", HealthState::ok, "reached", {}, "never shown"};
    const HealthStep untold{"raft", "Raft", HealthState::untold, "not told", {}, "never shown"};
    const HealthStep warning{"clock", "Clock", HealthState::warning, "late", {}, "set the clock"};
    const HealthStep failed{"key", "Key", HealthState::failed, "refused", {}, "give a key"};
    CHECK(verdict(report_of({ok, untold})) == Verdict::healthy);
    CHECK(worst_step(report_of({ok, untold})) == nullptr);
    CHECK(next_steps(report_of({ok, untold})).empty());
    CHECK(verdict(report_of({ok, warning})) == Verdict::warnings);
    const auto both = report_of({ok, warning, failed, warning});
    CHECK(verdict(both) == Verdict::unhealthy);
    CHECK(worst_step(both)->name == "key");
    CHECK(next_steps(both) == std::vector<std::string>{"give a key", "set the clock"});
    auto silent = both;
    silent.silent = true;
    CHECK(verdict(silent) == Verdict::no_answer);
}

}  // namespace
}  // namespace ely::model
