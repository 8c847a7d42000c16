#pragma once

// The promises of store/collection.hpp as tests that any store can be put to. Each starts from an empty store of its
// own; a store's test runs them all.

#include <functional>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "store/collection.hpp"

namespace ely::store::testing {

using StoreFactory = std::function<Result<std::unique_ptr<Store>>()>;

struct Promise {
    const char* name;
    void (*check)(Store& store);
};

[[nodiscard]] std::span<const Promise> schema_promises();
[[nodiscard]] std::span<const Promise> object_promises();
[[nodiscard]] std::span<const Promise> search_promises();

// Checks every promise on a new store of the factory's each.
void check_contract(const StoreFactory& factory);

}  // namespace ely::store::testing
