#pragma once

// Reads change streams: our own records and the predecessors' three dialects (doc/formats/change-stream.md), plain,
// gzip or zstd. The only reader of the format. It holds one record at a time.

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "model/change.hpp"

namespace ely::stream {

// A record that could not be read or understood; the stream goes on behind it.
struct BadRecord {
    std::uint64_t line = 0;
    std::string path;  // when it could be told
    std::string reason;
};

using Record = std::variant<model::Change, model::Changeset, BadRecord>;

struct ReadOptions {
    // Where a relative content_ref is looked up; empty: the stream's own folder. References that lead out of it, or to
    // anything but a regular file, are bad records unless allow_any_reference.
    Path reference_folder;
    bool allow_any_reference = false;
    std::uint64_t max_content_bytes = 64U << 20U;
    std::uint64_t max_line_bytes = 256U << 20U;
};

class StreamReader {
  public:
    // "-" is standard input.
    static Result<std::unique_ptr<StreamReader>> open(const Path& path, const ReadOptions& options = {});
    virtual ~StreamReader() = default;
    // nullopt at the end. An error means that no further record can be read (corrupt compression, I/O).
    [[nodiscard]] virtual Result<std::optional<Record>> next() = 0;
    // Bytes of the (uncompressed) stream read so far.
    [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
};

// One pass over the file that looks at the last record only as far as needed: is the stream complete (its last record
// is a changeset whose record count agrees)? corrupt when not.
struct StreamSummary {
    std::vector<model::Changeset> changesets;
    std::uint64_t changes = 0;
    std::uint64_t bad_records = 0;
    bool complete = false;
};
[[nodiscard]] Result<StreamSummary> summarize_stream(const Path& path, const ReadOptions& options = {});

}  // namespace ely::stream
