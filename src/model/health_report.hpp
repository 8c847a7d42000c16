#pragma once

// What a look at a store found: one step for each thing that was looked at, with what to do about it. Plain values that
// stores fill in and programs render; nothing here looks, and nothing in it is secret.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ely::model {

// `untold`: the store does not say, or could not be asked; no reason to worry by itself.
enum class HealthState { ok, untold, warning, failed };

// The text of a step that was left out because an earlier one had failed.
inline constexpr std::string_view k_not_asked = "not asked";

struct HealthStep {
    std::string name;  // "rest", "raft": the same for ever, for programs
    std::string title;
    HealthState state = HealthState::ok;
    std::string text;                  // one line
    std::vector<std::string> details;  // lines that say more
    std::string next;                  // the user's next command or action
};

struct NodeHealth {
    std::string name;
    std::string status;  // the server's word: "HEALTHY"
    std::string version;
    std::uint64_t shards = 0;
    std::uint64_t objects = 0;  // every copy counts
};

struct HealthReport {
    std::string name;      // the cluster's; "embedded"
    std::string location;  // URL or file
    std::string version;   // the server's; empty: not known, or not a server
    std::vector<NodeHealth> nodes;
    std::vector<HealthStep> steps;
    bool silent = false;  // nobody answered at all
};

enum class Verdict { healthy, warnings, unhealthy, no_answer };

[[nodiscard]] Verdict verdict(const HealthReport& report);
// "healthy", "healthy, with warnings", "unhealthy", "does not answer"
[[nodiscard]] std::string_view verdict_text(Verdict verdict);
// The same for programs: "healthy", "warnings", "unhealthy", "no_answer"
[[nodiscard]] std::string_view verdict_name(Verdict verdict);
// "ok", "untold", "warning", "failed"
[[nodiscard]] std::string_view state_name(HealthState state);
// What to do, failures first, each once.
[[nodiscard]] std::vector<std::string> next_steps(const HealthReport& report);
// The first step that is not well, failures first; null when there is none.
[[nodiscard]] const HealthStep* worst_step(const HealthReport& report);

}  // namespace ely::model
