#pragma once

// The collection that code is indexed into, made when there is none: adding a repository, syncing one whose collection
// was removed, and applying a stream by hand all need it.

#include <memory>
#include <string>

#include "base/result.hpp"
#include "operate/workspace.hpp"
#include "store/collection.hpp"

namespace ely::operate {

struct CodeCollection {
    std::shared_ptr<store::Collection> collection;
    bool made = false;
};

// `vectorizer`: "local" or "none"; it only matters when the collection is made. What the ledger remembers of an earlier
// collection of this name is then forgotten, so that everything is indexed into the new one.
[[nodiscard]] Result<CodeCollection> open_or_make_code_collection(Workspace& workspace, const std::string& name,
                                                                  const std::string& vectorizer);

}  // namespace ely::operate
