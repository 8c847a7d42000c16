#include "chunk/sections.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace ely::chunk {
namespace {

constexpr std::size_t k_longest_heading = 100;

// Puts sections together from headings as they come.
class Outline {
  public:
    void heading(std::uint32_t line, std::size_t level, std::string_view title) {
        close(line);
        while (!m_open.empty() && m_open.back().level >= level) m_open.pop_back();
        m_open.push_back({level, std::string(shortened(title))});
        m_start = line;
    }

    std::vector<Section> finish(std::uint32_t end) {
        close(end);
        return std::move(m_sections);
    }

  private:
    struct Open {
        std::size_t level;
        std::string title;
    };

    static std::string_view shortened(std::string_view title) {
        if (title.size() <= k_longest_heading) return title;
        auto end = k_longest_heading;
        while (end > 0 && (static_cast<unsigned char>(title[end]) & 0xC0U) == 0x80U) --end;
        return title.substr(0, end);
    }

    void close(std::uint32_t end) {
        if (end > m_start)
            m_sections.push_back({{m_start, end}, path(m_open.size()), path(m_open.empty() ? 0 : m_open.size() - 1)});
    }

    [[nodiscard]] std::string path(std::size_t depth) const {
        std::string out;
        for (std::size_t i = 0; i < depth; ++i) {
            if (i > 0) out += " > ";
            out += m_open[i].title;
        }
        return out;
    }

    std::vector<Open> m_open;
    std::vector<Section> m_sections;
    std::uint32_t m_start = 0;
};

std::size_t run_length(std::string_view text, char c) {
    return std::min(text.find_first_not_of(c), text.size());
}

// The fence that opens or closes a code block: its length and character; 0 when the line is none.
struct Fence {
    std::size_t length = 0;
    char character = '\0';
};

Fence fence_of(std::string_view line) {
    const char c = line.empty() ? '\0' : line.front();
    if (c != '`' && c != '~') return {};
    const auto length = run_length(line, c);
    if (length < 3) return {};
    // An info string of backticks has none itself: that is inline code.
    if (c == '`' && line.find('`', length) != std::string_view::npos) return {};
    return {length, c};
}

// The level of an ATX heading ("## Title ##"), 0 when the line is none.
std::size_t atx_level(std::string_view line) {
    const auto level = run_length(line, '#');
    if (level == 0 || level > 6) return 0;
    return level == line.size() || line[level] == ' ' || line[level] == '\t' ? level : 0;
}

std::string_view atx_title(std::string_view line, std::size_t level) {
    auto title = trim(line.substr(level));
    const auto end = title.find_last_not_of('#');
    if (end == std::string_view::npos) return {};
    if (end + 1 < title.size() && (title[end] == ' ' || title[end] == '\t')) title = trim(title.substr(0, end));
    return title;
}

bool is_underline(std::string_view line, char c) {
    return !line.empty() && run_length(line, c) == line.size();
}

// A paragraph's line, which an underline may make a heading.
bool is_paragraph(std::string_view line) {
    return !line.empty() && line.front() != '>' && line.front() != '|' && line.front() != '<' &&
           !line.starts_with("- ") && !line.starts_with("* ") && !line.starts_with("+ ");
}

bool is_rst_adornment(std::string_view line) {
    constexpr std::string_view k_characters = "=-~^\"'`#*+.:_<>";
    return line.size() >= 3 && k_characters.find(line.front()) != std::string_view::npos &&
           run_length(line, line.front()) == line.size();
}

// Front matter between two lines of ---: the line after it, or 0.
std::uint32_t front_matter_end(const Lines& lines) {
    if (lines.count() == 0 || trim(lines.line(0)) != "---") return 0;
    for (std::uint32_t i = 1; i < lines.count(); ++i) {
        const auto line = trim(lines.line(i));
        if (line == "---" || line == "...") return i + 1;
    }
    return 0;
}

}  // namespace

std::vector<Section> markdown_sections(const Lines& lines) {
    Outline outline;
    Fence open;
    bool after_paragraph = false;
    for (auto i = front_matter_end(lines); i < lines.count(); ++i) {
        if (lines.blank(i) || lines.indentation(i) > 3) {
            after_paragraph = after_paragraph && !lines.blank(i);
            continue;
        }
        const auto line = trim(lines.line(i));
        const auto fence = fence_of(line);
        if (open.length > 0) {
            const bool closes =
                fence.character == open.character && fence.length >= open.length && fence.length == line.size();
            if (closes) open = {};
            continue;
        }
        if (fence.length > 0) {
            open = fence;
            after_paragraph = false;
        } else if (const auto level = atx_level(line); level > 0) {
            outline.heading(i, level, atx_title(line, level));
            after_paragraph = false;
        } else if (after_paragraph && (is_underline(line, '=') || is_underline(line, '-'))) {
            outline.heading(i - 1, line.front() == '=' ? 1 : 2, trim(lines.line(i - 1)));
            after_paragraph = false;
        } else {
            after_paragraph = is_paragraph(line);
        }
    }
    return outline.finish(lines.count());
}

std::vector<Section> rst_sections(const Lines& lines) {
    Outline outline;
    std::vector<std::string> styles;  // in the order of their first use, which is their level
    for (std::uint32_t i = 1; i < lines.count(); ++i) {
        if (lines.blank(i) || lines.blank(i - 1) || lines.indentation(i) > 0) continue;
        const auto line = trim(lines.line(i));
        const auto title = trim(lines.line(i - 1));
        if (!is_rst_adornment(line) || is_rst_adornment(title) || line.size() + 1 < title.size()) continue;
        const bool overlined = i >= 2 && !lines.blank(i - 2) && trim(lines.line(i - 2)) == line;
        // A title stands alone, but for the line over it.
        if (!overlined && (lines.indentation(i - 1) > 0 || (i >= 2 && !lines.blank(i - 2)))) continue;
        const auto style = std::string(overlined ? 2 : 1, line.front());
        auto found = std::find(styles.begin(), styles.end(), style);
        if (found == styles.end()) found = styles.insert(styles.end(), style);
        outline.heading(i - (overlined ? 2 : 1), static_cast<std::size_t>(found - styles.begin()) + 1, title);
        if (i + 1 < lines.count()) ++i;
    }
    return outline.finish(lines.count());
}

}  // namespace ely::chunk
