#pragma once

// A table as plain text that fits the terminal: columns as wide as their cells; when that is too wide for the screen,
// the columns that allow it are cut, the widest first. It renders values it is given and asks nothing.

#include <string>
#include <vector>

#include "ui/terminal.hpp"

namespace ely::ui {

enum class Cut { never, end, middle };
enum class Align { left, right };

struct Column {
    std::string title;
    Cut cut = Cut::never;
    Align align = Align::left;
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : m_columns(std::move(columns)) {}
    // One cell a column. Cells may carry styles; control characters of foreign text must be made visible before.
    void add(std::vector<std::string> cells) { m_rows.push_back(std::move(cells)); }
    [[nodiscard]] bool empty() const { return m_rows.empty(); }
    // Title and rows, a line each; `width` 0: no limit.
    [[nodiscard]] std::string text(unsigned width, const Style& style) const;

  private:
    [[nodiscard]] std::vector<std::size_t> column_widths(unsigned width) const;
    std::vector<Column> m_columns;
    std::vector<std::vector<std::string>> m_rows;
};

}  // namespace ely::ui
