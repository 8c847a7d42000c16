#pragma once

// Writes change streams, our records only. The only writer of the format. The file appears, durably, when the changeset
// has been written and finish() returns; before that nobody sees it.

#include <memory>
#include <string>
#include <string_view>

#include "base/compression.hpp"
#include "base/result.hpp"
#include "model/change.hpp"

namespace ely::stream {

// A record as one line with its newline. Text content goes into `content`, anything else into `content_base64`.
// Thread-safe, so that records can be made by several workers and written in order by one.
[[nodiscard]] std::string to_line(const model::Change& change);
[[nodiscard]] std::string to_line(const model::Changeset& changeset);

class StreamWriter {
  public:
    // Compressed as the name asks (.zst, .gz).
    static Result<StreamWriter> create(const Path& path);
    // Whole lines from to_line(Change); `records` of them.
    Result<void> write_lines(std::string_view lines, std::uint64_t records);
    // Writes the changeset with the record count filled in and makes the file appear.
    Result<void> finish(model::Changeset changeset, AtomicFile::Exists exists = AtomicFile::Exists::replace);

  private:
    explicit StreamWriter(std::unique_ptr<ByteWriter> writer) : m_writer(std::move(writer)) {}
    std::unique_ptr<ByteWriter> m_writer;
    std::uint64_t m_records = 0;
};

}  // namespace ely::stream
