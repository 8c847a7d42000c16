#pragma once

// Reads change streams: our own records and the predecessors' three dialects (doc/formats/change-stream.md), plain,
// gzip or zstd. The only reader of the format. It holds one record at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/compression.hpp"
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
    Path reference_folder = {};
    bool allow_any_reference = false;
    // Where the files of records without any content are read from (streams that only name files); empty: nowhere.
    Path source_folder = {};
    // What ${MGIT_CACHE_DIR} stands for in a content_ref; empty: such references are bad records.
    Path cache_folder = {};
    // Larger files become skipped ones.
    std::uint64_t max_content_bytes = 64U << 20U;
    // Longer lines are bad records.
    std::uint64_t max_line_bytes = 256U << 20U;
};

class StreamReader {
  public:
    // "-" is standard input.
    static Result<std::unique_ptr<StreamReader>> open(const Path& path, const ReadOptions& options = {});
    static std::unique_ptr<StreamReader> over(std::unique_ptr<ByteReader> bytes, const ReadOptions& options = {});
    virtual ~StreamReader() = default;
    // nullopt at the end. An error means that no further record can be read (corrupt compression, I/O, unsupported: a
    // format of the future). A changeset whose record count does not agree with what was read is a BadRecord.
    [[nodiscard]] virtual Result<std::optional<Record>> next() = 0;
    // Bytes of the (uncompressed) stream read so far.
    [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
};

// What is in a stream, and whether it is complete.
struct StreamSummary {
    std::vector<model::Changeset> changesets;
    std::uint64_t changes = 0;
    std::uint64_t bad_records = 0;
    std::uint64_t bytes = 0;  // of the uncompressed stream
    bool complete = false;
    std::string problem = "the stream is empty";  // why it is not complete
    // The next record in order; `complete` and `problem` are then as if the stream ended with it.
    void add(const Record& record);
    // The stream cannot be read any further.
    void broken_off(const Error& error);
};
// In one pass that decodes no content. A stream that is cut off or damaged is a value, not an error; errors are for
// files that cannot be opened and formats of the future. Standard input cannot be read twice: write it to a file first.
[[nodiscard]] Result<StreamSummary> summarize_stream(const Path& path, const ReadOptions& options = {});

}  // namespace ely::stream
