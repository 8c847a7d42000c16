# How everything of ours is compiled: the INTERFACE target ely_flags, linker and compiler cache.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# Assertions stay on: a broken invariant should stop the program, not corrupt a store.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_DEBUG "-O2")

add_library(ely_flags INTERFACE)
target_compile_options(ely_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-qual -Wunused -Wimplicit-fallthrough
  # Paths in objects are relative to the project, so that clones and presets share ccache's results.
  "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=." "-ffile-prefix-map=${PROJECT_BINARY_DIR}=.")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees ghosts here: in std::string's operators, and in the short form of strings that a Result holds.
  target_compile_options(ely_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(ELY_WERROR)
  target_compile_options(ely_flags INTERFACE -Werror)
endif()
target_link_options(ely_flags INTERFACE -Wl,--as-needed)

if(ELY_SANITIZE)
  # Our own code only: the grammars are large tables, slow to compile with sanitizers.
  target_compile_options(ely_flags INTERFACE "-fsanitize=${ELY_SANITIZE}")
  add_link_options("-fsanitize=${ELY_SANITIZE}")
  if(ELY_SANITIZE MATCHES undefined)
    target_compile_options(ely_flags INTERFACE -fno-sanitize-recover=undefined)
  endif()
  if(ELY_SANITIZE MATCHES thread)
    target_compile_options(ely_flags INTERFACE -Wno-tsan)
  endif()
  target_compile_definitions(ely_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(ELY_COVERAGE)
  target_compile_options(ely_flags INTERFACE --coverage)
  add_link_options(--coverage)
endif()
if(ELY_FUZZ)
  target_compile_options(ely_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(ELY_MOLD mold)
if(ELY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(ELY_CCACHE ccache)
if(ELY_CCACHE)
  # The sloppiness is what ccache asks for before it keeps objects that were compiled with a precompiled header.
  set(launcher /usr/bin/env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_SLOPPINESS=pch_defines,time_macros "${ELY_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
