// Whatever the bytes: the reader neither crashes nor stops before the end, its summary agrees with it, and what it
// calls a change can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "changes/stream/stream_reader.hpp"
#include "changes/stream/stream_writer.hpp"
#include "changes/stream/testing/records.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

ely::stream::testing::Records read(std::string text) {
    ely::stream::ReadOptions options;
    options.max_line_bytes = 1U << 20U;
    return ely::stream::testing::records_of_text(std::move(text), options, 1000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto first = read(std::string(reinterpret_cast<const char*>(data), size));
    std::string again = "{\"format\":1,";
    for (const auto& change : first.changes) {
        if (change.path.starts_with('/')) continue;  // our writer is never given such
        again += ely::stream::to_line(change).substr(again.size() == 12 ? 1 : 0);
    }
    if (again.size() == 12) return 0;
    const auto second = read(std::move(again));
    require(second.bad.empty() && second.error.empty());
    std::size_t at = 0;
    for (const auto& change : first.changes) {
        if (change.path.starts_with('/')) continue;
        const auto& other = second.changes.at(at++);
        require(other.path == change.path && other.content == change.content && other.operation == change.operation &&
                other.skip_index == change.skip_index && other.repository == change.repository);
    }
    require(at == second.changes.size());
    return 0;
}
