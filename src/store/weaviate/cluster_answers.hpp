#pragma once

// What a cluster has answered to a check, as it came, and what the check knew itself. Values only: cluster_check.hpp
// asks, cluster_judgement.hpp judges.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/weaviate/rest.hpp"

namespace ely::store::weaviate {

struct GrpcAnswer {
    std::string address;
    Result<double> seconds;  // until the answer
};

struct ClusterAnswers {
    std::string name;  // the profile's
    std::string url;   // the first
    // Of several those that do not answer; the rest was asked of one that does.
    std::vector<std::string> silent_urls;
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
    std::vector<GrpcAnswer> grpc;              // empty: none is to be used
};

}  // namespace ely::store::weaviate
