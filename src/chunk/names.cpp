#include "chunk/names.hpp"

#include <algorithm>

namespace ely::chunk {
namespace {

constexpr std::size_t k_longest_name = 120;
constexpr int k_deepest_declarator = 12;

bool is_null(TSNode node) {
    return node.id == nullptr;
}

std::string_view source(TSNode node, std::string_view text) {
    if (is_null(node)) return {};
    const auto start = ts_node_start_byte(node);
    return text.substr(start, ts_node_end_byte(node) - start);
}

bool is_type(TSNode node, std::string_view name) {
    return ts_node_type(node) == name;
}

template <typename... Names>
bool is_any(TSNode node, Names... names) {
    return (is_type(node, names) || ...);
}

TSNode field(TSNode node, TSFieldId id) {
    return id == 0 ? TSNode{} : ts_node_child_by_field_id(node, id);
}

// On one line, runs of white space one space, not too long. Empty when it is no name but a piece of misread code.
std::string tidy(std::string_view name) {
    if (name.find_first_of("{};") != std::string_view::npos) return {};
    auto length = std::min(name.size(), k_longest_name);
    while (length > 0 && length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) --length;
    std::string out;
    for (const char c : name.substr(0, length)) {
        const bool space = static_cast<unsigned char>(c) <= ' ';
        if (!space) out.push_back(c);
        if (space && !out.empty() && out.back() != ' ') out.push_back(' ');
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

// Type arguments at the end: "Vec<T>" -> "Vec", but not operator<.
std::string_view without_arguments(std::string_view name) {
    const auto open = name.find('<');
    if (open == std::string_view::npos || open == 0 || !name.ends_with('>')) return name;
    return name.substr(0, open);
}

// C and C++ wrap the name in declarators: *(*f)(int)[3].
TSNode innermost_declarator(const Reader& reader, TSNode node) {
    auto declarator = field(node, reader.fields().declarator);
    for (int i = 0; i < k_deepest_declarator && !is_null(declarator); ++i) {
        auto inner = field(declarator, reader.fields().declarator);
        if (is_null(inner) && is_any(declarator, "reference_declarator", "parenthesized_declarator",
                                     "attributed_declarator", "pointer_declarator")) {
            inner = ts_node_named_child(declarator, 0);
        }
        if (is_null(inner)) return declarator;
        declarator = inner;
    }
    return {};
}

std::string c_name(const Reader& reader, Role role, TSNode node, std::string_view text) {
    if (role == Role::type && is_null(field(node, reader.fields().body))) return {};
    const auto name = field(node, reader.fields().name);
    if (!is_null(name)) return tidy(without_arguments(source(name, text)));
    auto declarator = innermost_declarator(reader, node);
    if (!is_null(declarator)) {
        const auto written = source(declarator, text);
        return tidy(is_type(declarator, "operator_cast") ? written.substr(0, written.find('(')) : written);
    }
    if (role != Role::type) return {};
    // typedef struct { ... } name;
    const auto parent = ts_node_parent(node);
    if (is_null(parent) || !is_type(parent, "type_definition")) return {};
    declarator = innermost_declarator(reader, parent);
    return is_null(declarator) ? std::string() : tidy(source(declarator, text));
}

// func (s *Store[K]) Get(): "Store.Get"
std::string go_name(const Reader& reader, TSNode node, std::string_view text) {
    auto name = tidy(source(field(node, reader.fields().name), text));
    const auto receiver = field(node, reader.fields().receiver);
    if (is_null(receiver) || name.empty()) return name;
    auto type = source(receiver, text);
    if (const auto open = type.find('['); open != std::string_view::npos) type = type.substr(0, open);
    while (!type.empty() && (type.back() == ')' || type.back() == ' ' || type.back() == ',')) type.remove_suffix(1);
    const auto start = type.find_last_of(" *(\t");
    if (start != std::string_view::npos) type.remove_prefix(start + 1);
    return type.empty() ? name : tidy(type) + "." + name;
}

std::string rust_name(const Reader& reader, TSNode node, std::string_view text) {
    if (!is_type(node, "impl_item")) return tidy(source(field(node, reader.fields().name), text));
    auto type = source(field(node, reader.fields().type), text);
    while (type.starts_with('&') || type.starts_with('*')) type.remove_prefix(1);
    return tidy(without_arguments(type));
}

std::string csharp_name(const Reader& reader, TSNode node, std::string_view text) {
    if (is_type(node, "indexer_declaration")) return "this[]";
    if (is_type(node, "operator_declaration")) {
        return "operator " + tidy(source(field(node, reader.fields().operator_sign), text));
    }
    if (is_type(node, "conversion_operator_declaration")) {
        return "operator " + tidy(source(field(node, reader.fields().type), text));
    }
    return tidy(source(field(node, reader.fields().name), text));
}

bool defines(TSNode value) {
    return is_any(value, "function_expression", "arrow_function", "generator_function", "class");
}

// const f = () => ..., exports.f = function ..., f: function ...
std::string script_binding(const Reader& reader, TSNode node, std::string_view text) {
    const auto& fields = reader.fields();
    auto value = field(node, fields.value);
    if (is_null(value)) value = field(node, fields.right);
    if (is_null(value) || !defines(value)) return {};
    for (const auto id : {fields.name, fields.key, fields.property, fields.left}) {
        const auto name = field(node, id);
        if (is_null(name) || is_any(name, "object_pattern", "array_pattern")) continue;
        auto written = source(name, text);
        for (const std::string_view prefix : {"module.", "exports."}) {
            if (written.starts_with(prefix) && written != "module.exports") written.remove_prefix(prefix.size());
        }
        return tidy(written);
    }
    return {};
}

std::string plain_name(const Reader& reader, TSNode node, std::string_view text) {
    auto written = source(field(node, reader.fields().name), text);
    // declare module "vue"
    if (written.size() > 2 && (written.front() == '"' || written.front() == '\'')) {
        written = written.substr(1, written.size() - 2);
    }
    return tidy(written);
}

}  // namespace

std::string name_of(const Reader& reader, Role role, TSNode node, std::string_view text) {
    switch (reader.grammar().family) {
        case Family::c:
            return c_name(reader, role, node, text);
        case Family::go:
            return go_name(reader, node, text);
        case Family::rust:
            return rust_name(reader, node, text);
        case Family::csharp:
            return csharp_name(reader, node, text);
        case Family::script:
            return role == Role::binding ? script_binding(reader, node, text) : plain_name(reader, node, text);
        case Family::ruby:
        case Family::python:
        case Family::java:
        case Family::php:
        case Family::bash:
            return plain_name(reader, node, text);
    }
    return {};
}

}  // namespace ely::chunk
