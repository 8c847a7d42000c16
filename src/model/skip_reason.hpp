#pragma once

// The words that say why a file of a repository is not indexed; the list in doc/formats/change-stream.md. Strings,
// because a stream may carry words of other writers, which are shown as they are.

#include <array>
#include <string_view>

namespace ely::model::skip {

inline constexpr std::string_view k_binary = "binary";
inline constexpr std::string_view k_vendored = "vendored";
inline constexpr std::string_view k_generated = "generated";
inline constexpr std::string_view k_minified = "minified";
inline constexpr std::string_view k_lock_file = "lock_file";
inline constexpr std::string_view k_too_large = "too_large";
inline constexpr std::string_view k_secret = "secret";
inline constexpr std::string_view k_ignored = "ignored";
inline constexpr std::string_view k_excluded = "excluded";
inline constexpr std::string_view k_not_included = "not_included";
inline constexpr std::string_view k_lfs_pointer = "lfs_pointer";
inline constexpr std::string_view k_submodule = "submodule";
inline constexpr std::string_view k_symlink = "symlink";
inline constexpr std::string_view k_unreadable = "unreadable";
// Set by the reader of predecessors' streams only.
inline constexpr std::string_view k_no_content = "no_content";
inline constexpr std::string_view k_unspecified = "unspecified";

inline constexpr std::array k_all{
    k_binary,   k_vendored,     k_generated,   k_minified,  k_lock_file, k_too_large,  k_secret,     k_ignored,
    k_excluded, k_not_included, k_lfs_pointer, k_submodule, k_symlink,   k_unreadable, k_no_content, k_unspecified,
};

}  // namespace ely::model::skip
