#pragma once

// Cryptographic digests and base64. Digests identify content; none of this is meant for passwords.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ely {

using Sha256Digest = std::array<std::uint8_t, 32>;
using Sha1Digest = std::array<std::uint8_t, 20>;

[[nodiscard]] Sha256Digest sha256(std::string_view bytes);
[[nodiscard]] Sha1Digest sha1(std::string_view bytes);

// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::string_view bytes);
template <std::size_t N>
[[nodiscard]] std::string to_hex(const std::array<std::uint8_t, N>& digest) {
    return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), N));
}

// SHA-256 over several pieces.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void update(std::string_view bytes);
    // Ends the computation; the object must not be used afterwards.
    [[nodiscard]] Sha256Digest finish();

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

// RFC 4648 standard alphabet with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
// Ignores ASCII white space; corrupt on any other foreign character or wrong padding.
[[nodiscard]] Result<std::string> from_base64(std::string_view text);

}  // namespace ely
