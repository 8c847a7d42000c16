#pragma once

// Reads the files that a stream names (content_ref, source folders). A stream is foreign input: it gets nothing but
// regular files inside the folder that was allowed, wherever its names and symbolic links may lead.

#include <cstdint>
#include <optional>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::stream {

struct ReferenceRules {
    // Where relative names start and where files must be; empty: nowhere.
    Path folder;
    bool allow_anywhere = false;
    std::uint64_t max_bytes = 0;
};

// nullopt when the file is larger than the limit. The error's message does not name the path: the record does.
[[nodiscard]] Result<std::optional<std::string>> read_referenced(const Path& name, const ReferenceRules& rules);

}  // namespace ely::stream
