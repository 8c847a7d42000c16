#pragma once

// A Weaviate cluster as a Store: its classes are the collections.

#include <memory>

#include "model/cluster_profile.hpp"
#include "store/collection.hpp"
#include "store/weaviate/server.hpp"

namespace ely::store::weaviate {

class WeaviateStore final : public Store {
  public:
    static Result<std::unique_ptr<Store>> open(const model::ClusterAccess& access);

    [[nodiscard]] Result<std::vector<std::string>> list() override;
    [[nodiscard]] std::string name_for(std::string_view wanted) const override;
    [[nodiscard]] Result<std::shared_ptr<Collection>> open(std::string_view name) override;
    [[nodiscard]] Result<std::shared_ptr<Collection>> create(const model::CollectionSchema& schema) override;
    [[nodiscard]] Result<void> drop(std::string_view name) override;
    [[nodiscard]] std::string location() const override { return m_server->rest().url(); }
    [[nodiscard]] Result<void> health() override;

  private:
    explicit WeaviateStore(std::shared_ptr<Server> server) : m_server(std::move(server)) {}
    [[nodiscard]] Result<Error> not_found(std::string_view name);
    // As many as there are nodes, three at most.
    [[nodiscard]] Result<std::uint32_t> replicas() const;

    std::shared_ptr<Server> m_server;
};

}  // namespace ely::store::weaviate
