#pragma once

// The one place that knows every kind of store; everybody else sees store/collection.hpp only.

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "model/health_report.hpp"
#include "store/collection.hpp"

namespace ely::store {

namespace weaviate {
class Rest;
}

// The store in one SQLite file, which is made, with its folder, when missing. The clock must outlive the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_embedded_store(const Path& file, const Clock& clock = system_clock());

// The local model's vector of a text. Asked for when a collection for its vectors is made, to see whether the server
// can embed queries with the same model.
using LocalVector = std::function<Result<std::vector<float>>(std::string_view text)>;

// What a cluster's store has of those who use it; each may be left out.
struct ClusterUse {
    LocalVector local_vector = {};
    // Asked for when the user interrupts: requests under way end, and nothing is waited for; all fail with cancelled.
    std::stop_token stop = {};
    // Told what the user should know though all goes well, in a line or two; once for each store.
    std::function<void(std::string_view)> warn = {};
};

// The collections of a Weaviate cluster. Makes contact: unavailable, timeout, unauthorized, unsupported when that
// fails. Where gRPC cannot be reached objects travel over REST, with a warning.
[[nodiscard]] Result<std::unique_ptr<Store>> open_weaviate_store(const model::ClusterAccess& access,
                                                                 ClusterUse use = {});

// The REST interface of the cluster that a store's collections are in, for what no store has a word for; null for a
// store that is no cluster's. It lives as long as the store.
[[nodiscard]] const weaviate::Rest* rest_of(const Store& store);

// How they are, without changing anything: what does not answer is a step of the report like others. The embedded
// store's file is not made when it is missing.
[[nodiscard]] model::HealthReport check_embedded_store(const Path& file, const Clock& clock = system_clock());
[[nodiscard]] model::HealthReport check_cluster(const model::ClusterAccess& access,
                                                const Clock& clock = system_clock());

}  // namespace ely::store
