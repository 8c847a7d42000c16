#include "changes/stream/line_reader.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace ely::stream {
namespace {

constexpr std::size_t k_block_bytes = 256U << 10U;
constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";
// Of a line that is too long: enough to say which it was.
constexpr std::size_t k_start_bytes = 256;

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteReader> bytes, std::uint64_t max_line_bytes)
    : m_bytes(std::move(bytes)), m_max_line_bytes(max_line_bytes), m_buffer(k_block_bytes + k_line_padding) {}

Result<bool> LineReader::fill() {
    if (m_begin > 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_end -= m_begin;
        m_begin = 0;
    }
    if (m_buffer.size() - k_line_padding == m_end) {
        m_buffer.resize(m_end * 2 + k_line_padding);
    } else if (m_end < k_block_bytes / 2 && m_buffer.size() > 64 * k_block_bytes) {
        // One huge line should not make every later read go through cold memory.
        m_buffer.resize(k_block_bytes + k_line_padding);
        m_buffer.shrink_to_fit();
    }
    const auto room = m_buffer.size() - k_line_padding - m_end;
    ELY_TRY_ASSIGN(const auto n, m_bytes->read({m_buffer.data() + m_end, room}));
    m_end += n;
    m_bytes_read += n;
    return n > 0;
}

// The next `length` bytes as a line, taken out of the buffer with their newline if they have one; nullopt when the line
// is blank or the rest of one that was too long.
std::optional<Line> LineReader::take(std::size_t length, bool ended) {
    std::string_view text(m_buffer.data() + m_begin, length);
    m_begin += length + (ended ? 1 : 0);
    ++m_lines;
    if (std::exchange(m_dropping, false)) return std::nullopt;
    if (m_lines == 1 && text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
    text = trim(text);
    if (text.empty()) return std::nullopt;
    return Line{text, m_lines, false};
}

Result<std::optional<Line>> LineReader::next() {
    std::size_t searched = 0;
    while (true) {
        const auto have = m_end - m_begin;
        const auto* const start = m_buffer.data() + m_begin;
        const auto* const newline = static_cast<const char*>(std::memchr(start + searched, '\n', have - searched));
        if (newline != nullptr) {
            const auto length = static_cast<std::size_t>(newline - start);
            searched = 0;
            if (length > m_max_line_bytes && !m_dropping) {
                const Line line{{start, k_start_bytes < length ? k_start_bytes : length}, ++m_lines, true};
                m_begin += length + 1;
                return line;
            }
            if (auto line = take(length, true)) return line;
            continue;
        }
        if (m_dropping) {
            m_begin = m_end;
            searched = 0;
        } else if (have > m_max_line_bytes) {
            const Line line{{start, std::min(have, k_start_bytes)}, m_lines + 1, true};
            m_dropping = true;
            m_begin = m_end;
            return line;
        } else {
            searched = have;
        }
        ELY_TRY_ASSIGN(const bool more, fill());
        if (more) continue;
        if (m_begin == m_end) return std::nullopt;
        return take(m_end - m_begin, false);
    }
}

}  // namespace ely::stream
