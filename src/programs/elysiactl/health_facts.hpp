#pragma once

// How the health commands show a report: as JSON, as a tree; and the exit status that it makes.

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "model/health_report.hpp"
#include "programs/command.hpp"

namespace ely::programs {

[[nodiscard]] nlohmann::ordered_json to_json(const model::HealthReport& report);
[[nodiscard]] std::string to_text(const Context& context, const model::HealthReport& report);
[[nodiscard]] std::string coloured(const Context& context, model::Verdict verdict);
// What to do next, a line each.
void print_next_steps(Context& context, const std::vector<std::string>& steps);

// 0 when all are well, 13 when none of them answers, else 1.
[[nodiscard]] int health_exit_status(const std::vector<model::HealthReport>& reports);

}  // namespace ely::programs
