#pragma once

// Byte streams that may be compressed: readers that see plain bytes whatever the file is (told by its first bytes, not
// by its name), writers that compress as the file's name asks (.zst, .gz, anything else plain).

#include <memory>
#include <span>
#include <string_view>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely {

enum class Codec { none, gzip, zstd };

// By ending: ".gz", ".zst"; else none.
[[nodiscard]] Codec codec_by_name(const Path& path);

class ByteReader {
  public:
    virtual ~ByteReader() = default;
    // Fills the front of `buffer`; 0 at the end. corrupt when the compressed data is damaged or cut off.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

// "-" is standard input. gzip and zstd are recognised by their magic numbers, several members or frames in a row too.
[[nodiscard]] Result<std::unique_ptr<ByteReader>> open_reader(const Path& path);

class ByteWriter {
  public:
    virtual ~ByteWriter() = default;
    virtual Result<void> write(std::string_view bytes) = 0;
    // Ends the compressed stream and makes the file appear under its name, durably.
    virtual Result<void> commit(AtomicFile::Exists exists = AtomicFile::Exists::replace) = 0;
};

// The file appears at commit() only.
[[nodiscard]] Result<std::unique_ptr<ByteWriter>> open_writer(const Path& path, unsigned mode = 0600);

}  // namespace ely
