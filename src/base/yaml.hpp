#pragma once

// Small YAML files of settings: a mapping of mappings, read as dotted keys with the lines where they stand, and changed
// by editing that line, so that a hand-written file keeps its comments and its order. It does not know which keys
// exist, and it is no general YAML writer.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ely {

struct YamlEntry {
    std::string key;    // "store.path"
    std::string value;  // a scalar's text; a list's elements joined by commas
    int line = 0;       // from 1
};

// In the file's order. usage with "source:line" when the text is no YAML, or no mapping of scalars, lists of scalars
// and further mappings, or has a key twice.
[[nodiscard]] Result<std::vector<YamlEntry>> read_yaml_entries(std::string_view text, std::string_view source);

// One line of text as a scalar that reads back as the same text, in quotes where it needs them.
[[nodiscard]] std::string yaml_scalar(std::string_view value);

// The text with that one value set, all else untouched; the key is added where its mapping ends when it is missing.
// unsupported when the file is written in a way that this cannot edit (flow style, block scalars).
[[nodiscard]] Result<std::string> with_yaml_value(std::string_view text, std::string_view key, std::string_view value);

}  // namespace ely
