#include "base/uuid.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace ely {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string Uuid::text() const {
    auto out = to_hex(view());
    for (const std::size_t at : {8U, 13U, 18U, 23U}) out.insert(at, 1, '-');
    return out;
}

Result<Uuid> Uuid::parse(std::string_view text) {
    const auto bad = [&] { return fail(Code::usage, "not a UUID: \"" + std::string(text) + "\""); };
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hyphen_place = text.size() == 36 && (i == 8 || i == 13 || i == 18 || i == 23);
        if (hyphen_place != (text[i] == '-')) return bad();
        if (!hyphen_place) digits.push_back(text[i]);
    }
    if (digits.size() != 32) return bad();
    Uuid out;
    for (std::size_t i = 0; i < 16; ++i) {
        const int high = hex_value(digits[2 * i]);
        const int low = hex_value(digits[2 * i + 1]);
        if (high < 0 || low < 0) return bad();
        out.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return out;
}

Uuid uuid5(const Uuid& name_space, std::string_view name) {
    std::string input(name_space.view());
    input.append(name);
    const auto digest = sha1(input);
    Uuid out;
    std::copy_n(digest.begin(), 16, out.bytes.begin());
    out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0fU) | 0x50U);
    out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3fU) | 0x80U);
    return out;
}

}  // namespace ely
