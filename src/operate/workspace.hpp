#pragma once

// What a repository's life is lived in: the stores, the ledger, the state database, the model, mgit; each opened when
// it is first needed and kept until the end of the command. Belongs to one thread.

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string_view>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/result.hpp"
#include "embed/embedder.hpp"
#include "embed/vector_cache.hpp"
#include "index/ingest.hpp"
#include "index/ledger.hpp"
#include "model/cluster_profile.hpp"
#include "model/repo_entry.hpp"
#include "model/settings.hpp"
#include "operate/mgit_program.hpp"
#include "state/state_database.hpp"
#include "store/collection.hpp"
#include "store/open.hpp"

namespace ely::operate {

class Workspace {
  public:
    using OpenCluster =
        std::function<Result<std::unique_ptr<store::Store>>(const model::ClusterAccess& access, store::ClusterUse use)>;
    using Warn = std::function<void(std::string_view text)>;

    // Settings and clock must outlive the workspace. Keys of clusters are read through `variable`, when they are
    // needed; `stop` and `warn` are for clusters too.
    Workspace(const model::Settings& settings, const Clock& clock, model::Variable variable, std::stop_token stop = {},
              Warn warn = {}, OpenCluster open_cluster = store::open_weaviate_store)
        : m_settings(settings),
          m_clock(clock),
          m_variable(std::move(variable)),
          m_stop(std::move(stop)),
          m_warn(std::move(warn)),
          m_open_cluster(std::move(open_cluster)) {}

    // Stores keep a way back to it, for its model.
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    [[nodiscard]] const model::Settings& settings() const { return m_settings; }
    [[nodiscard]] const Clock& clock() const { return m_clock; }

    // A cluster's, or, for the empty name, the embedded one.
    [[nodiscard]] Result<store::Store*> store(const std::string& cluster);
    [[nodiscard]] Result<state::StateDatabase*> state();
    [[nodiscard]] Result<index::Ledger*> ledger();
    // Loads the model: a second or so the first time.
    [[nodiscard]] Result<embed::Embedder*> embedder();
    // A model for one query: one thread is quickest. Touches nothing of the workspace, so another thread may call it.
    [[nodiscard]] Result<std::unique_ptr<embed::Embedder>> query_embedder() const;
    [[nodiscard]] Result<embed::VectorCache*> vector_cache();
    // Both of them together.
    [[nodiscard]] Result<index::TextVectors*> text_vectors();
    // Its runs are written to the state database, under the name of the repository they are for.
    [[nodiscard]] MgitProgram mgit(const std::string& repository);

    // Held while a repository is added, synced or removed. conflict when another process does so.
    [[nodiscard]] Result<FileLock> lock_repository(const std::string& name) const;

    [[nodiscard]] Path ledger_file() const;
    // The ledger's scope of a repository in its collection.
    [[nodiscard]] Result<index::Scope> scope(const model::RepoEntry& entry);

  private:
    [[nodiscard]] Result<std::unique_ptr<embed::Embedder>> open_model(unsigned threads) const;
    const model::Settings& m_settings;
    const Clock& m_clock;
    model::Variable m_variable;
    std::stop_token m_stop;
    Warn m_warn;
    OpenCluster m_open_cluster;
    std::map<std::string, std::unique_ptr<store::Store>> m_stores;  // by cluster
    std::unique_ptr<state::StateDatabase> m_state;
    std::unique_ptr<index::Ledger> m_ledger;
    std::unique_ptr<embed::Embedder> m_embedder;
    std::unique_ptr<embed::VectorCache> m_vector_cache;
    std::unique_ptr<index::TextVectors> m_text_vectors;
};

}  // namespace ely::operate
