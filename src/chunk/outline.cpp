#include "chunk/outline.hpp"

#include <algorithm>
#include <utility>

#include "chunk/names.hpp"

namespace ely::chunk {
namespace {

constexpr std::uint32_t k_none = 0xFFFFFFFF;
// Definitions nested deeper than that are read as part of what holds them.
constexpr std::size_t k_deepest = 48;
// A group of fewer bytes holds no definition.
constexpr std::uint32_t k_smallest_group = 8;

bool is_space(char c) {
    return static_cast<unsigned char>(c) <= ' ';
}

class Cursor {
  public:
    explicit Cursor(TSNode node) : m_cursor(ts_tree_cursor_new(node)) {}
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    ~Cursor() { ts_tree_cursor_delete(&m_cursor); }
    [[nodiscard]] TSNode node() const { return ts_tree_cursor_current_node(&m_cursor); }
    bool to_first_child() { return ts_tree_cursor_goto_first_child(&m_cursor); }
    bool to_next_sibling() { return ts_tree_cursor_goto_next_sibling(&m_cursor); }
    void to_parent() { ts_tree_cursor_goto_parent(&m_cursor); }

  private:
    TSTreeCursor m_cursor;
};

class Outliner {
  public:
    Outliner(const Reader& reader, std::string_view text, std::string_view parsed, const Skimmed* skimmed,
             const Lines& lines)
        : m_reader(reader), m_text(text), m_parsed(parsed), m_skimmed(skimmed), m_lines(lines) {}

    Outline run(TSNode root) {
        Cursor cursor(root);
        m_frames.push_back({});
        bool more = cursor.to_first_child();
        while (more) {
            if (visit(cursor.node()) && cursor.to_first_child()) continue;
            leave_childless();
            while (!(more = cursor.to_next_sibling()) && m_frames.size() > 1) {
                cursor.to_parent();
                leave();
            }
        }
        return std::move(m_outline);
    }

  private:
    // A node whose children are being visited.
    struct Frame {
        std::uint32_t definition = k_none;      // the innermost definition around the children
        std::uint32_t end_line = 0;             // lines before it are taken by definitions already found
        std::uint32_t attached_first = k_none;  // a run of comments and attributes
        std::uint32_t attached_end = k_none;
        std::uint32_t found = 0;      // definitions found directly in `definition`
        std::uint32_t only = k_none;  // the first of them
        LineRange wrapper;            // of a wrapper node; empty for others
        bool opens_definition = false;
        bool in_callback = false;
        bool pending = false;  // entered, its first child not yet visited
    };

    // Whether to go on with the node's children; a frame is then open for them.
    bool visit(TSNode node) {
        m_frames.back().pending = false;
        const auto role = m_reader.role(ts_node_symbol(node));
        switch (role) {
            case Role::loose:
                return false;
            case Role::attached:
                attach(node);
                return false;
            case Role::function:
                add(node, role);
                return false;
            case Role::type:
            case Role::scope:
                return enter_definition(node, role);
            case Role::binding:
                return add(node, Role::binding) ? false : enter(node, {});
            case Role::wrapper:
                return enter(node, with_attached(lines_of(node)));
            case Role::group:
                return enter(node, {});
            case Role::callback:
                return enter_callback(node);
        }
        return false;
    }

    [[nodiscard]] std::size_t position(std::size_t at) const { return m_skimmed ? m_skimmed->position(at) : at; }

    [[nodiscard]] LineRange lines_of(TSNode node) const {
        const std::size_t start = ts_node_start_byte(node);
        std::size_t end = ts_node_end_byte(node);
        while (end > start + 1 && is_space(m_parsed[end - 1])) --end;
        const auto first = m_lines.line_of(position(start));
        return {first, (end > start ? m_lines.line_of(position(end - 1)) : first) + 1};
    }

    // The range with the comments and attributes that stand directly above it.
    [[nodiscard]] LineRange with_attached(LineRange range) const {
        const auto& frame = m_frames.back();
        if (frame.attached_end == range.first || (frame.attached_end == range.first + 1)) {
            range.first = std::min(range.first, frame.attached_first);
        }
        return range;
    }

    void attach(TSNode node) {
        auto& frame = m_frames.back();
        const auto range = lines_of(node);
        auto before = position(ts_node_start_byte(node));
        while (before > 0 && m_text[before - 1] != '\n' && is_space(m_text[before - 1])) --before;
        const bool own_line = before == 0 || m_text[before - 1] == '\n';
        if (!own_line) return;
        if (frame.attached_end != range.first) frame.attached_first = range.first;
        frame.attached_end = range.end;
    }

    bool enter(TSNode node, LineRange wrapper) {
        if (m_frames.size() >= k_deepest) return false;
        if (ts_node_end_byte(node) - ts_node_start_byte(node) < k_smallest_group) return false;
        const auto& outer = m_frames.back();
        Frame frame;
        frame.definition = outer.definition;
        frame.end_line = outer.end_line;
        frame.wrapper = wrapper;
        frame.in_callback = outer.in_callback;
        // A comment may stand before the node that holds what it belongs to.
        frame.attached_first = outer.attached_first;
        frame.attached_end = outer.attached_end;
        frame.pending = true;
        m_frames.push_back(frame);
        return true;
    }

    bool enter_callback(TSNode node) {
        if (m_frames.back().in_callback || !enter(node, {})) return false;
        m_frames.back().in_callback = true;
        return true;
    }

