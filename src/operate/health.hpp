#pragma once

// How the stores are that collections are kept in: which there are, and a look at each. It shows nothing, and what a
// store has to say about itself is the store's to know.

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "model/health_report.hpp"
#include "model/settings.hpp"

namespace ely::operate {

// Of one store; empty is the embedded one. An error when there is no such cluster, or its key is not to be had.
[[nodiscard]] Result<model::HealthReport> check_store(const model::Settings& settings, const model::Variable& variable,
                                                      const Clock& clock, const std::string& cluster);

// Of the embedded store and of every profile, all at once; and of the standard variables' cluster if that is the chosen
// one. A profile that cannot be used as things are has a report that says so.
[[nodiscard]] Result<std::vector<model::HealthReport>> check_all_stores(const model::Settings& settings,
                                                                        const model::Variable& variable,
                                                                        const Clock& clock);

}  // namespace ely::operate
