#pragma once

// Keeps the number of segments small: neighbours of similar size become one, documents that are gone drop out. Streams:
// memory is a block of each input and the postings of one key.

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "store/embedded/segment_tables.hpp"

namespace ely::store::embedded {

// Which neighbouring segments should become one now: [first, last) of `segments`, empty when none. A single segment
// when most of its documents are gone.
struct MergePlan {
    std::size_t first = 0;
    std::size_t last = 0;
    [[nodiscard]] bool empty() const { return first == last; }
};
[[nodiscard]] MergePlan plan_merge(std::span<const SegmentRow> segments);

// Writes the segment `id` of the living documents of `inputs` (neighbours, ascending) and removes the inputs. Without
// living documents nothing is written.
[[nodiscard]] Result<void> merge_segments(SegmentTables& tables, const model::CollectionSchema& schema,
                                          std::span<const SegmentRow> inputs, std::int64_t id);

}  // namespace ely::store::embedded
