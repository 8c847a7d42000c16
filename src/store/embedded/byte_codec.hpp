#pragma once

// Numbers and byte strings in the stored blobs: LEB128 varints, little-endian fixed widths. Reading is checked: past
// the end a Decoder gives zeros and says so once, in ok(). Reads damaged bytes without harm.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace ely::store::embedded {

static_assert(std::endian::native == std::endian::little, "stored numbers are little-endian");

inline void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80U));
        value >>= 7U;
    }
    out.push_back(static_cast<char>(value));
}

inline void put_bytes(std::string& out, std::string_view bytes) {
    put_varint(out, bytes.size());
    out.append(bytes);
}

template <typename T>
void put_fixed(std::string& out, T value) {
    static_assert(std::is_arithmetic_v<T>);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U);
}
inline std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

class Decoder {
  public:
    explicit Decoder(std::string_view bytes) : m_at(bytes.data()), m_end(bytes.data() + bytes.size()) {}

    [[nodiscard]] bool at_end() const { return m_at == m_end; }
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(m_end - m_at); }

    std::uint64_t varint() {
        if (m_at != m_end && static_cast<unsigned char>(*m_at) < 0x80) return static_cast<unsigned char>(*m_at++);
        return long_varint();
    }
    std::uint32_t varint32() { return static_cast<std::uint32_t>(varint()); }

    std::string_view take(std::uint64_t size) {
        if (size > left()) return failed<std::string_view>();
        const std::string_view out(m_at, size);
        m_at += size;
        return out;
    }
    std::string_view bytes() { return take(varint()); }

    template <typename T>
    T fixed() {
        if (left() < sizeof(T)) return failed<T>();
        T out;
        std::memcpy(&out, m_at, sizeof out);
        m_at += sizeof out;
        return out;
    }

  private:
    std::uint64_t long_varint() {
        std::uint64_t out = 0;
        for (unsigned shift = 0; shift < 64 && m_at != m_end; shift += 7) {
            const auto byte = static_cast<unsigned char>(*m_at++);
            out |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return out;
        }
        return failed<std::uint64_t>();
    }
    template <typename T>
    T failed() {
        m_ok = false;
        m_at = m_end;
        return T{};
    }

    const char* m_at;
    const char* m_end;
    bool m_ok = true;
};

}  // namespace ely::store::embedded
