#pragma once

// How objects travel to and from a server. Requests and answers are gRPC's messages, because they are typed and the
// usual way is the quick one; rpc.hpp sends them as they are, rest_transport.hpp says the same over REST.

#include <weaviate.pb.h>
#include "base/result.hpp"
#include "store/weaviate/arena_message.hpp"
#include "store/weaviate/class_json.hpp"

namespace ely::store::weaviate {

namespace wire = ::weaviate::v1;

using SearchAnswer = ArenaMessage<wire::SearchReply>;

// Asks once: waiting for a server that is away is server.hpp's. Every request may be carried out twice with the same
// outcome. Any number of threads may use it at once.
//
// Errors: not_found for a collection that the server does not have, usage for what it refuses, unauthorized,
// rate_limited, unavailable, timeout, cancelled when the user has interrupted.
class Transport {
  public:
    virtual ~Transport() = default;
    // `of` is the collection that the request names.
    [[nodiscard]] virtual Result<SearchAnswer> search(const Class& of, const wire::SearchRequest& request) = 0;
    [[nodiscard]] virtual Result<wire::BatchObjectsReply> put(const wire::BatchObjectsRequest& request) = 0;
    [[nodiscard]] virtual Result<wire::BatchDeleteReply> remove(const wire::BatchDeleteRequest& request) = 0;
    [[nodiscard]] virtual Result<wire::AggregateReply> aggregate(const wire::AggregateRequest& request) = 0;
};

}  // namespace ely::store::weaviate
