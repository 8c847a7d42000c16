#pragma once

// What a repository's life is lived in: the store, the ledger, the state database, the model, mgit; each opened when it
// is first needed and kept until the end of the command. Belongs to one thread.

#include <memory>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "embed/embedder.hpp"
#include "embed/vector_cache.hpp"
#include "index/ingest.hpp"
#include "index/ledger.hpp"
#include "model/settings.hpp"
#include "operate/mgit_program.hpp"
#include "state/state_database.hpp"
#include "store/collection.hpp"

namespace ely::operate {

class Workspace {
  public:
    // Both must outlive the workspace.
    Workspace(const model::Settings& settings, const Clock& clock) : m_settings(settings), m_clock(clock) {}

    [[nodiscard]] const model::Settings& settings() const { return m_settings; }
    [[nodiscard]] const Clock& clock() const { return m_clock; }

    [[nodiscard]] Result<store::Store*> store();
    [[nodiscard]] Result<state::StateDatabase*> state();
    [[nodiscard]] Result<index::Ledger*> ledger();
    // Loads the model: a second or so the first time.
    [[nodiscard]] Result<embed::Embedder*> embedder();
    // A model for one query: one thread is quickest. Touches nothing of the workspace, so another thread may call it.
    [[nodiscard]] Result<std::unique_ptr<embed::Embedder>> query_embedder() const;
    [[nodiscard]] Result<embed::VectorCache*> vector_cache();
    // Its runs are written to the state database, under the name of the repository they are for.
    [[nodiscard]] MgitProgram mgit(const std::string& repository);

    // Held while a repository is added, synced or removed. conflict when another process does so.
    [[nodiscard]] Result<FileLock> lock_repository(const std::string& name) const;

    [[nodiscard]] Path ledger_file() const;
    // The ledger's scope of a repository in a collection of this store.
    [[nodiscard]] Result<index::Scope> scope(const model::RepoEntry& entry);

  private:
    [[nodiscard]] Result<std::unique_ptr<embed::Embedder>> open_model(unsigned threads) const;
    const model::Settings& m_settings;
    const Clock& m_clock;
    std::unique_ptr<store::Store> m_store;
    std::unique_ptr<state::StateDatabase> m_state;
    std::unique_ptr<index::Ledger> m_ledger;
    std::unique_ptr<embed::Embedder> m_embedder;
    std::unique_ptr<embed::VectorCache> m_vector_cache;
};

}  // namespace ely::operate
