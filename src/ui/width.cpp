#include "ui/width.hpp"

#include <vector>

#include <utf8proc.h>

#include "base/text.hpp"

namespace ely::ui {
namespace {

struct Glyph {
    std::string_view bytes;
    std::size_t width = 0;
};

constexpr utf8proc_int32_t k_emoji_presentation = 0xFE0F;

std::size_t escape_length(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    const auto end = text.find_first_not_of("0123456789;", 2);
    return end == std::string_view::npos ? text.size() : end + 1;
}

// The first code point with the marks that belong to it, or a whole escape sequence.
Glyph next_glyph(std::string_view text) {
    if (const auto length = escape_length(text); length > 0) return {text.substr(0, length), 0};
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    utf8proc_int32_t first = 0;
    const auto length = utf8proc_iterate(bytes, size, &first);
    if (length < 1) return {text.substr(0, 1), 1};
    Glyph out{text.substr(0, static_cast<std::size_t>(length)),
              static_cast<std::size_t>(std::max(0, utf8proc_charwidth(first)))};
    utf8proc_int32_t state = 0;
    auto previous = first;
    auto at = length;
    while (at < size) {
        utf8proc_int32_t next = 0;
        const auto step = utf8proc_iterate(bytes + at, size - at, &next);
        if (step < 1 || next == 0x1b || utf8proc_grapheme_break_stateful(previous, next, &state) != 0) break;
        if (next == k_emoji_presentation) out.width = 2;
        previous = next;
        at += step;
    }
    out.bytes = text.substr(0, static_cast<std::size_t>(at));
    return out;
}

// A prefix (whole glyphs) of at most `width` columns.
std::string_view prefix_of_width(std::string_view text, std::size_t width) {
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto glyph = next_glyph(text.substr(at));
        if (used + glyph.width > width) break;
        used += glyph.width;
        at += glyph.bytes.size();
    }
    return text.substr(0, at);
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t out = 0;
    while (!text.empty()) {
        // Printable ASCII followed by more of it is by far the commonest case.
        if (text[0] >= ' ' && text[0] < 0x7f && (text.size() == 1 || static_cast<unsigned char>(text[1]) < 0x80)) {
            ++out;
            text.remove_prefix(1);
            continue;
        }
        const auto glyph = next_glyph(text);
        out += glyph.width;
        text.remove_prefix(glyph.bytes.size());
    }
    return out;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return {};
    auto out = std::string(prefix_of_width(text, width - 1)) + "…";
    if (text.find('\x1b') != std::string_view::npos) out += "\x1b[0m";
    return out;
}

std::string cut_middle(std::string_view text, std::size_t width) {
    const auto full = display_width(text);
    if (full <= width) return std::string(text);
    if (width < 5) return cut_to_width(text, width);
    const auto front = (width - 1) / 3;
    const auto back = width - 1 - front;
    std::size_t at = 0;
    for (std::size_t skipped = 0; skipped < full - back && at < text.size();) {
        const auto glyph = next_glyph(text.substr(at));
        skipped += glyph.width;
        at += glyph.bytes.size();
    }
    return std::string(prefix_of_width(text, front)) + "…" + std::string(text.substr(at));
}

std::string wrap(std::string_view text, std::size_t width, std::string_view indent) {
    std::string out(indent);
    std::size_t used = display_width(indent);
    bool fresh = true;
    for (const auto word : split(text, ' ')) {
        if (word.empty()) continue;
        const auto size = display_width(word);
        if (!fresh && width > 0 && used + 1 + size > width) {
            out.append("\n").append(indent);
            used = display_width(indent);
            fresh = true;
        }
        if (!fresh) {
            out += ' ';
            ++used;
        }
        out += word;
        used += size;
        fresh = false;
    }
    return out;
}

}  // namespace ely::ui
