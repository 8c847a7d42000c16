#include "changes/stream/path_text.hpp"

#include "base/text.hpp"

namespace ely::stream {
namespace {

constexpr std::string_view k_mark = "\xEF\xBF\xBD";
constexpr std::size_t k_longest_path = 65535;

void append_byte(std::string& out, char c) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += k_mark;
    out += k_digits[byte >> 4U];
    out += k_digits[byte & 15U];
}

// 1 to 4 for valid UTF-8 at the start of `bytes`, else 0.
std::size_t character_length(std::string_view bytes) {
    for (std::size_t length = 1; length <= 4 && length <= bytes.size(); ++length) {
        if (is_utf8(bytes.substr(0, length))) return length;
    }
    return 0;
}

int lower_hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// The byte that `digits` (two of them, at the start) stand for; -1 when they are none.
int byte_value(std::string_view digits) {
    if (digits.size() < 2) return -1;
    const int high = lower_hex_digit(digits[0]);
    const int low = lower_hex_digit(digits[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

std::string to_path_text(std::string_view bytes) {
    if (is_utf8(bytes) && bytes.find(k_mark) == std::string_view::npos) return std::string(bytes);
    std::string out;
    while (!bytes.empty()) {
        const auto length = character_length(bytes);
        if (length == 0 || bytes.starts_with(k_mark)) {
            append_byte(out, bytes.front());
            if (length != 0) {
                append_byte(out, bytes[1]);
                append_byte(out, bytes[2]);
            }
        } else {
            out += bytes.substr(0, length);
        }
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string from_path_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (true) {
        const auto mark = text.find(k_mark);
        out += text.substr(0, mark);
        if (mark == std::string_view::npos) return out;
        text.remove_prefix(mark + k_mark.size());
        const int byte = byte_value(text);
        if (byte < 0) {
            out += k_mark;
        } else {
            out += static_cast<char>(static_cast<unsigned char>(byte));
            text.remove_prefix(2);
        }
    }
}

bool is_repository_path(std::string_view path) {
    if (path.empty() || path.size() > k_longest_path || path.find('\0') != std::string_view::npos) return false;
    while (true) {
        const auto slash = path.find('/');
        const auto part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

namespace {

// The byte that the escape behind a backslash stands for, and how long it is.
struct Unquoted {
    char byte;
    std::size_t length;
};

std::optional<Unquoted> unquote_escape(std::string_view text) {
    constexpr std::string_view k_letters = "abtnvfr\"\\";
    constexpr std::string_view k_bytes = "\a\b\t\n\v\f\r\"\\";
    if (text.empty()) return std::nullopt;
    if (const auto at = k_letters.find(text.front()); at != std::string_view::npos) return Unquoted{k_bytes[at], 1};
    if (text.size() < 3) return std::nullopt;
    unsigned value = 0;
    for (const char digit : text.substr(0, 3)) {
        if (digit < '0' || digit > '7') return std::nullopt;
        value = value * 8 + static_cast<unsigned>(digit - '0');
    }
    if (value > 255) return std::nullopt;
    return Unquoted{static_cast<char>(static_cast<unsigned char>(value)), 3};
}

}  // namespace

std::optional<std::string> unquote_git_path(std::string_view quoted) {
    if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return std::nullopt;
    quoted = quoted.substr(1, quoted.size() - 2);
    std::string out;
    while (!quoted.empty()) {
        const char c = quoted.front();
        quoted.remove_prefix(1);
        if (c == '"') return std::nullopt;
        if (c != '\\') {
            out += c;
            continue;
        }
        const auto escape = unquote_escape(quoted);
        if (!escape) return std::nullopt;
        out += escape->byte;
        quoted.remove_prefix(escape->length);
    }
    return out;
}

}  // namespace ely::stream
