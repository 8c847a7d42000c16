#include "changes/git/object_id.hpp"

#include "base/hash.hpp"

namespace ely::git {
namespace {

std::optional<unsigned> digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

}  // namespace

std::string ObjectId::hex() const {
    return to_hex(bytes);
}

std::optional<ObjectId> ObjectId::parse(std::string_view text) {
    if (text.size() != 40) return std::nullopt;
    ObjectId out;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        const auto high = digit(text[2 * i]);
        const auto low = digit(text[2 * i + 1]);
        if (!high || !low) return std::nullopt;
        out.bytes[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return out;
}

}  // namespace ely::git
