#pragma once

// Small questions about text: sizes and durations as people write them, UTF-8, splitting, and globs as .gitignore has
// them. It knows nothing of files or of languages.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ely {

// "1MB", "500 KiB", "1048576", "1.5M": K, M, G are powers of 1024, as du and git have them.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
// "1.5 MiB", "812 B".
[[nodiscard]] std::string format_size(std::uint64_t bytes);
// "1,234,567".
[[nodiscard]] std::string format_count(std::uint64_t count);
// "0.8 s", "45 s", "2 min 5 s", "3 h 12 min".
[[nodiscard]] std::string format_duration(double seconds);

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string to_lower_ascii(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
// Comma lists, trimmed, empty entries left out; a comma inside {} does not split.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

[[nodiscard]] bool is_utf8(std::string_view bytes);
// Each byte that is not part of valid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);
// Control characters (escape sequences above all) and marks of direction made visible, so that foreign text cannot
// drive a terminal or pretend to be another.
[[nodiscard]] std::string printable(std::string_view text);

// wildmatch as git has it: `*` and `?` stop at '/', `**` does not, [classes] with ranges and negation, {a,b}
// alternatives. A pattern without '/' is matched against the last path component only; a trailing '/' matches
// everything below. Case-sensitive.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);
// usage for a pattern that says less than was meant: a "[" that nothing closes, which would be taken as it stands.
[[nodiscard]] Result<void> check_glob(std::string_view pattern);
// One pattern against the whole text, with `*` not crossing '/'.
[[nodiscard]] bool wildmatch(std::string_view pattern, std::string_view text);

}  // namespace ely
