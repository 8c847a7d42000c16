#pragma once

// What a request's words stand for in a collection, and whether they stand for anything. It finds nothing itself.

#include <string_view>

#include "store/filter/filter.hpp"

namespace ely::search {

// Linguist's name for the language whatever the case; a name that is not known, as it is.
[[nodiscard]] store::Filter language_filter(std::string_view language);

}  // namespace ely::search
