// What the nodes of each grammar mean. A name that a grammar does not have is simply never met.

#include "chunk/grammar/grammar.hpp"

extern "C" {
const TSLanguage* tree_sitter_python(void);
const TSLanguage* tree_sitter_javascript(void);
const TSLanguage* tree_sitter_typescript(void);
const TSLanguage* tree_sitter_tsx(void);
const TSLanguage* tree_sitter_go(void);
const TSLanguage* tree_sitter_rust(void);
const TSLanguage* tree_sitter_java(void);
const TSLanguage* tree_sitter_c(void);
const TSLanguage* tree_sitter_cpp(void);
const TSLanguage* tree_sitter_c_sharp(void);
const TSLanguage* tree_sitter_ruby(void);
const TSLanguage* tree_sitter_php(void);
const TSLanguage* tree_sitter_bash(void);
}

namespace ely::chunk {
namespace {

std::vector<RoleList> python_roles() {
    return {
        {Role::attached, "comment"},
        {Role::function, "function_definition"},
        {Role::type, "class_definition"},
        {Role::wrapper, "decorated_definition"},
        {Role::group,
         "block if_statement elif_clause else_clause try_statement except_clause finally_clause "
         "with_statement module"},
    };
}

// JavaScript and TypeScript. Functions given to a call are looked into, because whole files are written that way.
std::vector<RoleList> script_roles() {
    return {
        {Role::attached, "comment decorator html_comment"},
        {Role::function, "function_declaration generator_function_declaration method_definition function_signature"},
        {Role::type,
         "class_declaration abstract_class_declaration interface_declaration enum_declaration "
         "type_alias_declaration"},
        {Role::scope, "internal_module module"},
        {Role::wrapper,
         "export_statement ambient_declaration lexical_declaration variable_declaration "
         "expression_statement"},
        {Role::callback, "function_expression arrow_function generator_function"},
        {Role::binding, "variable_declarator assignment_expression pair field_definition public_field_definition"},
        {Role::group,
         "program class_body statement_block call_expression arguments parenthesized_expression "
         "object unary_expression await_expression as_expression "
         "satisfies_expression return_statement if_statement else_clause"},
    };
}

std::vector<RoleList> go_roles() {
    return {
        {Role::attached, "comment"},          {Role::function, "function_declaration method_declaration"},
        {Role::type, "type_spec type_alias"}, {Role::wrapper, "type_declaration"},
        {Role::group, "source_file"},
    };
}

std::vector<RoleList> rust_roles() {
    return {
        {Role::attached, "line_comment block_comment attribute_item"},
        {Role::function, "function_item function_signature_item macro_definition"},
        {Role::type, "impl_item trait_item struct_item enum_item union_item type_item"},
        {Role::scope, "mod_item"},
        {Role::group, "source_file declaration_list foreign_mod_item"},
    };
}

std::vector<RoleList> java_roles() {
    return {
        {Role::attached, "line_comment block_comment"},
        {Role::function,
         "method_declaration constructor_declaration compact_constructor_declaration "
         "annotation_type_element_declaration"},
        {Role::type,
         "class_declaration interface_declaration enum_declaration record_declaration "
         "annotation_type_declaration"},
        {Role::group, "program class_body interface_body enum_body enum_body_declarations annotation_type_body"},
    };
}

std::vector<RoleList> c_roles() {
    return {
        {Role::attached, "comment attribute_declaration access_specifier"},
        {Role::function, "function_definition preproc_function_def concept_definition"},
        {Role::type, "struct_specifier union_specifier enum_specifier class_specifier"},
        {Role::scope, "namespace_definition"},
        {Role::wrapper, "template_declaration type_definition declaration field_declaration export_declaration"},
        {Role::group,
         "translation_unit declaration_list field_declaration_list linkage_specification preproc_if "
         "preproc_ifdef preproc_else preproc_elif preproc_elifdef"},
    };
}

std::vector<RoleList> csharp_roles() {
    return {
        {Role::attached, "comment"},
        {Role::function,
         "method_declaration constructor_declaration destructor_declaration operator_declaration "
         "conversion_operator_declaration indexer_declaration property_declaration "
         "event_declaration local_function_statement"},
        {Role::type,
         "class_declaration struct_declaration interface_declaration enum_declaration "
         "record_declaration record_struct_declaration delegate_declaration"},
        {Role::wrapper, "global_statement"},
        {Role::group,
         "compilation_unit namespace_declaration file_scoped_namespace_declaration declaration_list "
         "preproc_if preproc_else preproc_elif"},
    };
}

std::vector<RoleList> ruby_roles() {
    return {
        {Role::attached, "comment"},
        {Role::function, "method singleton_method"},
        {Role::type, "class module"},
        {Role::group,
         "program body_statement singleton_class begin if unless call do_block block block_body argument_list "
         "then else"},
    };
}

std::vector<RoleList> php_roles() {
    return {
        {Role::attached, "comment attribute_list"},
        {Role::function, "function_definition method_declaration"},
        {Role::type, "class_declaration interface_declaration trait_declaration enum_declaration"},
        {Role::group,
         "program namespace_definition declaration_list enum_declaration_list compound_statement "
         "if_statement else_clause else_if_clause colon_block return_statement "
         "object_creation_expression anonymous_class"},
    };
}

std::vector<RoleList> bash_roles() {
    return {
        {Role::attached, "comment"},
        {Role::function, "function_definition"},
        {Role::group, "program if_statement else_clause elif_clause list compound_statement"},
    };
}

}  // namespace

const std::vector<Grammar>& all_grammars() {
    static const std::vector<Grammar> grammars{
        {"Python", Family::python, Lexis::python, ".", tree_sitter_python, python_roles()},
        {"JavaScript", Family::script, Lexis::script, ".", tree_sitter_javascript, script_roles()},
        {"TypeScript", Family::script, Lexis::script, ".", tree_sitter_typescript, script_roles()},
        {"TSX", Family::script, Lexis::script, ".", tree_sitter_tsx, script_roles()},
        {"Go", Family::go, Lexis::go, ".", tree_sitter_go, go_roles()},
        {"Rust", Family::rust, Lexis::rust, "::", tree_sitter_rust, rust_roles()},
        {"Java", Family::java, Lexis::java, ".", tree_sitter_java, java_roles()},
        {"C", Family::c, Lexis::c, "::", tree_sitter_c, c_roles()},
        {"C++", Family::c, Lexis::cpp, "::", tree_sitter_cpp, c_roles()},
        {"C#", Family::csharp, Lexis::csharp, ".", tree_sitter_c_sharp, csharp_roles()},
        {"Ruby", Family::ruby, Lexis::ruby, "::", tree_sitter_ruby, ruby_roles()},
        {"PHP", Family::php, Lexis::php, "::", tree_sitter_php, php_roles()},
        {"Shell", Family::bash, Lexis::none, "::", tree_sitter_bash, bash_roles()},
    };
    return grammars;
}

}  // namespace ely::chunk
