#include "base/hash.hpp"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace ely {
namespace {

bool is_base64(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

}  // namespace

Sha256Digest sha256(std::string_view bytes) {
    Sha256Digest out{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
    return out;
}

Sha1Digest sha1(std::string_view bytes) {
    Sha1Digest out{};
    SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
    return out;
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out.push_back(k_digits[byte >> 4U]);
        out.push_back(k_digits[byte & 15U]);
    }
    return out;
}

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    State() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
    ~State() { EVP_MD_CTX_free(context); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Sha256::Sha256() : m_state(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
    EVP_DigestUpdate(m_state->context, bytes.data(), bytes.size());
}

Sha256Digest Sha256::finish() {
    Sha256Digest out{};
    EVP_DigestFinal_ex(m_state->context, out.data(), nullptr);
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(n));
    return out;
}

Result<std::string> from_base64(std::string_view text) {
    std::string compact;
    compact.reserve(text.size());
    for (const char c : text) {
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') compact.push_back(c);
    }
    if (compact.size() % 4 != 0) return fail(Code::corrupt, "base64 text has a length that is not a multiple of 4");
    // OpenSSL overlooks some foreign characters, and padding inside.
    const auto padding = compact.ends_with("==") ? 2U : compact.ends_with('=') ? 1U : 0U;
    const auto letters = std::string_view(compact).substr(0, compact.size() - padding);
    if (!std::all_of(letters.begin(), letters.end(), is_base64)) {
        return fail(Code::corrupt, "base64 text has a character outside its alphabet");
    }
    std::string out(compact.size() / 4 * 3, '\0');
    const int n =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(compact.data()), static_cast<int>(compact.size()));
    if (n < 0) return fail(Code::corrupt, "base64 text has a character outside its alphabet");
    out.resize(static_cast<std::size_t>(n) - padding);
    return out;
}

}  // namespace ely
