#pragma once

// The metadata of a collection, for Elysia: written when there is none, kept right after each sync, gone with the
// collection. Without it Elysia ignores a collection. Exactly one object for each name: one that Elysia or its user
// made is taken over where it is.

#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/collection.hpp"

namespace ely::elysia {

// How Elysia can ask the collection.
enum class Reach { words, meaning };

// Whether the store is one that Elysia can read at all.
[[nodiscard]] bool is_readable(const store::Store& store);

struct Occasion {
    std::string repository;  // whose sync this is: "github.com/pallets/flask"
    bool changed = true;     // objects came or went; else nothing is measured unless something else shows a need to
    bool may_create = true;  // else an object that is there is kept right, and a missing one stays missing
};

// unsupported when the store is none that Elysia can read.
[[nodiscard]] Result<Reach> write_metadata(store::Store& store, store::Collection& collection, const Occasion& occasion,
                                           std::stop_token stop = {});

// With what Elysia cut up of the collection's texts. Nothing to remove is not an error, nor is a store that Elysia does
// not read.
[[nodiscard]] Result<void> remove_metadata(store::Store& store, std::string_view collection);

}  // namespace ely::elysia
