#pragma once

// What the key of a connection may do, as far as the server tells it without being tried: by roles, where it has them.

#include <string>

#include "model/health_report.hpp"
#include "store/weaviate/cluster_answers.hpp"

namespace ely::store::weaviate {

[[nodiscard]] model::HealthStep judge_rights(const ClusterAnswers& answers);
// The user's next step where one is missing.
[[nodiscard]] std::string how_to_give_a_key(const ClusterAnswers& answers);

}  // namespace ely::store::weaviate
