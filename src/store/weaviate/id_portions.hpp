#pragma once

// Many ids, as many of them at once as a request may name.

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"

namespace ely::store::weaviate {

inline constexpr std::size_t k_ids_at_once = 500;

// `visit` takes a std::span<const Uuid> and gives a Result<void>; the first error ends it.
template <typename Visit>
Result<void> in_portions(std::span<const Uuid> ids, Visit visit) {
    for (std::size_t at = 0; at < ids.size(); at += k_ids_at_once) {
        ELY_TRY(visit(ids.subspan(at, std::min(k_ids_at_once, ids.size() - at))));
    }
    return {};
}

// Each id once, in order.
inline std::vector<Uuid> distinct(std::span<const Uuid> ids) {
    std::vector<Uuid> out(ids.begin(), ids.end());
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
    return out;
}

}  // namespace ely::store::weaviate
