#pragma once

// What kind of file a path names, as far as ranking cares: people who ask how something works want the code that does
// it before its tests, its documentation and its data, unless the query asks for those. doc/search-quality.md has the
// figures.

#include <string_view>

namespace ely::search {

enum class PathClass { source, test, document, other };

[[nodiscard]] PathClass classify_path(std::string_view path);

// What a file's score is multiplied with; 1 when the query asks for that kind of file, or names this one.
[[nodiscard]] double class_weight(std::string_view path, std::string_view query);

}  // namespace ely::search
