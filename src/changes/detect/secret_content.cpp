#include <algorithm>
#include <array>
#include <bitset>

#include "base/text.hpp"
#include "changes/detect/literal_scan.hpp"
#include "changes/detect/secret.hpp"

namespace ely::detect {
namespace {

// The alphabets that tokens are made of.
enum class Alphabet { upper_digits, letters_digits, word, word_hyphen, hexadecimal };

bool in_alphabet(char c, Alphabet alphabet) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = c >= 'a' && c <= 'z';
    const bool digit = c >= '0' && c <= '9';
    switch (alphabet) {
        case Alphabet::upper_digits:
            return upper || digit;
        case Alphabet::letters_digits:
            return upper || lower || digit;
        case Alphabet::word:
            return upper || lower || digit || c == '_';
        case Alphabet::word_hyphen:
            return upper || lower || digit || c == '_' || c == '-';
        case Alphabet::hexadecimal:
            return digit || (c >= 'a' && c <= 'f');
    }
    return false;
}

struct Shape {
    std::string_view prefix;
    unsigned bucket;
    std::string_view kind;
    Alphabet alphabet;
    std::size_t shortest;  // of what follows the prefix
    std::size_t longest;
};

constexpr std::size_t k_any = 1000;
constexpr std::array k_shapes{
    Shape{"ghp_", 0, "GitHub token", Alphabet::letters_digits, 36, 36},
    Shape{"gho_", 0, "GitHub token", Alphabet::letters_digits, 36, 36},
    Shape{"ghu_", 0, "GitHub token", Alphabet::letters_digits, 36, 36},
    Shape{"ghs_", 0, "GitHub token", Alphabet::letters_digits, 36, 36},
    Shape{"ghr_", 0, "GitHub token", Alphabet::letters_digits, 36, 76},
    Shape{"github_pat_", 1, "GitHub token", Alphabet::word, 82, 82},
    Shape{"glpat-", 1, "GitLab token", Alphabet::word_hyphen, 20, 64},
    Shape{"xoxb-", 2, "Slack token", Alphabet::word_hyphen, 40, k_any},
    Shape{"xoxp-", 2, "Slack token", Alphabet::word_hyphen, 40, k_any},
    Shape{"xoxa-", 2, "Slack token", Alphabet::word_hyphen, 40, k_any},
    Shape{"xoxr-", 2, "Slack token", Alphabet::word_hyphen, 40, k_any},
    Shape{"xoxs-", 2, "Slack token", Alphabet::word_hyphen, 40, k_any},
    Shape{"sk_live_", 3, "Stripe key", Alphabet::letters_digits, 24, k_any},
    Shape{"rk_live_", 3, "Stripe key", Alphabet::letters_digits, 24, k_any},
    Shape{"sk-ant-", 3, "API key", Alphabet::word_hyphen, 60, k_any},
    Shape{"sk-proj-", 3, "API key", Alphabet::word_hyphen, 40, k_any},
    Shape{"AKIA", 4, "AWS access key", Alphabet::upper_digits, 16, 16},
    Shape{"AIza", 4, "Google API key", Alphabet::word_hyphen, 35, 35},
    Shape{"npm_", 5, "npm token", Alphabet::letters_digits, 36, 36},
    Shape{"pypi-AgEI", 5, "PyPI token", Alphabet::word_hyphen, 60, k_any},
    Shape{"dop_v1_", 7, "DigitalOcean token", Alphabet::hexadecimal, 64, 64},
    Shape{"shpat_", 7, "Shopify token", Alphabet::hexadecimal, 32, 32},
    Shape{"hvs.", 7, "Vault token", Alphabet::word_hyphen, 80, k_any},
    Shape{"AGE-SECRET-KEY-1", 7, "age private key", Alphabet::upper_digits, 58, 58},
};
constexpr std::size_t k_key_end = k_shapes.size();
constexpr std::size_t k_block_end = k_key_end + 1;

const LiteralScan& scanner() {
    static const LiteralScan k_scan = [] {
        static std::array<LiteralScan::Literal, k_shapes.size() + 2> literals;
        for (std::size_t i = 0; i < k_shapes.size(); ++i) literals[i] = {k_shapes[i].prefix, k_shapes[i].bucket};
        literals[k_key_end] = {"KEY-----", 6};
        literals[k_block_end] = {"BLOCK-----", 6};
        return LiteralScan(literals);
    }();
    return k_scan;
}

// "abcdefghij", "1234567890", "00000000", "xxxxxxxx", or too few different characters for a random string.
bool looks_made_up(std::string_view token) {
    const auto lower = to_lower_ascii(token);
    for (const std::string_view word :
         {"example", "placeholder", "dummy", "fake", "sample", "notreal", "redacted", "your"}) {
        if (lower.find(word) != std::string::npos) return true;
    }
    std::bitset<256> seen;
    std::size_t rising = 1;
    std::size_t same = 1;
    for (std::size_t i = 0; i < token.size(); ++i) {
        seen.set(static_cast<unsigned char>(token[i]));
        if (i == 0) continue;
        rising = token[i] == token[i - 1] + 1 ? rising + 1 : 1;
        same = token[i] == token[i - 1] ? same + 1 : 1;
        if (rising >= 6 || same >= 5) return true;
    }
    const std::size_t needed = token.size() >= 30 ? 12 : 8;
    return seen.count() < needed;
}

bool is_token(std::string_view text, std::size_t at, const Shape& shape) {
    // A token inside a longer word is part of something else (base64, a hash).
    if (at > 0 && in_alphabet(text[at - 1], Alphabet::word)) return false;
    const auto rest = text.substr(at + shape.prefix.size());
    std::size_t length = 0;
    while (length < rest.size() && length <= shape.longest && in_alphabet(rest[length], shape.alphabet)) ++length;
    if (length < shape.shortest || length > shape.longest) return false;
    if (length < rest.size() && in_alphabet(rest[length], Alphabet::word)) return false;
    const auto token = rest.substr(0, length);
    if (shape.prefix.starts_with("xox") && !(token[0] >= '0' && token[0] <= '9')) return false;
    return !looks_made_up(token);
}

// Behind "-----BEGIN … PRIVATE KEY-----" stands the key itself: base64 in lines that no prose has, whatever the line
// ends look like ("\n" in a JSON string, quotes and plus signs in source code). The header alone is only talk about
// keys.
bool is_private_key(std::string_view text, std::size_t at) {
    constexpr std::string_view k_begin = "-----BEGIN ";
    const auto start = text.rfind(k_begin, at);
    constexpr std::size_t k_longest_header = 60;
    if (start == std::string_view::npos || at - start > k_longest_header) return false;
    const auto label = text.substr(start + k_begin.size(), at - start - k_begin.size());
    if (label.find("PRIVATE ") == std::string_view::npos || label.find('\n') != std::string_view::npos) return false;
    constexpr std::size_t k_looked_at = 4000;
    constexpr std::size_t k_enough = 60;  // an Ed25519 key has 64
    constexpr std::size_t k_line = 40;
    auto body = text.substr(at, k_looked_at);
    body.remove_prefix(std::min(body.size(), body.find("-----") + 5));
    body = body.substr(0, body.find("-----"));
    std::bitset<256> seen;
    std::size_t characters = 0;
    std::size_t run = 0;
    for (std::size_t i = 0; i < body.size(); ++i) {
        const char c = body[i];
        const bool escape = c == '\\';
        if (escape) ++i;
        const bool is_key = !escape && (in_alphabet(c, Alphabet::letters_digits) || c == '/' || c == '+');
        run = is_key ? run + 1 : 0;
        if (run == k_line) characters += k_line;
        if (run > k_line) ++characters;
        if (is_key) seen.set(static_cast<unsigned char>(c));
    }
    constexpr std::size_t k_different = 16;
    return characters >= k_enough && seen.count() >= k_different;
}

}  // namespace

std::optional<std::string_view> secret_in(std::string_view content) {
    std::optional<std::string_view> kind;
    scanner().scan(content, [&](std::size_t literal, std::size_t at) {
        if (literal < k_shapes.size()) {
            if (is_token(content, at, k_shapes[literal])) kind = k_shapes[literal].kind;
        } else if (is_private_key(content, at)) {
            kind = "private key";
        }
        return kind.has_value();
    });
    return kind;
}

}  // namespace ely::detect
