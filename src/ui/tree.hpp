#pragma once

// A tree as plain text, for status screens: "├── URL: …". It renders values it is given and asks nothing.

#include <string>
#include <vector>

#include "ui/terminal.hpp"

namespace ely::ui {

struct TreeNode {
    std::string text;
    std::vector<TreeNode> children;

    TreeNode& add(std::string child) {
        children.push_back({std::move(child), {}});
        return children.back();
    }
};

// The root's text on a line of its own, every other node below it; lines are cut at the terminal's width.
[[nodiscard]] std::string tree_text(const TreeNode& root, const Terminal& terminal);

}  // namespace ely::ui
