#pragma once

// JSON strings, both ways, at the speed of memory: what the writer and the reader of streams spend their time in. It
// knows strings only, not documents.

#include <optional>
#include <string>
#include <string_view>

namespace ely::stream {

// Appends `text`, which must be valid UTF-8, with its quotes.
void append_json_string(std::string& out, std::string_view text);

// What a JSON string stands for; `raw` is what is between its quotes. nullopt when an escape is malformed (half a
// surrogate pair too) or a quote or control character stands in it unescaped. Does not look at UTF-8.
[[nodiscard]] std::optional<std::string> decode_json_string(std::string_view raw);

[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

}  // namespace ely::stream
