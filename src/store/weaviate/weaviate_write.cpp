// How a batch gets to the server: in requests of a fitting size, two under way at a time, every object's result looked
// at; those that failed for a passing reason are sent again for a while.
//
// Where objects have several copies, all of them are written before an object counts as written: searches ask one copy
// only, and would else miss what has just been written. A node that is away must not stop that, so what failed is sent
// again to be written by most; the server brings the others up to date (class_json.cpp).

#include <algorithm>
#include <future>
#include <thread>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/batch/batch.hpp"
#include "store/weaviate/patience.hpp"
#include "store/weaviate/weaviate_collection.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::size_t k_request_objects = 500;
constexpr std::size_t k_request_bytes = std::size_t{4} << 20U;
constexpr std::size_t k_under_way = 2;

Code code_of_object(std::string_view words) {
    const auto has = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
    if (has("enough replicas") || has("leader not found") || has("connection refused") || has("unavailable") ||
        has("context canceled") || has("shutting down") || has("status code: 5")) {
        return Code::unavailable;
    }
    if (has("deadline exceeded") || has("timeout")) return Code::timeout;
    if (has("memory") || has("too many requests") || has("429")) return Code::rate_limited;
    if (has("API key") || has("api key") || has("401") || has("403")) return Code::unauthorized;
    if (has("read-only") || has("disk")) return Code::io;
    return Code::usage;
}

// The last of those with one id.
std::vector<std::size_t> last_rows(const BatchView& view) {
    std::unordered_map<Uuid, std::size_t> last;
    for (std::size_t row = 0; row < view.rows(); ++row) last[view.id(row)] = row;
    std::vector<std::size_t> out;
    for (std::size_t row = 0; row < view.rows(); ++row) {
        if (last[view.id(row)] == row) out.push_back(row);
    }
    return out;
}

}  // namespace

Result<std::vector<WeaviateCollection::Failed>> WeaviateCollection::send_request(EncodedObjects objects,
                                                                                 std::vector<std::size_t> rows) const {
    ELY_TRY_ASSIGN(const auto reply, m_server->rpc().put(*objects));
    std::vector<Failed> out;
    for (const auto& error : reply.errors()) {
        const auto index = static_cast<std::size_t>(error.index());
        if (index >= rows.size()) return fail(Code::corrupt, "the server speaks of an object that was not sent");
        out.push_back({rows[index], Error{code_of_object(error.error()), printable(error.error()), {}, {}, 0}});
    }
    return out;
}

Result<std::vector<WeaviateCollection::Failed>> WeaviateCollection::send_rows(const BatchView& view,
                                                                              std::span<const std::size_t> rows,
                                                                              wire::ConsistencyLevel level) {
    using Answer = std::future<Result<std::vector<Failed>>>;
    std::vector<Failed> failed;
    std::deque<Answer> under_way;
    const auto collect = [&]() -> Result<void> {
        auto answer = under_way.front().get();
        under_way.pop_front();
        if (!answer) return fail(std::move(answer).error());
        failed.insert(failed.end(), answer->begin(), answer->end());
        return {};
    };
    ObjectEncoder encoder(target(), view);
    std::vector<std::size_t> in_request;
    const auto send = [&]() -> Result<void> {
        if (in_request.empty()) return {};
        if (under_way.size() == k_under_way) ELY_TRY(collect());
        auto objects = encoder.take();
        objects->set_consistency_level(level);
        under_way.push_back(
            std::async(std::launch::async, [this, objects = std::move(objects), of = in_request]() mutable {
                return send_request(std::move(objects), std::move(of));
            }));
        in_request.clear();
        return {};
    };
    for (const auto row : rows) {
        if (auto added = encoder.add(row); !added) {
            failed.push_back({row, std::move(added).error()});
            continue;
        }
        in_request.push_back(row);
        if (encoder.objects() >= k_request_objects || encoder.bytes() >= k_request_bytes) ELY_TRY(send());
    }
    ELY_TRY(send());
    while (!under_way.empty()) ELY_TRY(collect());
    return failed;
}

Result<WriteResult> WeaviateCollection::upsert(const Batch& batch) {
    const BatchView view(batch);
    ELY_TRY(view.check(schema()));
    if (view.dimensions() != 0 && !schema().vectors.empty() && schema().vectors[0].dimensions == 0) {
        ELY_TRY(learn_dimensions(view.dimensions()));
    }
    const auto rows = last_rows(view);
    ELY_TRY_ASSIGN(auto failed, send_rows(view, rows, wire::CONSISTENCY_LEVEL_ALL));
    const auto until = std::chrono::steady_clock::now() + k_patience;
    for (auto pause = std::chrono::milliseconds(100);; pause *= 2) {
        std::vector<std::size_t> again;
        for (const auto& one : failed) {
            if (can_retry(one.error.code)) again.push_back(one.row);
        }
        if (again.empty() || std::chrono::steady_clock::now() + pause > until) break;
        std::this_thread::sleep_for(pause);
        std::erase_if(failed, [](const Failed& one) { return can_retry(one.error.code); });
        ELY_TRY_ASSIGN(const auto still, send_rows(view, again, wire::CONSISTENCY_LEVEL_QUORUM));
        failed.insert(failed.end(), still.begin(), still.end());
    }
    WriteResult out;
    std::ranges::sort(failed, {}, &Failed::row);
    for (auto& one : failed) out.failures.push_back({view.id(one.row), std::move(one.error)});
    out.written = view.rows() - out.failures.size();
    return out;
}

}  // namespace ely::store::weaviate
