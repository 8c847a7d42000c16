#pragma once

// A text as numbered lines, each with its indentation and an estimate of how many word pieces the model sees in it.
// Made in one pass over the bytes; any bytes will do. It knows no language.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ely::chunk {

// Lines first .. end-1, counted from 0.
struct LineRange {
    std::uint32_t first = 0;
    std::uint32_t end = 0;

    [[nodiscard]] bool empty() const { return first >= end; }
    [[nodiscard]] std::uint32_t size() const { return end - first; }
    bool operator==(const LineRange&) const = default;
};

// The content must outlive it. A byte order mark at the start belongs to no line.
class Lines {
  public:
    explicit Lines(std::string_view content);

    [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(m_lines.size() - 1); }
    [[nodiscard]] LineRange all() const { return {0, count()}; }
    // The lines as they stand in the text, without the last one's line end.
    [[nodiscard]] std::string_view text(LineRange range) const;
    [[nodiscard]] std::string_view line(std::uint32_t index) const { return text({index, index + 1}); }
    // White space only.
    [[nodiscard]] bool blank(std::uint32_t index) const { return m_lines[index].indentation == k_blank; }
    // Columns of white space before the first other character (a tab goes to the next multiple of 4).
    [[nodiscard]] std::uint32_t indentation(std::uint32_t index) const { return m_lines[index].indentation; }
    // Word pieces, estimated: within some 6 % of WordPiece's count on code and prose.
    [[nodiscard]] std::uint32_t pieces(LineRange range) const;
    // The line that holds a byte of the content.
    [[nodiscard]] std::uint32_t line_of(std::size_t offset) const;
    // Without blank lines at its start and end.
    [[nodiscard]] LineRange trimmed(LineRange range) const;

  private:
    static constexpr std::uint32_t k_blank = 0xFFFFFFFF;
    struct Line {
        std::uint32_t start;
        std::uint32_t pieces_before;  // in eighths
        std::uint32_t indentation;
    };
    void add_line(std::size_t start, std::uint32_t pieces_before);

    std::string_view m_content;
    std::vector<Line> m_lines;  // one more than there are lines
};

}  // namespace ely::chunk
