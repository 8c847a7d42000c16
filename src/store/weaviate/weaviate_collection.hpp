#pragma once

// A Weaviate class as a Collection. The server stores, filters and finds; where it compares or ranks otherwise than
// store/collection.hpp promises, what it gives is looked at again here. Scans are in weaviate_scan.hpp, searches in
// weaviate_search.cpp.
//
// Against the embedded store: a batch becomes visible object by object (Traits says so), the nearest vectors are those
// that the server's index finds, and set_vectors() writes whole objects.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "store/collection.hpp"
#include "store/weaviate/class_json.hpp"
#include "store/weaviate/filter_request.hpp"
#include "store/weaviate/object_codec.hpp"
#include "store/weaviate/server.hpp"

namespace ely::store::weaviate {

class WeaviateCollection final : public Collection, public std::enable_shared_from_this<WeaviateCollection> {
  public:
    static Result<std::shared_ptr<WeaviateCollection>> make(std::shared_ptr<const Server> server, Class target);

    [[nodiscard]] const model::CollectionSchema& schema() const override { return target().schema; }
    [[nodiscard]] Traits traits() const override {
        return {false, target().server_vectorizer, target().server_vectorizer};
    }
    [[nodiscard]] Result<void> alter(const model::CollectionSchema& schema) override;
    [[nodiscard]] Result<WriteResult> upsert(const Batch& batch) override;
    [[nodiscard]] Result<std::uint64_t> set_vectors(std::span<const Uuid> ids, std::span<const float> values) override;
    [[nodiscard]] Result<std::uint64_t> remove(const Filter& filter) override;
    [[nodiscard]] Result<std::uint64_t> remove_ids(std::span<const Uuid> ids) override;
    [[nodiscard]] Result<std::unique_ptr<Scan>> scan(const ScanOptions& options) override;
    [[nodiscard]] Result<std::vector<IdRange>> split(std::uint32_t parts) override;
    [[nodiscard]] Result<std::vector<Hit>> get(std::span<const Uuid> ids,
                                               const std::vector<std::string>& properties) override;
    [[nodiscard]] Result<std::vector<Hit>> search(const LexicalQuery& query,
                                                  const std::vector<std::string>& properties) override;
    [[nodiscard]] Result<std::vector<Hit>> search(const VectorQuery& query,
                                                  const std::vector<std::string>& properties) override;
    [[nodiscard]] Result<std::uint64_t> count(const Filter& filter) override;
    [[nodiscard]] Result<CollectionStats> stats() override;

  private:
    friend class WeaviateScan;
    explicit WeaviateCollection(std::shared_ptr<const Server> server) : m_server(std::move(server)) {}

    [[nodiscard]] const Class& target() const { return *m_target.load(); }
    // Kept as long as the collection: references to a schema stay good.
    void adopt(Class target);
    [[nodiscard]] Result<void> refresh();
    [[nodiscard]] Result<void> learn_dimensions(std::uint32_t dimensions);
    [[nodiscard]] Result<void> ask_dimensions();
    [[nodiscard]] Result<void> write_description(const model::CollectionSchema& schema);

    [[nodiscard]] wire::SearchRequest search_request(const std::vector<std::string>& properties) const;
    // The count that the server gives.
    [[nodiscard]] Result<std::uint64_t> server_count(const FilterRequest& request);
    // Ids of what matches, by looking at each object.
    [[nodiscard]] Result<std::vector<Uuid>> matching_ids(const Filter& filter);
    [[nodiscard]] Result<std::uint64_t> remove_matching(const wire::Filters& filters);
    [[nodiscard]] Error not_removed(std::int64_t failed, std::int64_t matches) const;

    const std::shared_ptr<const Server> m_server;
    std::mutex m_mutex;
    std::vector<std::unique_ptr<const Class>> m_kept;
    std::atomic<const Class*> m_target{nullptr};
};

}  // namespace ely::store::weaviate