    bool enter_definition(TSNode node, Role role) {
        const auto index = add(node, role);
        if (!index) return enter(node, {});
        if (!enter(node, {})) return false;
        auto& frame = m_frames.back();
        frame.definition = *index;
        frame.end_line = m_outline[*index].lines.first;
        frame.opens_definition = true;
        return true;
    }

    // A frame was opened for a node that has no children after all.
    void leave_childless() {
        if (m_frames.back().pending) leave();
    }

    void leave() {
        const auto frame = m_frames.back();
        m_frames.pop_back();
        auto& outer = m_frames.back();
        if (frame.opens_definition) {
            m_outline[frame.definition].descendants_end = static_cast<std::uint32_t>(m_outline.size());
            return;
        }
        if (frame.found == 0) return;
        if (!frame.wrapper.empty() && frame.found == 1) {
            widen(frame, outer);
            outer.end_line = std::max(outer.end_line, m_outline[frame.only].lines.end);
            if (outer.found++ == 0) outer.only = frame.only;
            return;
        }
        outer.end_line = std::max(outer.end_line, frame.end_line);
        outer.found += 2;  // a wrapper further out is not only theirs
    }

    // The one definition inside a wrapper is as large as the wrapper.
    void widen(const Frame& frame, const Frame& outer) {
        auto& lines = m_outline[frame.only].lines;
        lines.first = std::max(std::min(lines.first, frame.wrapper.first), outer.end_line);
        lines.end = std::max(lines.end, frame.wrapper.end);
        if (frame.definition != k_none) lines.end = std::min(lines.end, m_outline[frame.definition].lines.end);
    }

    // The new definition's index; none when the node has no name or shares its lines with the definition before.
    std::optional<std::uint32_t> add(TSNode node, Role role) {
        auto name = name_of(m_reader, role, node, m_parsed);
        if (name.empty()) return std::nullopt;
        auto& frame = m_frames.back();
        auto range = with_attached(lines_of(node));
        range.first = std::max(range.first, frame.end_line);
        if (frame.definition != k_none) range.end = std::min(range.end, m_outline[frame.definition].lines.end);
        if (range.empty()) return std::nullopt;
        const auto index = static_cast<std::uint32_t>(m_outline.size());
        const auto kind = kind_of(role, node, name);
        m_outline.push_back({kind, range, qualified(name, kind, node), index + 1});
        frame.end_line = range.end;
        if (frame.found++ == 0) frame.only = index;
        return index;
    }

    [[nodiscard]] Kind kind_of(Role role, TSNode node, const std::string& name) const {
        if (role == Role::scope) return Kind::scope;
        if (role == Role::type) return Kind::type;
        if (role == Role::binding && is_class_value(node)) return Kind::type;
        const auto parent = m_frames.back().definition;
        if (parent != k_none && m_outline[parent].kind == Kind::type) return Kind::method;
        const bool go_method = m_reader.grammar().family == Family::go && name.find('.') != std::string::npos;
        const bool cpp_method = m_reader.grammar().family == Family::c && name.find("::") != std::string::npos;
        return go_method || cpp_method ? Kind::method : Kind::function;
    }

    [[nodiscard]] bool is_class_value(TSNode node) const {
        const auto value = ts_node_child_by_field_id(node, m_reader.fields().value);
        return !ts_node_is_null(value) && std::string_view(ts_node_type(value)) == "class";
    }

    [[nodiscard]] std::string qualified(const std::string& name, Kind kind, TSNode node) const {
        const auto parent = m_frames.back().definition;
        const auto outer = parent == k_none ? std::string() : m_outline[parent].symbol;
        if (m_reader.grammar().family == Family::ruby && kind != Kind::type) {
            if (std::string_view(ts_node_type(node)) == "singleton_method")
                return (outer.empty() ? "self" : outer) + "." + name;
            return outer.empty() ? name : outer + "#" + name;
        }
        return outer.empty() ? name : outer + std::string(m_reader.grammar().separator) + name;
    }

    const Reader& m_reader;
    std::string_view m_text;
    std::string_view m_parsed;
    const Skimmed* m_skimmed;
    const Lines& m_lines;
    std::vector<Frame> m_frames;
    Outline m_outline;
};

// A text whose skimmed form is broken where bodies were told by their indentation may be whole as it stands.
bool should_read_whole(Lexis lexis, TSNode root) {
    return (lexis == Lexis::python || lexis == Lexis::ruby) && ts_node_has_error(root);
}

}  // namespace

std::optional<Outline> outline(const Grammar& grammar, std::string_view text, const Lines& lines, Reading reading) {
    auto& reader = reader_for(grammar);
    if (reading == Reading::skimmed) {
        if (const auto skimmed = skim(grammar.lexis, text)) {
            const auto tree = reader.parse(skimmed->text());
            if (tree == nullptr) return std::nullopt;
            const auto root = ts_tree_root_node(tree.get());
            if (!should_read_whole(grammar.lexis, root)) {
                return Outliner(reader, text, skimmed->text(), &*skimmed, lines).run(root);
            }
        }
    }
    const auto tree = reader.parse(text);
    if (tree == nullptr) return std::nullopt;
    return Outliner(reader, text, text, nullptr, lines).run(ts_tree_root_node(tree.get()));
}

}  // namespace ely::chunk
