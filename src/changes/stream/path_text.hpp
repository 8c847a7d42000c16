#pragma once

// Between git's paths, which are bytes, and the UTF-8 form in which streams, collections and screens have them
// (doc/formats/change-stream.md, "Paths"): one form for every path, different for different paths.

#include <optional>
#include <string>
#include <string_view>

namespace ely::stream {

[[nodiscard]] std::string to_path_text(std::string_view bytes);
// The inverse.
[[nodiscard]] std::string from_path_text(std::string_view text);

// Relative, no part empty, "." or "..", no NUL, at most 65,535 bytes.
[[nodiscard]] bool is_repository_path(std::string_view path);

// What git's C-quoting stands for ("\"sp ace\\303\\244\"" with its quotes); nullopt when it is malformed.
[[nodiscard]] std::optional<std::string> unquote_git_path(std::string_view quoted);

}  // namespace ely::stream
