#pragma once

// Objects by way of REST and GraphQL, for a server whose gRPC port cannot be reached: the same requests, with the same
// outcome, in more bytes and with more work on both sides.

#include "store/weaviate/rest.hpp"
#include "store/weaviate/transport.hpp"

namespace ely::store::weaviate {

class RestTransport final : public Transport {
  public:
    // `rest` must outlive it.
    explicit RestTransport(const Rest& rest) : m_rest(rest) {}

    [[nodiscard]] Result<SearchAnswer> search(const Class& of, const wire::SearchRequest& request) override;
    [[nodiscard]] Result<wire::BatchObjectsReply> put(const wire::BatchObjectsRequest& request) override;
    [[nodiscard]] Result<wire::BatchDeleteReply> remove(const wire::BatchDeleteRequest& request) override;
    [[nodiscard]] Result<wire::AggregateReply> aggregate(const wire::AggregateRequest& request) override;

  private:
    [[nodiscard]] Result<nlohmann::json> ask(std::string_view method, std::string_view path,
                                             const nlohmann::json& body) const;
    // The answer's "data". not_found when the collection is not there.
    [[nodiscard]] Result<nlohmann::json> query(const std::string& collection, const std::string& text) const;
    // Objects in the order of their ids, behind the last one seen.
    [[nodiscard]] Result<SearchAnswer> page(const Class& of, const wire::SearchRequest& request) const;
    [[nodiscard]] Result<wire::SearchResult> found(const Class& of, const wire::SearchRequest& request,
                                                   nlohmann::json object) const;

    const Rest& m_rest;
};

}  // namespace ely::store::weaviate
