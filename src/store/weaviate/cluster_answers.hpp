#pragma once

// What a cluster has answered to a check, as it came, and what the check knew itself. Values only: cluster_check.hpp
// asks, cluster_judgement.hpp judges.

#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/weaviate/rest.hpp"

namespace ely::store::weaviate {

struct ClusterAnswers {
    std::string name;  // the profile's
    std::string url;
    std::string grpc_address;
    bool key = false;  // whether one was sent
    Timestamp met_at;  // our clock when `meta` had come
    RestAnswer meta;
    // Not asked: nullopt.
    std::optional<RestAnswer> ready;
    std::optional<RestAnswer> nodes;  // with output=verbose
    std::optional<RestAnswer> statistics;
    std::optional<RestAnswer> schema;
    std::optional<RestAnswer> own_info;
    std::map<std::string, RestAnswer> shards;  // by class
    Result<double> grpc = 0.0;                 // seconds
};

}  // namespace ely::store::weaviate
