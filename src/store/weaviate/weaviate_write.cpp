// How a batch is written: what is known of it first, then its rows, the last of those with one id.

#include <algorithm>
#include <unordered_map>

#include "store/batch/batch.hpp"
#include "store/weaviate/object_sender.hpp"
#include "store/weaviate/weaviate_collection.hpp"

namespace ely::store::weaviate {
namespace {

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

Result<WriteResult> WeaviateCollection::upsert(const Batch& batch) {
    const BatchView view(batch);
    ELY_TRY(view.check(schema()));
    if (view.dimensions() != 0 && !schema().vectors.empty() && schema().vectors[0].dimensions == 0) {
        ELY_TRY(learn_dimensions(view.dimensions()));
    }
    ELY_TRY_ASSIGN(auto failed, send_rows(*m_server, target(), view, last_rows(view)));
    WriteResult out;
    std::ranges::sort(failed, {}, &FailedRow::row);
    for (auto& one : failed) out.failures.push_back({view.id(one.row), std::move(one.error)});
    out.written = view.rows() - out.failures.size();
    return out;
}

}  // namespace ely::store::weaviate
