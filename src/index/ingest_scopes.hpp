#pragma once

// The repositories that one stream speaks of, each with its place in the ledger: whether the stream may be applied to
// what is there, and what has to be done behind it (what is gone, what an interrupted run left behind).

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "changes/stream/stream_reader.hpp"
#include "index/prepare.hpp"

namespace ely::index {

struct IngestScope {
    std::int64_t id = 0;
    model::Changeset changeset;
    bool has_changeset = false;
    bool reconcile = false;  // the store may hold what the ledger does not know
    std::unordered_set<std::string> seen;
    PrepareContext context;
};

class IngestScopes {
  public:
    // Opens a scope for each changeset and marks it as begun.
    static Result<IngestScopes> open(const stream::StreamSummary& summary, const IngestTarget& target,
                                     const IngestOptions& options, Ledger& ledger);

    // A repository's scope; made when the stream has no changeset for it. Addresses stay valid.
    [[nodiscard]] Result<IngestScope*> of(const std::string& repository, Ledger& ledger);
    [[nodiscard]] const std::vector<std::unique_ptr<IngestScope>>& all() const { return m_scopes; }

  private:
    explicit IngestScopes(const IngestTarget& target, const IngestOptions& options)
        : m_target(target), m_options(options) {}
    Result<IngestScope*> add(const model::Changeset& changeset, bool has_changeset, Ledger& ledger);

    const IngestTarget& m_target;
    const IngestOptions& m_options;
    std::vector<std::unique_ptr<IngestScope>> m_scopes;
    std::unordered_map<std::string, IngestScope*> m_by_repository;
};

// Why the stream cannot be applied to what is indexed; empty when it can. Changes nothing.
[[nodiscard]] Result<std::string> why_full_is_needed(const stream::StreamSummary& summary, const IngestTarget& target,
                                                     Ledger& ledger);

// Removes the documents that a full stream no longer has. How many.
[[nodiscard]] Result<std::uint64_t> remove_gone(const IngestScope& scope, store::Collection& collection,
                                                Ledger& ledger);

// Removes objects of the repository that the ledger does not know, as an interrupted run leaves them. How many files
// have objects missing all the same: then only a full stream helps.
[[nodiscard]] Result<std::uint64_t> reconcile(const IngestScope& scope, store::Collection& collection, Ledger& ledger);

}  // namespace ely::index
