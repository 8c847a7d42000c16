# TreeSitter::TreeSitter: the core of tree-sitter and the grammars we chunk by, built from their C sources as one static
# library. Each grammar gives one function, tree_sitter_<language>().

set(core "${ELY_PIN_tree-sitter}/tree_sitter/core/lib")
set(pack "${ELY_PIN_tree-sitter-language-pack}/parsers")
set(grammar_folders "${ELY_PIN_tree-sitter-c-sharp}/src")
foreach(language python javascript typescript tsx go rust java c cpp ruby php bash)
  list(APPEND grammar_folders "${pack}/${language}/src")
endforeach()

add_library(tree_sitter_grammars STATIC "${core}/src/lib.c")
foreach(folder IN LISTS grammar_folders)
  set(sources "${folder}/parser.c")
  if(EXISTS "${folder}/scanner.c")
    list(APPEND sources "${folder}/scanner.c")
  endif()
  target_sources(tree_sitter_grammars PRIVATE ${sources})
  # The C# package comes without the headers that every grammar shares; those of another one of its age (ABI 14) fit.
  set_source_files_properties(${sources} PROPERTIES INCLUDE_DIRECTORIES "${folder};${pack}/java/src")
endforeach()
set_source_files_properties("${core}/src/lib.c" PROPERTIES INCLUDE_DIRECTORIES "${core}/src")
set_target_properties(tree_sitter_grammars PROPERTIES C_STANDARD 11 C_EXTENSIONS ON POSITION_INDEPENDENT_CODE ON)
target_compile_definitions(tree_sitter_grammars PRIVATE _GNU_SOURCE TREE_SITTER_HIDE_SYMBOLS)
target_compile_options(tree_sitter_grammars PRIVATE -w -O2 -g0)
target_include_directories(tree_sitter_grammars SYSTEM PUBLIC "${core}/include")
add_library(TreeSitter::TreeSitter ALIAS tree_sitter_grammars)
