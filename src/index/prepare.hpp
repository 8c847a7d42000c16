#pragma once

// One file's change, made ready for the store: chunked, with ids and properties. Pure: no store, no ledger, so that
// several workers can do it side by side.

#include <cstdint>
#include <string>
#include <vector>

#include "index/ingest.hpp"
#include "index/ledger.hpp"
#include "model/change.hpp"
#include "model/value.hpp"

namespace ely::index {

struct PreparedObject {
    Uuid id;
    model::Properties properties;
};

struct PreparedDocument {
    std::int64_t scope = 0;  // the ledger's number of it
    bool removed = false;
    LedgerEntry entry;
    std::vector<PreparedObject> objects;
    std::vector<Uuid> old_ids;  // what the ledger had for this path
    bool repeated = false;      // the path stood in the stream before: old_ids must be looked up again
    std::uint64_t bytes = 0;    // of the change's content
};

struct PrepareContext {
    std::string collection;
    std::string branch;
    std::string commit;
    std::string rules;  // rules_text(options)
    const IngestOptions* options = nullptr;
};

// Names everything that decides how a document becomes objects; a document indexed under other rules is indexed again.
[[nodiscard]] std::string rules_text(const IngestOptions& options);
// The same for one file: its language decides, too, and may change while its content does not.
[[nodiscard]] std::string rules_of(const model::Change& change, const std::string& rules);

[[nodiscard]] PreparedDocument prepare_document(const model::Change& change, const PrepareContext& context);
// Of a file whose record could not be read: failed, with nothing in the store.
[[nodiscard]] PreparedDocument unreadable_document(std::string path, std::string reason);

// The text that is embedded for an object that indexing wrote.
[[nodiscard]] std::string embedded_text(const model::Properties& properties);

}  // namespace ely::index
