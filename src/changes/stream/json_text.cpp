#include "changes/stream/json_text.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include <simdjson.h>

namespace ely::stream {
namespace {

// For each byte: 0 when it stands for itself in a JSON string, 'u' when it needs \u00xx, else the letter behind '\'.
constexpr std::array<char, 256> k_escapes = [] {
    std::array<char, 256> out{};
    for (std::size_t byte = 0; byte < 0x20; ++byte) out[byte] = 'u';
    out['"'] = '"';
    out['\\'] = '\\';
    out['\b'] = 'b';
    out['\t'] = 't';
    out['\n'] = 'n';
    out['\f'] = 'f';
    out['\r'] = 'r';
    return out;
}();

#ifdef __SSE2__

constexpr std::size_t k_step = 16;

// A bit for each of the 16 bytes that cannot stand in a JSON string as it is.
unsigned special_bytes(const char* at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}

#else

constexpr std::size_t k_step = 8;

// A bit for each of the 8 bytes that cannot stand in a JSON string as it is.
unsigned special_bytes(const char* at) {
    unsigned out = 0;
    for (unsigned i = 0; i < k_step; ++i) {
        if (k_escapes[static_cast<unsigned char>(at[i])] != 0) out |= 1U << i;
    }
    return out;
}

#endif

std::size_t count_special(std::string_view text) {
    std::size_t count = 0;
    std::size_t at = 0;
    for (; at + k_step <= text.size(); at += k_step) {
        count += static_cast<std::size_t>(std::popcount(special_bytes(text.data() + at)));
    }
    for (; at < text.size(); ++at) {
        if (k_escapes[static_cast<unsigned char>(text[at])] != 0) ++count;
    }
    return count;
}

char* write_escape(char* to, char c) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = '\\';
    *to++ = k_escapes[byte];
    if (k_escapes[byte] != 'u') return to;
    constexpr std::string_view k_digits = "0123456789abcdef";
    *to++ = '0';
    *to++ = '0';
    *to++ = k_digits[byte >> 4U];
    *to++ = k_digits[byte & 15U];
    return to;
}

// Whole steps are copied first and looked at afterwards, so `to` needs k_step bytes more than the text takes.
char* write_escaped(char* to, std::string_view text) {
    const char* from = text.data();
    const char* const end = from + text.size();
    while (from + k_step <= end) {
        const unsigned special = special_bytes(from);
        std::memcpy(to, from, k_step);
        if (special == 0) {
            from += k_step;
            to += k_step;
            continue;
        }
        const auto plain = static_cast<std::size_t>(std::countr_zero(special));
        from += plain;
        to = write_escape(to + plain, *from++);
    }
    for (; from < end; ++from) {
        if (k_escapes[static_cast<unsigned char>(*from)] == 0) {
            *to++ = *from;
        } else {
            to = write_escape(to, *from);
        }
    }
    return to;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The four digits of a \u escape; -1 when they are not there.
int hex_number(const char* from, const char* end) {
    if (end - from < 4) return -1;
    int out = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = hex_digit(from[i]);
        if (digit < 0) return -1;
        out = out * 16 + digit;
    }
    return out;
}

char* write_utf8(char* to, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { *to++ = static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
    return to;
}

struct Cursor {
    const char* from;
    char* to;
};

// Behind "\u". nullopt when it is malformed.
std::optional<Cursor> decode_unicode_escape(Cursor at, const char* end) {
    const int first = hex_number(at.from, end);
    if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF)) return std::nullopt;
    at.from += 4;
    if (first < 0xD800 || first > 0xDBFF) return Cursor{at.from, write_utf8(at.to, static_cast<std::uint32_t>(first))};
    if (end - at.from < 6 || at.from[0] != '\\' || at.from[1] != 'u') return std::nullopt;
    const int second = hex_number(at.from + 2, end);
    if (second < 0xDC00 || second > 0xDFFF) return std::nullopt;
    const auto code =
        0x10000U + (static_cast<std::uint32_t>(first - 0xD800) << 10U) + static_cast<std::uint32_t>(second - 0xDC00);
    return Cursor{at.from + 6, write_utf8(at.to, code)};
}

// At a byte that does not stand for itself.
std::optional<Cursor> decode_escape(Cursor at, const char* end) {
    if (*at.from != '\\' || end - at.from < 2) return std::nullopt;
    const char letter = at.from[1];
    at.from += 2;
    switch (letter) {
        case 'u':
            return decode_unicode_escape(at, end);
        case '"':
        case '\\':
        case '/':
            *at.to = letter;
            break;
        case 'b':
            *at.to = '\b';
            break;
        case 't':
            *at.to = '\t';
            break;
        case 'n':
            *at.to = '\n';
            break;
        case 'f':
            *at.to = '\f';
            break;
        case 'r':
            *at.to = '\r';
            break;
        default:
            return std::nullopt;
    }
    return Cursor{at.from, at.to + 1};
}

// Like write_escaped, copies ahead of itself: `to` needs k_step bytes more than `raw` has. nullptr when malformed.
char* decode_into(char* to, std::string_view raw) {
    Cursor at{raw.data(), to};
    const char* const end = raw.data() + raw.size();
    while (at.from < end) {
        if (at.from + k_step <= end) {
            const unsigned special = special_bytes(at.from);
            std::memcpy(at.to, at.from, k_step);
            const auto plain = special == 0 ? k_step : static_cast<std::size_t>(std::countr_zero(special));
            at.from += plain;
            at.to += plain;
            if (special == 0) continue;
        } else if (k_escapes[static_cast<unsigned char>(*at.from)] == 0) {
            *at.to++ = *at.from++;
            continue;
        }
        const auto next = decode_escape(at, end);
        if (!next) return nullptr;
        at = *next;
    }
    return at.to;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    const auto start = out.size();
    const auto room = start + text.size() + 5 * count_special(text) + 2 + k_step;
    out.resize_and_overwrite(room, [&](char* data, std::size_t) {
        char* to = data + start;
        *to++ = '"';
        to = write_escaped(to, text);
        *to++ = '"';
        return static_cast<std::size_t>(to - data);
    });
}

std::optional<std::string> decode_json_string(std::string_view raw) {
    std::string out;
    bool good = true;
    out.resize_and_overwrite(raw.size() + k_step, [&](char* data, std::size_t) -> std::size_t {
        const char* const end = decode_into(data, raw);
        good = end != nullptr;
        return good ? static_cast<std::size_t>(end - data) : 0;
    });
    if (!good) return std::nullopt;
    return out;
}

bool is_valid_utf8(std::string_view bytes) {
    return simdjson::validate_utf8(bytes.data(), bytes.size());
}

}  // namespace ely::stream
