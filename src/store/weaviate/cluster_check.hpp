#pragma once

// A look at a cluster, without changing anything on it: asks all that there is to ask, whatever fails on the way. What
// the answers mean is judged elsewhere (cluster_judgement.hpp).

#include "base/clock.hpp"
#include "model/cluster_profile.hpp"
#include "model/health_report.hpp"

namespace ely::store::weaviate {

[[nodiscard]] model::HealthReport check(const model::ClusterAccess& access, const Clock& clock);

}  // namespace ely::store::weaviate
