#pragma once

// The name of a git object: 20 bytes (SHA-1). Plain values, so that others can hold them without libgit2.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ely::git {

struct ObjectId {
    std::array<std::uint8_t, 20> bytes{};

    auto operator<=>(const ObjectId&) const = default;
    [[nodiscard]] std::string hex() const;
    [[nodiscard]] bool is_zero() const { return *this == ObjectId{}; }
    // nullopt unless `text` is 40 hexadecimal digits.
    static std::optional<ObjectId> parse(std::string_view text);
};

// The tree without entries, which every repository has without storing it.
inline constexpr ObjectId k_empty_tree{{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60,
                                        0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}};

}  // namespace ely::git

template <>
struct std::hash<ely::git::ObjectId> {
    std::size_t operator()(const ely::git::ObjectId& id) const noexcept {
        std::size_t out = 0;
        for (std::size_t i = 0; i < sizeof out; ++i) out = (out << 8U) | id.bytes[i];
        return out;
    }
};
