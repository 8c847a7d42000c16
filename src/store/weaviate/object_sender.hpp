#pragma once

// Rows of one batch on their way to a server: in requests of the size and number that the server's pace allows, every
// object's result looked at. What fails for a passing reason is sent again, at a smaller pace, as long as that gets
// objects through; an object that is sent twice is there once.
//
// Where objects have several copies, all of them are written before an object counts as written: searches ask one copy
// only, and would else miss what has just been written. A node that is away must not stop that, so what failed is sent
// again to be written by most; the server brings the others up to date (class_json.cpp).

#include <cstddef>
#include <vector>

#include "base/result.hpp"
#include "store/batch/batch.hpp"
#include "store/weaviate/class_json.hpp"
#include "store/weaviate/server.hpp"

namespace ely::store::weaviate {

struct FailedRow {
    std::size_t row;
    Error error;
};

// The rows that could not be written. An error when none of the remaining ones could be: the server is away for longer
// than it is waited for, the key is refused, the user has interrupted; what was written until then stays written.
[[nodiscard]] Result<std::vector<FailedRow>> send_rows(const Server& server, const Class& target, const BatchView& view,
                                                       std::vector<std::size_t> rows);

}  // namespace ely::store::weaviate
