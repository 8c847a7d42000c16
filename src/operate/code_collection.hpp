#pragma once

// The collection that code is indexed into, made when there is none: adding a repository, syncing one whose collection
// was removed, and applying a stream by hand all need it.

#include <memory>
#include <string>

#include "base/result.hpp"
#include "model/collection_address.hpp"
#include "operate/workspace.hpp"
#include "store/collection.hpp"

namespace ely::operate {

// Where a collection's vectors come from.
struct VectorSource {
    std::string vectorizer;  // "local", "none", or a module of the cluster
    std::string model;       // of such a module; empty: its default
};

struct CodeCollection {
    std::shared_ptr<store::Collection> collection;
    model::CollectionAddress address;  // by the name that the store gives it
    bool made = false;
};

// `source` only matters when the collection is made. What the ledger remembers of an earlier
// collection of this name is then forgotten, so that everything is indexed into the new one. unauthorized for the names
// of Elysia's own collections.
[[nodiscard]] Result<CodeCollection> open_or_make_code_collection(Workspace& workspace,
                                                                  const model::CollectionAddress& wanted,
                                                                  const VectorSource& source);

// By the name that the store gives it, whether or not it is there: everything that is kept of a collection here, in the
// ledger, the spool and the state database, stands under that name. usage for what cannot be a name.
[[nodiscard]] Result<model::CollectionAddress> stored_address(Workspace& workspace,
                                                              const model::CollectionAddress& address);

// As an ingest takes it; `collection` must outlive the target.
[[nodiscard]] Result<index::IngestTarget> ingest_target(Workspace& workspace, const CodeCollection& collection);

// unauthorized for the names of Elysia's own collections.
[[nodiscard]] Result<void> check_unprotected(std::string_view collection);

}  // namespace ely::operate
