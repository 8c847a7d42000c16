#pragma once

// A collection's objects in the order of their ids, page by page behind the last id seen. The server pages without a
// filter only, so a filter is held against each object here. What is written meanwhile may or may not be seen, each
// object at most once.

#include <memory>
#include <optional>

#include "store/weaviate/weaviate_collection.hpp"

namespace ely::store::weaviate {

class WeaviateScan final : public Scan {
  public:
    // usage for a property that the collection does not have.
    static Result<std::unique_ptr<Scan>> make(std::shared_ptr<WeaviateCollection> collection,
                                              const ScanOptions& options);
    [[nodiscard]] Result<Batch> next() override;

  private:
    WeaviateScan(std::shared_ptr<WeaviateCollection> collection, const ScanOptions& options)
        : m_collection(std::move(collection)), m_options(options), m_shown(m_collection->target()) {}

    [[nodiscard]] Result<ArenaMessage<wire::SearchReply>> page();
    // Whether the object is within the range and matches.
    [[nodiscard]] bool wanted(const wire::SearchResult& result, const Uuid& id, ObjectDecoder& decoder) const;

    const std::shared_ptr<WeaviateCollection> m_collection;
    const ScanOptions m_options;
    Class m_shown;                         // with the properties asked for only
    std::vector<std::string> m_requested;  // and those that the filter compares
    std::optional<Uuid> m_last;            // the last id seen
    bool m_ended = false;
};

}  // namespace ely::store::weaviate
