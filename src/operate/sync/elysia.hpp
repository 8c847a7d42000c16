#pragma once

// A collection's metadata for Elysia, as part of a repository's life. It is never a reason for anything else to fail:
// what went wrong is said, and the next sync tries again.

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "elysia/metadata.hpp"
#include "model/progress.hpp"
#include "model/repo_entry.hpp"
#include "store/collection.hpp"

namespace ely::operate {

// After a sync; `changed`: objects came or went. How Elysia can ask the collection; nullopt when it cannot, is not
// wanted to, or could not be told.
[[nodiscard]] std::optional<elysia::Reach> tell_elysia(store::Store& store, store::Collection& collection,
                                                       const model::RepoEntry& entry, bool changed,
                                                       model::Progress& progress, std::stop_token stop = {});

// After a repository's objects were taken out of a collection that stays. What to tell the user; empty for nothing.
[[nodiscard]] std::string tell_elysia_of_removal(store::Store& store, store::Collection& collection,
                                                 const model::RepoEntry& entry);

// Before a collection is dropped. What to tell the user; empty when there is nothing to tell.
[[nodiscard]] std::string forget_at_elysia(store::Store& store, std::string_view collection);

}  // namespace ely::operate
