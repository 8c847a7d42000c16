#pragma once

// The one place that knows every kind of store; everybody else sees store/collection.hpp only.

#include <memory>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "store/collection.hpp"

namespace ely::store {

// The store in one SQLite file, which is made, with its folder, when missing. The clock must outlive the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_embedded_store(const Path& file, const Clock& clock = system_clock());

}  // namespace ely::store
