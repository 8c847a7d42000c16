#pragma once

// Does a file hold a secret? By name, for files that hold nothing else, and by content, for private keys and tokens of
// well-known shapes. Precise rather than suspicious: a word like "secret" in a name proves nothing, and placeholders
// are told from tokens. Not a scanner for every secret there is.

#include <optional>
#include <string_view>

namespace ely::detect {

// What kind of secret the name promises (".env file"), nullopt when it promises none.
[[nodiscard]] std::optional<std::string_view> secret_by_name(std::string_view path);

// Some names hold a secret only with the right line in them (.npmrc with a token).
[[nodiscard]] std::optional<std::string_view> secret_by_name_and_content(std::string_view path,
                                                                         std::string_view content);

// What kind of secret stands in the text ("AWS access key"). One pass, some gigabytes a second.
[[nodiscard]] std::optional<std::string_view> secret_in(std::string_view content);

}  // namespace ely::detect
