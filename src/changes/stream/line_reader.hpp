#pragma once

// Splits a byte stream into lines, holding one block or one line, whichever is larger. A line is followed by readable
// bytes, as simdjson wants it. It knows nothing of what a line means.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/compression.hpp"
#include "base/result.hpp"

namespace ely::stream {

struct Line {
    // Without its end and white space around it; valid until the next call.
    std::string_view text;
    std::uint64_t number = 0;
    // Longer than the limit: `text` is its start only.
    bool too_long = false;
};

class LineReader {
  public:
    LineReader(std::unique_ptr<ByteReader> bytes, std::uint64_t max_line_bytes);
    // The next line that is not blank.
    [[nodiscard]] Result<std::optional<Line>> next();
    [[nodiscard]] std::uint64_t bytes_read() const { return m_bytes_read; }

  private:
    // Makes room behind m_end, then reads more; false at the end.
    Result<bool> fill();
    [[nodiscard]] std::optional<Line> take(std::size_t length, bool ended);

    std::unique_ptr<ByteReader> m_bytes;
    std::uint64_t m_max_line_bytes;
    std::vector<char> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    std::uint64_t m_bytes_read = 0;
    std::uint64_t m_lines = 0;
    bool m_dropping = false;  // inside a line that was too long
};

// How many bytes behind a line's text may be read.
inline constexpr std::size_t k_line_padding = 64;

}  // namespace ely::stream
