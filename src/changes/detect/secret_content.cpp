#include <algorithm>
#include <array>
#include <bitset>
#include <vector>

#include "base/text.hpp"
#include "changes/detect/literal_scan.hpp"
#include "changes/detect/made_up.hpp"
#include "changes/detect/secret.hpp"

namespace ely::detect {
namespace {

// The alphabets that tokens are made of.
enum class Alphabet { upper_digits, letters_digits, word, word_hyphen, hexadecimal, base64, user, password };

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
        case Alphabet::base64:
            return upper || lower || digit || c == '/' || c == '+';
        case Alphabet::user:
            return upper || lower || digit || std::string_view("._~%+-").find(c) != std::string_view::npos;
        case Alphabet::password:
            return upper || lower || digit || std::string_view("._~%+-!*=^").find(c) != std::string_view::npos;
    }
    return false;
}

std::string_view leading(std::string_view text, Alphabet alphabet) {
    std::size_t length = 0;
    while (length < text.size() && in_alphabet(text[length], alphabet)) ++length;
    return text.substr(0, length);
}

struct Shape {
    std::string_view prefix;
    unsigned bucket;
    std::string_view kind;
    Alphabet alphabet;
    std::size_t shortest;  // of what follows the prefix
    std::size_t longest;
    bool needs_digit = false;
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
    Shape{"sk-proj-", 3, "API key", Alphabet::word_hyphen, 32, k_any, true},
    Shape{"sk-svcacct-", 3, "API key", Alphabet::word_hyphen, 32, k_any, true},
    Shape{"sk-admin-", 3, "API key", Alphabet::word_hyphen, 32, k_any, true},
    Shape{"sk-", 3, "API key", Alphabet::letters_digits, 32, 64, true},
    Shape{"hf_", 4, "Hugging Face token", Alphabet::letters_digits, 34, 34},
    Shape{"AKIA", 4, "AWS access key", Alphabet::upper_digits, 16, 16},
    Shape{"AIza", 4, "Google API key", Alphabet::word_hyphen, 35, 35},
    Shape{"npm_", 5, "npm token", Alphabet::letters_digits, 36, 36},
    Shape{"pypi-AgEI", 5, "PyPI token", Alphabet::word_hyphen, 60, k_any},
    Shape{"dop_v1_", 7, "DigitalOcean token", Alphabet::hexadecimal, 64, 64},
    Shape{"shpat_", 7, "Shopify token", Alphabet::hexadecimal, 32, 32},
    Shape{"hvs.", 7, "Vault token", Alphabet::word_hyphen, 80, k_any},
    Shape{"AGE-SECRET-KEY-1", 7, "age private key", Alphabet::upper_digits, 58, 58},
};

// "\n" in a string literal, "\u003d" and "%3D" are no part of the word behind them.
bool ends_with_escape(std::string_view text) {
    const auto is_code = [&](std::string_view start, std::size_t digits) {
        if (text.size() < start.size() + digits) return false;
        const auto tail = text.substr(text.size() - start.size() - digits);
        return tail.starts_with(start) && std::ranges::all_of(tail.substr(start.size()), [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
               });
    };
    return text.ends_with("\\n") || text.ends_with("\\t") || text.ends_with("\\r") || is_code("\\u", 4) ||
           is_code("%", 2);
}

// A token inside a longer word is part of something else (base64, a hash).
bool starts_word(std::string_view text, std::size_t at) {
    return at == 0 || !in_alphabet(text[at - 1], Alphabet::word) || ends_with_escape(text.substr(0, at));
}

bool has(std::string_view text, char first, char last) {
    return std::ranges::any_of(text, [&](char c) { return c >= first && c <= last; });
}

bool has_digits_and_both_cases(std::string_view text) {
    return has(text, '0', '9') && has(text, 'a', 'z') && has(text, 'A', 'Z');
}

