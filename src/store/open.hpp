#pragma once

// The one place that knows every kind of store; everybody else sees store/collection.hpp only.

#include <memory>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "store/collection.hpp"

namespace ely::store {

// The store in one SQLite file, which is made, with its folder, when missing. The clock must outlive the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_embedded_store(const Path& file, const Clock& clock = system_clock());

// The collections of a Weaviate cluster. Connects with the first call.
[[nodiscard]] Result<std::unique_ptr<Store>> open_weaviate_store(const model::ClusterAccess& access);

}  // namespace ely::store
