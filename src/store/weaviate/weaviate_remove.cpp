// How objects are taken away: by filter, in as many calls as the server's limit for one makes of it.

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "store/weaviate/filter_request.hpp"
#include "store/weaviate/id_portions.hpp"
#include "store/weaviate/json_fields.hpp"
#include "store/weaviate/server_words.hpp"
#include "store/weaviate/weaviate_collection.hpp"

namespace ely::store::weaviate {
namespace {

// A filter that takes everything: the server wants one for a deletion.
wire::Filters every_id() {
    wire::Filters out;
    out.set_operator_(wire::Filters::OPERATOR_LIKE);
    out.mutable_target()->set_property("_id");
    out.set_value_text("*");
    return out;
}

}  // namespace

// The server says how many it could not remove, and not why.
Error WeaviateCollection::not_removed(std::int64_t failed, std::int64_t matches) const {
    const auto what = fmt::format("{} of {} objects could not be removed", failed, matches);
    const auto shards = m_server->rest().get("/v1/schema/" + schema().name + "/shards");
    if (shards && shards->is_array()) {
        for (const auto& shard : *shards) {
            if (text_field(shard, "status") == "READONLY") {
                return read_only_error(fmt::format("collection '{}' is read-only, {}", schema().name, what),
                                       m_server->rest().check_command());
            }
        }
    }
    return {Code::unavailable,
            fmt::format("collection '{}': {}", schema().name, what),
            "run the same command again, or " + m_server->rest().check_command(),
            {},
            0};
}

Result<std::uint64_t> WeaviateCollection::remove_matching(const wire::Filters& filters) {
    wire::BatchDeleteRequest request;
    request.set_collection(schema().name);
    *request.mutable_filters() = filters;
    request.set_consistency_level(wire::CONSISTENCY_LEVEL_ALL);
    std::uint64_t removed = 0;
    std::uint64_t most = 0;  // that there can be to remove, once a second call found more
    bool first = true;
    while (true) {
        auto reply = m_server->remove(request);
        if (reply) removed += static_cast<std::uint64_t>(reply->successful());
        const bool failed = reply ? reply->failed() > 0 : reply.error().code == Code::unavailable;
        if (failed && request.consistency_level() == wire::CONSISTENCY_LEVEL_ALL) {
            // A copy that is out of reach is not waited for: as with writing.
            request.set_consistency_level(wire::CONSISTENCY_LEVEL_QUORUM);
            continue;
        }
        if (!reply) return fail(std::move(reply).error());
        if (failed) return fail(not_removed(reply->failed(), reply->matches()));
        if (reply->successful() == 0) return removed;
        // A copy that cannot be written to shows again and again what the others have removed.
        if (std::exchange(first, false)) continue;
        if (most == 0) {
            ELY_TRY_ASSIGN(const auto left, server_count({.filters = filters}));
            most = 2 * (removed + left);
        } else if (removed > most) {
            return fail(not_removed(reply->matches(), reply->matches()));
        }
    }
}

Result<std::uint64_t> WeaviateCollection::remove_ids(std::span<const Uuid> ids) {
    std::uint64_t removed = 0;
    const auto chosen = distinct(ids);
    const auto remove_portion = [&](std::span<const Uuid> portion) -> Result<void> {
        ELY_TRY_ASSIGN(const auto gone, remove_matching(id_filter(portion)));
        removed += gone;
        return {};
    };
    ELY_TRY(in_portions(chosen, remove_portion));
    return removed;
}

Result<std::uint64_t> WeaviateCollection::remove(const Filter& filter) {
    const auto request = to_request(filter, target());
    if (request.nothing) return 0;
    if (request.exact) return remove_matching(request.filters ? *request.filters : every_id());
    ELY_TRY_ASSIGN(const auto ids, matching_ids(filter));
    return remove_ids(ids);
}

}  // namespace ely::store::weaviate
