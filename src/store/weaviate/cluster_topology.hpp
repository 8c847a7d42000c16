#pragma once

// What a cluster says of its nodes, of the agreement among them, and of where the copies of its collections lie.

#include <vector>

#include "model/health_report.hpp"
#include "store/weaviate/cluster_answers.hpp"

namespace ely::store::weaviate {

[[nodiscard]] std::vector<model::NodeHealth> nodes_of(const ClusterAnswers& answers);

[[nodiscard]] model::HealthStep judge_nodes(const ClusterAnswers& answers);
[[nodiscard]] model::HealthStep judge_raft(const ClusterAnswers& answers);
[[nodiscard]] model::HealthStep judge_replication(const ClusterAnswers& answers);
[[nodiscard]] model::HealthStep judge_shards(const ClusterAnswers& answers);
[[nodiscard]] model::HealthStep judge_vector_queues(const ClusterAnswers& answers);

}  // namespace ely::store::weaviate
