#include "base/text.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace ely {
namespace {

// Bytes of the UTF-8 sequence that starts here, 0 when it is not valid (overlong forms and surrogates are not).
std::size_t sequence_length(std::string_view bytes, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto continues = [&](std::size_t i) { return i < bytes.size() && (byte(i) & 0xC0U) == 0x80U; };
    const unsigned char first = byte(at);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(at + 1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!continues(at + 1) || !continues(at + 2)) return 0;
        if (first == 0xE0 && byte(at + 1) < 0xA0) return 0;
        if (first == 0xED && byte(at + 1) > 0x9F) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!continues(at + 1) || !continues(at + 2) || !continues(at + 3)) return 0;
        if (first == 0xF0 && byte(at + 1) < 0x90) return 0;
        if (first == 0xF4 && byte(at + 1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    const auto whole = trim(text);
    const auto bad = [&] {
        return fail(Code::usage, fmt::format("not a size: \"{}\"", text), "write it like 500KB, 1MB or 1.5GB");
    };
    double value = 0;
    const auto [end, code] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
    if (code != std::errc() || value < 0 || !std::isfinite(value)) return bad();
    auto unit = to_lower_ascii(trim(whole.substr(static_cast<std::size_t>(end - whole.data()))));
    if (unit.ends_with("ib")) {
        unit.resize(unit.size() - 2);
    } else if (unit.ends_with('b')) {
        unit.pop_back();
    }
    double factor = 1;
    if (unit == "k") {
        factor = 1024;
    } else if (unit == "m") {
        factor = 1024.0 * 1024;
    } else if (unit == "g") {
        factor = 1024.0 * 1024 * 1024;
    } else if (unit == "t") {
        factor = 1024.0 * 1024 * 1024 * 1024;
    } else if (!unit.empty()) {
        return bad();
    }
    if (value * factor > 9e18) return bad();
    return static_cast<std::uint64_t>(value * factor);
}

std::string format_size(std::uint64_t bytes) {
    if (bytes < 1024) return fmt::format("{} B", bytes);
    constexpr std::array k_units{"KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < k_units.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.{}f} {}", value, value < 10 ? 1 : 0, k_units[unit]);
}

std::string format_count(std::uint64_t count) {
    auto out = std::to_string(count);
    for (auto at = static_cast<int>(out.size()) - 3; at > 0; at -= 3) out.insert(static_cast<std::size_t>(at), 1, ',');
    return out;
}

std::string format_duration(double seconds) {
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long long>(std::llround(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view k_space = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(k_space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(k_space) - first + 1);
}

std::string to_lower_ascii(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    while (true) {
        const auto at = text.find(separator);
        out.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return out;
        text.remove_prefix(at + 1);
    }
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> out;
    std::size_t start = 0;
    int depth = 0;
    const auto add = [&](std::size_t end) {
        if (const auto part = trim(text.substr(start, end - start)); !part.empty()) out.emplace_back(part);
        start = end + 1;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{') ++depth;
        if (text[i] == '}' && depth > 0) --depth;
        if (text[i] == ',' && depth == 0) add(i);
    }
    add(text.size());
    return out;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        if (static_cast<unsigned char>(bytes[at]) < 0x80) {
            ++at;
            continue;
        }
        const auto length = sequence_length(bytes, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string to_valid_utf8(std::string_view bytes) {
    if (is_utf8(bytes)) return std::string(bytes);
    std::string out;
    out.reserve(bytes.size() + 16);
    for (std::size_t at = 0; at < bytes.size();) {
        const auto length = sequence_length(bytes, at);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            ++at;
        } else {
            out += bytes.substr(at, length);
            at += length;
        }
    }
    return out;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : to_valid_utf8(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7F) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out;
}

namespace {

// Matches one [class]; `pattern` starts behind '['. Returns the bytes used, 0 when the class is not closed.
std::size_t match_class(std::string_view pattern, char c, bool& matched) {
    std::size_t i = 0;
    const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
    if (negated) ++i;
    bool found = false;
    for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
        char low = pattern[i];
        if (low == '\\' && i + 1 < pattern.size()) low = pattern[++i];
        ++i;
        char high = low;
        if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
            high = pattern[i + 1];
            i += 2;
        }
        if (c >= low && c <= high) found = true;
    }
    if (i >= pattern.size()) return 0;
    matched = found != negated && c != '/';
    return i + 1;
}

bool match_here(std::string_view pattern, std::string_view text);

bool match_star(std::string_view pattern, std::string_view text) {
    if (!pattern.starts_with("**")) {
        const auto rest = pattern.substr(1);
        for (std::size_t i = 0;; ++i) {
            if (match_here(rest, text.substr(i))) return true;
            if (i >= text.size() || text[i] == '/') return false;
        }
    }
    auto rest = pattern.substr(2);
    // "**/" also matches no folder at all.
    if (rest.starts_with('/') && match_here(rest.substr(1), text)) return true;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (match_here(rest, text.substr(i))) return true;
    }
    return false;
}

bool match_alternatives(std::string_view pattern, std::string_view text, bool& handled) {
    int depth = 0;
    std::vector<std::string_view> options;
    std::size_t start = 1;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '{') ++depth;
        if (pattern[i] == ',' && depth == 1) {
            options.push_back(pattern.substr(start, i - start));
            start = i + 1;
        }
        if (pattern[i] == '}' && --depth == 0) {
            options.push_back(pattern.substr(start, i - start));
            handled = true;
            for (const auto option : options) {
                if (match_here(std::string(option) + std::string(pattern.substr(i + 1)), text)) return true;
            }
            return false;
        }
    }
    return false;
}

bool match_here(std::string_view pattern, std::string_view text) {
    while (!pattern.empty()) {
        if (pattern.front() == '*') return match_star(pattern, text);
        if (pattern.front() == '{') {
            bool handled = false;
            const bool matched = match_alternatives(pattern, text, handled);
            if (handled) return matched;
        }
        if (text.empty()) return false;
        if (pattern.front() == '[') {
            bool matched = false;
            const auto used = match_class(pattern.substr(1), text.front(), matched);
            if (used > 0) {
                if (!matched) return false;
                pattern.remove_prefix(used + 1);
                text.remove_prefix(1);
                continue;
            }
        }
        if (pattern.front() == '?') {
            if (text.front() == '/') return false;
        } else {
            if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
            if (pattern.front() != text.front()) return false;
        }
        pattern.remove_prefix(1);
        text.remove_prefix(1);
    }
    return text.empty();
}

}  // namespace

bool wildmatch(std::string_view pattern, std::string_view text) {
    return match_here(pattern, text);
}

bool glob_match(std::string_view pattern, std::string_view path) {
    if (pattern.starts_with("./")) pattern.remove_prefix(2);
    std::string below;
    if (pattern.ends_with('/')) {
        below = std::string(pattern) + "**";
        pattern = below;
    }
    const bool anchored = pattern.starts_with('/');
    if (anchored) pattern.remove_prefix(1);
    if (!anchored && pattern.find('/') == std::string_view::npos) {
        const auto slash = path.rfind('/');
        return wildmatch(pattern, slash == std::string_view::npos ? path : path.substr(slash + 1));
    }
    return wildmatch(pattern, path);
}

}  // namespace ely
