#include "ui/tree.hpp"

#include "ui/width.hpp"

namespace ely::ui {
namespace {

struct Lines {
    std::string_view branch;
    std::string_view last;
    std::string_view through;
};

constexpr Lines k_drawn{"├── ", "└── ", "│   "};
constexpr Lines k_ascii{"|-- ", "`-- ", "|   "};

void add_children(const TreeNode& node, const std::string& prefix, const Lines& lines, unsigned width,
                  std::string& out) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const auto& child = node.children[i];
        const bool last = i + 1 == node.children.size();
        const auto line = prefix + std::string(last ? lines.last : lines.branch) + child.text;
        out += (width == 0 ? line : cut_to_width(line, width)) + "\n";
        add_children(child, prefix + std::string(last ? "    " : lines.through), lines, width, out);
    }
}

}  // namespace

std::string tree_text(const TreeNode& root, const Terminal& terminal) {
    auto out = (terminal.width == 0 ? root.text : cut_to_width(root.text, terminal.width)) + "\n";
    add_children(root, "", terminal.unicode ? k_drawn : k_ascii, terminal.width, out);
    return out;
}

}  // namespace ely::ui
