#include "model/health_report.hpp"

#include <algorithm>

namespace ely::model {

Verdict verdict(const HealthReport& report) {
    if (report.silent) return Verdict::no_answer;
    const auto* worst = worst_step(report);
    if (worst == nullptr) return Verdict::healthy;
    return worst->state == HealthState::failed ? Verdict::unhealthy : Verdict::warnings;
}

std::string_view verdict_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::healthy:
            return "healthy";
        case Verdict::warnings:
            return "healthy, with warnings";
        case Verdict::unhealthy:
            return "unhealthy";
        case Verdict::no_answer:
            return "does not answer";
    }
    return {};
}

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::healthy:
            return "healthy";
        case Verdict::warnings:
            return "warnings";
        case Verdict::unhealthy:
            return "unhealthy";
        case Verdict::no_answer:
            return "no_answer";
    }
    return {};
}

std::string_view state_name(HealthState state) {
    switch (state) {
        case HealthState::ok:
            return "ok";
        case HealthState::untold:
            return "untold";
        case HealthState::warning:
            return "warning";
        case HealthState::failed:
            return "failed";
    }
    return {};
}

std::vector<std::string> next_steps(const HealthReport& report) {
    std::vector<std::string> out;
    for (const auto state : {HealthState::failed, HealthState::warning}) {
        for (const auto& step : report.steps) {
            if (step.state != state || step.next.empty()) continue;
            if (std::ranges::find(out, step.next) == out.end()) out.push_back(step.next);
        }
    }
    return out;
}

const HealthStep* worst_step(const HealthReport& report) {
    for (const auto state : {HealthState::failed, HealthState::warning}) {
        const auto found =
            std::ranges::find_if(report.steps, [&](const HealthStep& step) { return step.state == state; });
        if (found != report.steps.end()) return &*found;
    }
    return nullptr;
}

}  // namespace ely::model
