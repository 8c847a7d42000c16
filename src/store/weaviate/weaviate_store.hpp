#pragma once

// A Weaviate cluster as a Store: its classes are the collections.

#include <memory>

#include "model/cluster_profile.hpp"
#include "store/collection.hpp"
#include "store/open.hpp"
#include "store/weaviate/class_json.hpp"
#include "store/weaviate/server.hpp"

namespace ely::store::weaviate {

class WeaviateStore final : public Store {
  public:
    // Without a local vector the server's vectorizers are not held against ours.
    static Result<std::unique_ptr<Store>> open(const model::ClusterAccess& access, ClusterUse use);

    [[nodiscard]] Result<std::vector<std::string>> list() override;
    [[nodiscard]] std::string name_for(std::string_view wanted) const override;
    [[nodiscard]] Result<std::shared_ptr<Collection>> open(std::string_view name) override;
    [[nodiscard]] Result<std::shared_ptr<Collection>> create(const model::CollectionSchema& schema) override;
    [[nodiscard]] Result<void> drop(std::string_view name) override;
    [[nodiscard]] std::string location() const override { return m_server->rest().url(); }
    [[nodiscard]] Result<void> health() override;
    [[nodiscard]] const Rest& rest() const { return m_server->rest(); }

  private:
    WeaviateStore(std::shared_ptr<Server> server, LocalVector local_vector)
        : m_server(std::move(server)), m_local_vector(std::move(local_vector)) {}
    [[nodiscard]] Result<Error> not_found(std::string_view name);
    // As many as there are nodes, three at most.
    [[nodiscard]] Result<std::uint32_t> replicas() const;
    [[nodiscard]] Result<Class> make(const model::CollectionSchema& schema, const std::string& server_vectorizer);
    // A class whose vectorizer has been seen at work.
    [[nodiscard]] Result<Class> make_with_vectorizer(const model::CollectionSchema& schema);
    // A class for vectors that we bring: the server embeds queries with the same model if it can.
    [[nodiscard]] Result<Class> make_for_local(const model::CollectionSchema& schema);

    std::shared_ptr<Server> m_server;
    LocalVector m_local_vector;
};

}  // namespace ely::store::weaviate
