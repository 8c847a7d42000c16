#pragma once

// UUIDs as 16 bytes in network order, their text form, and the name-based version 5 (RFC 4122, SHA-1).

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ely {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Uuid&) const = default;
    // "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
    // usage error unless `text` is 32 hexadecimal digits with hyphens in the usual places or none.
    static Result<Uuid> parse(std::string_view text);
};

inline constexpr Uuid k_uuid_namespace_dns{
    {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};
inline constexpr Uuid k_uuid_namespace_url{
    {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

[[nodiscard]] Uuid uuid5(const Uuid& name_space, std::string_view name);

}  // namespace ely

template <>
struct std::hash<ely::Uuid> {
    std::size_t operator()(const ely::Uuid& id) const noexcept {
        std::size_t out = 0;
        for (std::size_t i = 0; i < 8; ++i) out = (out << 8U) | id.bytes[i + 8];
        return out;
    }
};
