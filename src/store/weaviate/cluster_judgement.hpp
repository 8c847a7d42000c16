#pragma once

// What a cluster's answers mean: from JSON to a report, step by step. Pure: it asks nobody and keeps nothing, so that
// tests can hold it against what real servers have answered.

#include "model/health_report.hpp"
#include "store/weaviate/cluster_answers.hpp"

namespace ely::store::weaviate {

// Whether it is Weaviate that answered, and lets us in: then it is worth asking on.
[[nodiscard]] bool lets_in(const RestAnswer& meta);

[[nodiscard]] model::HealthReport judge(const ClusterAnswers& answers);

}  // namespace ely::store::weaviate
