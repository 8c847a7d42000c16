#pragma once

// The embedded store: every collection of an installation in one SQLite file. Its layout is
// doc/formats/embedded-store.md.

#include <map>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "store/collection.hpp"
#include "store/embedded/embedded_collection.hpp"

namespace ely::store::embedded {

class EmbeddedStore final : public Store {
  public:
    static Result<std::unique_ptr<Store>> open(const Path& file, const Clock& clock);

    [[nodiscard]] Result<std::vector<std::string>> list() override;
    [[nodiscard]] Result<std::shared_ptr<Collection>> open(std::string_view name) override;
    [[nodiscard]] Result<std::shared_ptr<Collection>> create(const model::CollectionSchema& schema) override;
    [[nodiscard]] Result<void> drop(std::string_view name) override;
    [[nodiscard]] std::string location() const override { return m_pool->file().string(); }
    [[nodiscard]] Result<void> health() override;

  private:
    EmbeddedStore(std::shared_ptr<ConnectionPool> pool, const Clock& clock) : m_pool(std::move(pool)), m_clock(clock) {}
    [[nodiscard]] Result<std::shared_ptr<Collection>> share(const CollectionRow& row);
    [[nodiscard]] Result<Error> not_found(Connection& connection, std::string_view name);

    const std::shared_ptr<ConnectionPool> m_pool;
    const Clock& m_clock;
    std::mutex m_mutex;
    // Opened collections share what they keep in memory.
    std::map<std::int64_t, std::weak_ptr<EmbeddedCollection>> m_opened;
};

}  // namespace ely::store::embedded
