#pragma once

// The languages whose definitions are known here: for each the tree-sitter grammar and what its kinds of nodes mean to
// an outline. One parser a thread and language, made when first needed.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <tree_sitter/api.h>

#include "chunk/skim/skim.hpp"

namespace ely::chunk {

// What a node means to the outline.
enum class Role : std::uint8_t {
    loose,     // nothing: its lines belong to what stands around it
    attached,  // belongs to the definition that follows on the next line: comments, attributes, annotations
    function,  // a definition that is not looked into
    type,      // a definition with members
    scope,     // a namespace or module: a definition with members that reads on as if it were not there
    wrapper,   // is part of the one definition inside it, if there is just one: decorators, export, template
    group,     // looked into, adds nothing
    callback,  // a function as a value: looked into, but not where it stands in another callback
    binding,   // a definition if its value is a function or class, else a group
};

enum class Family : std::uint8_t { python, script, go, rust, java, c, csharp, ruby, php, bash };

struct RoleList {
    Role role;
    std::string_view nodes;  // separated by spaces
};

struct Grammar {
    std::string_view name;  // as changes/detect names the language
    Family family;
    Lexis lexis;
    std::string_view separator;  // between the parts of a qualified symbol
    const TSLanguage* (*load)();
    std::vector<RoleList> roles;
};

// Those fields of grammars that names are read from; 0 where the grammar has no such field.
struct Fields {
    TSFieldId name, declarator, type, body, receiver, object, value, key, left, right, property, operator_sign;
};

// A grammar made ready for this thread.
class Reader {
  public:
    explicit Reader(const Grammar& grammar);

    [[nodiscard]] const Grammar& grammar() const { return *m_grammar; }
    [[nodiscard]] const Fields& fields() const { return m_fields; }
    [[nodiscard]] Role role(TSSymbol symbol) const {
        return symbol < m_roles.size() ? m_roles[symbol] : Role::group;  // ERROR has the largest number
    }

    struct TreeDeleter {
        void operator()(TSTree* tree) const { ts_tree_delete(tree); }
    };
    using Tree = std::unique_ptr<TSTree, TreeDeleter>;
    // Null when the text takes more steps than a text of its length should (the same on every machine).
    [[nodiscard]] Tree parse(std::string_view text);

  private:
    struct ParserDeleter {
        void operator()(TSParser* parser) const { ts_parser_delete(parser); }
    };
    const Grammar* m_grammar;
    std::unique_ptr<TSParser, ParserDeleter> m_parser;
    Fields m_fields{};
    std::vector<Role> m_roles;  // by symbol
};

// The grammar for a document; null when there is none for its language. Headers of C++ that pass for C are C++.
[[nodiscard]] const Grammar* grammar_for(std::string_view path, std::string_view language, std::string_view content);
[[nodiscard]] const Grammar* grammar_by_language(std::string_view language);

// This thread's reader.
[[nodiscard]] Reader& reader_for(const Grammar& grammar);

[[nodiscard]] const std::vector<Grammar>& all_grammars();

}  // namespace ely::chunk
