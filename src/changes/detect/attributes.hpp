#pragma once

// The part of .gitattributes that says what a file is: linguist-generated, linguist-vendored, linguist-language. A file
// deeper in the tree overrules one above it, a later line an earlier one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "changes/detect/path_patterns.hpp"

namespace ely::detect {

struct FileAttributes {
    std::optional<bool> generated;
    std::optional<bool> vendored;
    std::string_view language;  // "" when not said; valid as long as the Attributes
};

class Attributes {
  public:
    // The text of a .gitattributes in `folder` ("" or "a/b/").
    void add(std::string_view text, std::string_view folder);
    [[nodiscard]] FileAttributes of(std::string_view path) const;

  private:
    struct Line {
        PathPatterns pattern;
        std::string folder;
        std::optional<bool> generated;
        std::optional<bool> vendored;
        std::string language;
    };
    std::vector<Line> m_lines;  // a folder's lines before those of the folders in it
};

}  // namespace ely::detect
