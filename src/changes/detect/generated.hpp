#pragma once

// Code that nobody wrote by hand in this repository: somebody else's, a program's, squeezed, or a list of pinned
// dependencies. By the conventions of languages and tools, not by guessing at style.

#include <string_view>

namespace ely::detect {

[[nodiscard]] bool is_vendored(std::string_view path);
[[nodiscard]] bool is_lock_file(std::string_view path);
[[nodiscard]] bool is_generated_by_name(std::string_view path);
[[nodiscard]] bool is_minified_by_name(std::string_view path);
// Endings that only binary files have; others are told by their content.
[[nodiscard]] bool is_binary_by_name(std::string_view path);

// A comment near the top says that a program wrote it.
[[nodiscard]] bool has_generated_header(std::string_view content);
// JavaScript, CSS and the like in lines that nobody would write.
[[nodiscard]] bool is_minified(std::string_view path, std::string_view content);
[[nodiscard]] bool is_binary(std::string_view content);
[[nodiscard]] bool is_lfs_pointer(std::string_view content);

}  // namespace ely::detect
