#pragma once

// Lists of patterns as .gitignore has them: the last one that matches decides, "!" takes back, a trailing "/" means
// folders, a "/" elsewhere ties the pattern to its folder, and what lies below a matching folder matches too.

#include <string>
#include <string_view>
#include <vector>

namespace ely::detect {

enum class Match { none, yes, taken_back };

class PathPatterns {
  public:
    // Adds a line; blank ones and comments are passed over. `folder`: where the file with the line stands, "" or
    // "a/b/".
    void add_line(std::string_view line, std::string_view folder = {});
    // Adds a pattern that a user typed: the same, but "#" begins no comment.
    void add_pattern(std::string_view pattern, std::string_view folder = {});
    void add_lines(std::string_view text, std::string_view folder = {});

    [[nodiscard]] Match match(std::string_view path) const;
    [[nodiscard]] bool empty() const { return m_patterns.empty(); }

  private:
    enum class Shape { name, suffix, glob };
    struct Pattern {
        std::string text;
        std::string folder;
        Shape shape = Shape::glob;
        bool negated = false;
        bool folders_only = false;
        bool anchored = false;
    };
    static bool matches(const Pattern& pattern, std::string_view path, bool is_folder);
    [[nodiscard]] Match match_one(std::string_view path, bool is_folder) const;

    std::vector<Pattern> m_patterns;
};

}  // namespace ely::detect
