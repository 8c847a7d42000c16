#pragma once

// What "col rm" and "col clear" share: the question, with the repositories it concerns, the ledger, the closing words.

#include <functional>
#include <string>
#include <string_view>

#include "programs/command.hpp"
#include "store/collection.hpp"

namespace ely::programs {

struct Emptying {
    std::string_view question;  // "Remove all {objects} objects of collection {name}?"
    std::string_view would;     // "Would clear"
    std::string_view did;       // "Cleared"
    // Before it: what the user should know beside; empty for nothing. May be left out.
    std::function<std::string(store::Store& store, store::Collection& collection)> prepare = {};
    // Called when the ledger has forgotten the collection: it may know less than the store holds, never more.
    std::function<Result<void>(store::Store& store, store::Collection& collection)> act;
};

// A command of one collection's NAME, --cluster, --force, --yes and --dry-run.
[[nodiscard]] Run define_emptying(CommandLine& line, Emptying emptying);

}  // namespace ely::programs
