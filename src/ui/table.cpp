#include "ui/table.hpp"

#include <algorithm>
#include <numeric>

#include "ui/width.hpp"

namespace ely::ui {
namespace {

constexpr std::size_t k_gap = 2;
constexpr std::size_t k_narrowest = 8;

std::string fitted(const Column& column, const std::string& cell, std::size_t width) {
    switch (column.cut) {
        case Cut::never:
            return cell;
        case Cut::end:
            return cut_to_width(cell, width);
        case Cut::middle:
            return cut_middle(cell, width);
    }
    return cell;
}

}  // namespace

std::vector<std::size_t> Table::column_widths(unsigned width) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        auto widest = display_width(m_columns[i].title);
        for (const auto& row : m_rows) widest = std::max(widest, display_width(row[i]));
        out.push_back(widest);
    }
    if (width == 0 || out.empty()) return out;
    auto total = std::accumulate(out.begin(), out.end(), (out.size() - 1) * k_gap);
    while (total > width) {
        std::size_t widest = out.size();
        for (std::size_t i = 0; i < out.size(); ++i) {
            const auto floor = std::max(k_narrowest, display_width(m_columns[i].title));
            if (m_columns[i].cut == Cut::never || out[i] <= floor) continue;
            if (widest == out.size() || out[i] > out[widest]) widest = i;
        }
        if (widest == out.size()) break;
        --out[widest];
        --total;
    }
    return out;
}

std::string Table::text(unsigned width, const Style& style) const {
    const auto widths = column_widths(width);
    std::string out;
    const auto add_line = [&](const std::vector<std::string>& cells, bool title) {
        std::string line;
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            const auto cell = fitted(m_columns[i], cells[i], widths[i]);
            const auto used = display_width(cell);
            const auto space = std::string(widths[i] > used ? widths[i] - used : 0, ' ');
            const auto shown = title ? style.bold(cell) : cell;
            if (i > 0) line += std::string(k_gap, ' ');
            line += m_columns[i].align == Align::right ? space + shown : shown + space;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    };
    std::vector<std::string> titles;
    titles.reserve(m_columns.size());
    for (const auto& column : m_columns) titles.push_back(column.title);
    add_line(titles, true);
    for (const auto& row : m_rows) add_line(row, false);
    return out;
}

}  // namespace ely::ui