bool is_token(std::string_view text, std::size_t at, const Shape& shape) {
    if (!starts_word(text, at)) return false;
    const auto rest = text.substr(at + shape.prefix.size());
    std::size_t length = 0;
    while (length < rest.size() && length <= shape.longest && in_alphabet(rest[length], shape.alphabet)) ++length;
    if (length < shape.shortest || length > shape.longest) return false;
    if (length < rest.size() && in_alphabet(rest[length], Alphabet::word)) return false;
    const auto token = rest.substr(0, length);
    if (shape.prefix.starts_with("xox") && (token[0] < '0' || token[0] > '9')) return false;
    if (shape.needs_digit && !has(token, '0', '9')) return false;
    return !looks_made_up(token);
}

// Behind "-----BEGIN … PRIVATE KEY-----" stands the key itself: base64 in lines that no prose has, whatever the line
// ends look like ("\n" in a JSON string, quotes and plus signs in source code). The header alone is only talk about
// keys.
bool is_private_key(std::string_view text, std::size_t at, std::string_view /*literal*/) {
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

// SG.<22 characters>.<43 characters>
bool is_sendgrid_key(std::string_view text, std::size_t at, std::string_view literal) {
    constexpr std::size_t k_id = 22;
    constexpr std::size_t k_secret = 43;
    if (!starts_word(text, at)) return false;
    auto rest = text.substr(at + literal.size());
    const auto id = leading(rest.substr(0, k_id + 1), Alphabet::word_hyphen);
    if (id.size() != k_id) return false;
    rest.remove_prefix(k_id);
    if (!rest.starts_with('.')) return false;
    const auto secret = leading(rest.substr(1, k_secret + 1), Alphabet::word_hyphen);
    return secret.size() == k_secret && !looks_made_up(id) && !looks_made_up(secret);
}

// hooks.slack.com/services/T<8 or more>/B<8 or more>/<20 or more>; in JSON "/" may be "\/".
bool is_slack_webhook(std::string_view text, std::size_t at, std::string_view literal) {
    constexpr std::size_t k_looked_at = 120;
    constexpr std::size_t k_shortest_id = 9;
    constexpr std::size_t k_shortest_secret = 20;
    if (!text.substr(0, at).ends_with("hooks.")) return false;
    auto rest = text.substr(at + literal.size(), k_looked_at);
    const auto next_part = [&](Alphabet alphabet) -> std::string_view {
        if (rest.starts_with('\\')) rest.remove_prefix(1);
        if (!rest.starts_with('/')) return {};
        const auto part = leading(rest.substr(1), alphabet);
        rest.remove_prefix(1 + part.size());
        return part;
    };
    if (next_part(Alphabet::letters_digits) != "services") return false;
    const auto team = next_part(Alphabet::upper_digits);
    const auto bot = next_part(Alphabet::upper_digits);
    const auto secret = next_part(Alphabet::letters_digits);
    if (!team.starts_with('T') || team.size() < k_shortest_id) return false;
    if (!bot.starts_with('B') || bot.size() < k_shortest_id) return false;
    return secret.size() >= k_shortest_secret && !looks_made_up(secret);
}

// aws_secret_access_key = <40 characters of base64>, also in capitals, as secretAccessKey, in JSON, YAML and XML.
bool is_aws_secret_key(std::string_view text, std::size_t at, std::string_view literal) {
    constexpr std::string_view k_before = "secre";
    constexpr std::size_t k_farthest = 40;
    constexpr std::size_t k_length = 40;
    if (at < k_before.size() || to_lower_ascii(text.substr(at - k_before.size(), k_before.size())) != k_before) {
        return false;
    }
    const auto rest = text.substr(at + literal.size());
    const auto gap = rest.find_first_not_of(" \t\"'`\\]=:>,");
    if (gap == std::string_view::npos || gap == 0 || gap > k_farthest) return false;
    const auto value = leading(rest.substr(gap, k_length + 1), Alphabet::base64);
    if (value.size() != k_length) return false;
    const auto behind = rest.substr(gap + k_length);
    if (!behind.empty() && (behind.front() == '=' || in_alphabet(behind.front(), Alphabet::word_hyphen))) return false;
    return has_digits_and_both_cases(value) && !looks_made_up(value);
}

// A password that a generator made: long enough, digits among letters, no word that stands for a password.
bool looks_generated(std::string_view password) {
    constexpr std::size_t k_shortest = 10;
    constexpr std::size_t k_long = 16;
    if (password.size() < k_shortest || !has(password, '0', '9')) return false;
    const bool has_letters = has(password, 'a', 'z') || has(password, 'A', 'Z');
    if (password.size() < k_long ? !has_digits_and_both_cases(password) : !has_letters) return false;
    const auto lower = to_lower_ascii(password);
    for (const std::string_view word : {"pass", "secret", "token", "change", "test", "user", "1234", "asdf", "qwer"}) {
        if (lower.find(word) != std::string::npos) return false;
    }
    for (auto at = password.find('%'); at != std::string_view::npos; at = password.find('%', at + 1)) {
        if (!ends_with_escape(password.substr(0, at + 3))) return false;  // "%s"
    }
    return !looks_made_up(password);
}

// scheme://user:password@host, the user may be missing.
bool is_password_in_address(std::string_view text, std::size_t at, std::string_view literal) {
    constexpr std::size_t k_looked_at = 300;
    auto rest = text.substr(at + literal.size(), k_looked_at);
    rest.remove_prefix(leading(rest, Alphabet::user).size());
    if (!rest.starts_with(':')) return false;
    const auto password = leading(rest.substr(1), Alphabet::password);
    rest.remove_prefix(1 + password.size());
    if (!rest.starts_with('@')) return false;
    rest.remove_prefix(1);
    // docker://image:tag@sha256:…
    if (rest.empty() || !in_alphabet(rest.front(), Alphabet::letters_digits) || rest.starts_with("sha")) return false;
    return looks_generated(password);
}

// What is more than a prefix and an alphabet.
struct Mark {
    std::string_view literal;
    unsigned bucket;
    std::string_view kind;
    bool (*stands_for_secret)(std::string_view text, std::size_t at, std::string_view literal);
};
constexpr std::array k_marks{
    Mark{"KEY-----", 6, "private key", is_private_key},
    Mark{"BLOCK-----", 6, "private key", is_private_key},
    Mark{"SG.", 6, "SendGrid key", is_sendgrid_key},
    Mark{"slack.com", 2, "Slack webhook", is_slack_webhook},
    Mark{"t_access_key", 2, "AWS secret key", is_aws_secret_key},
    Mark{"T_ACCESS_KEY", 2, "AWS secret key", is_aws_secret_key},
    Mark{"tAccessKey", 2, "AWS secret key", is_aws_secret_key},
    Mark{"://", 3, "password in an address", is_password_in_address},
};

const LiteralScan& scanner() {
    static const LiteralScan k_scan = [] {
        std::vector<LiteralScan::Literal> literals;
        literals.reserve(k_shapes.size() + k_marks.size());
        for (const auto& shape : k_shapes) literals.push_back({shape.prefix, shape.bucket});
        for (const auto& mark : k_marks) literals.push_back({mark.literal, mark.bucket});
        return LiteralScan(literals);
    }();
    return k_scan;
}

}  // namespace

std::optional<std::string_view> secret_in(std::string_view content) {
    std::optional<std::string_view> kind;
    scanner().scan(content, [&](std::size_t literal, std::size_t at) {
        if (literal < k_shapes.size()) {
            if (is_token(content, at, k_shapes[literal])) kind = k_shapes[literal].kind;
        } else {
            const auto& mark = k_marks[literal - k_shapes.size()];
            if (mark.stands_for_secret(content, at, mark.literal)) kind = mark.kind;
        }
        return kind.has_value();
    });
    return kind;
}

}  // namespace ely::detect
