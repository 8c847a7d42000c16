#pragma once

// Which language a file is in, by its name and, where that does not say, its first line. Names are those of GitHub's
// linguist. It reads no file, and guesses nothing from the text beyond the "#!" line and editors' mode lines.

#include <cstdint>
#include <span>
#include <string_view>

namespace ely::detect {

enum class LanguageKind { programming, markup, data, prose };

struct Language {
    std::string_view name;  // "C++"
    LanguageKind kind = LanguageKind::programming;
    std::string_view mime;          // "text/x-c++"
    std::string_view extensions;    // without dots, by blanks
    std::string_view file_names;    // by blanks
    std::string_view interpreters;  // as in a "#!" line, by blanks
};

// All that are known.
[[nodiscard]] std::span<const Language> languages();

// nullptr when it is not known. `start` is the beginning of the file (or all of it), may be empty.
[[nodiscard]] const Language* language_of(std::string_view path, std::string_view start);
[[nodiscard]] const Language* language_by_path(std::string_view path);
// By a linguist name, whatever the case (".gitattributes: *.x linguist-language=Python").
[[nodiscard]] const Language* language_by_name(std::string_view name);

// The media type; "application/octet-stream" for what is not known to be text.
[[nodiscard]] std::string_view mime_of(std::string_view path, const Language* language, bool is_text);

// The last part of a path, and what is behind its last dot in lower case-independent comparison ("" when there is
// none).
[[nodiscard]] std::string_view file_name(std::string_view path);
[[nodiscard]] std::string_view extension(std::string_view path);

}  // namespace ely::detect
