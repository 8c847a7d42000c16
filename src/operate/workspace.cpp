#include "operate/workspace.hpp"

#include "operate/clusters.hpp"

namespace ely::operate {

Result<store::Store*> Workspace::store(const std::string& cluster) {
    auto& store = m_stores[cluster];
    if (store != nullptr) return store.get();
    if (cluster.empty()) {
        ELY_TRY_ASSIGN(store, store::open_embedded_store(m_settings.store_path()));
        return store.get();
    }
    ELY_TRY_ASSIGN(const auto access, access_of(m_settings, m_variable, cluster));
    const auto local_vector = [this](std::string_view text) -> Result<std::vector<float>> {
        ELY_TRY_ASSIGN(auto* model, embedder());
        return model->embed(std::span(&text, 1));
    };
    ELY_TRY_ASSIGN(store, m_open_cluster(access, {local_vector, m_stop, m_warn}));
    return store.get();
}

Result<state::StateDatabase*> Workspace::state() {
    if (m_state == nullptr) {
        ELY_TRY_ASSIGN(auto opened, state::StateDatabase::open(m_settings.state_path()));
        m_state = std::make_unique<state::StateDatabase>(std::move(opened));
    }
    return m_state.get();
}

Result<FileLock> Workspace::lock_repository(const std::string& name) const {
    auto lock = FileLock::try_acquire(m_settings.folders().state / "locks" / (name + ".sync"));
    if (!lock) return fail(std::move(lock).error(), "repository " + name + " is being worked on");
    return std::move(*lock);
}

Path Workspace::ledger_file() const {
    return m_settings.folders().data / "ledger.db";
}

Result<index::Ledger*> Workspace::ledger() {
    if (m_ledger == nullptr) {
        ELY_TRY_ASSIGN(auto opened, index::Ledger::open(ledger_file()));
        m_ledger = std::make_unique<index::Ledger>(std::move(opened));
    }
    return m_ledger.get();
}

Result<std::unique_ptr<embed::Embedder>> Workspace::open_model(unsigned threads) const {
    embed::LocalModelOptions options;
    options.model_folder = m_settings.embedding_model_folder();
    options.threads = threads;
    return embed::open_local_model(options);
}

Result<embed::Embedder*> Workspace::embedder() {
    if (m_embedder == nullptr) {
        ELY_TRY_ASSIGN(m_embedder, open_model(m_settings.embedding_threads()));
    }
    return m_embedder.get();
}

Result<std::unique_ptr<embed::Embedder>> Workspace::query_embedder() const {
    return open_model(1);
}

Result<index::TextVectors*> Workspace::text_vectors() {
    if (m_text_vectors == nullptr) {
        ELY_TRY_ASSIGN(auto* model, embedder());
        ELY_TRY_ASSIGN(auto* cache, vector_cache());
        m_text_vectors = std::make_unique<index::TextVectors>(*model, *cache);
    }
    return m_text_vectors.get();
}

Result<embed::VectorCache*> Workspace::vector_cache() {
    if (m_vector_cache == nullptr) {
        ELY_TRY_ASSIGN(const auto* model, embedder());
        ELY_TRY_ASSIGN(m_vector_cache, embed::VectorCache::open(m_settings.folders().cache / "vectors.db",
                                                                model->info().fingerprint, model->info().dimensions));
    }
    return m_vector_cache.get();
}

MgitProgram Workspace::mgit(const std::string& repository) {
    std::error_code code;
    const auto& file = m_settings.folders().config_file;
    const auto config = std::filesystem::exists(file, code) ? file : Path();
    return {m_settings.mgit_program(), m_settings.mgit_data(), config, [this, repository](const ProcessRecord& record) {
                // A log that cannot be written is no reason to give up what was asked for.
                if (auto opened = state()) {
                    const auto ended = to_rfc3339(m_clock.now());
                    (void)(*opened)->record_subprocess(repository,
                                                       {ended, record.command, record.exit_status, record.seconds});
                }
            }};
}

Result<index::Scope> Workspace::scope(const model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(const auto* opened, store(entry.cluster));
    return index::Scope{opened->location(), entry.collection, entry.repository};
}

}  // namespace ely::operate
