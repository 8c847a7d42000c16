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

namespace {

// Of valid UTF-8: a character that moves the cursor, or makes text read in another order than it has; "\\x1b" for it.
// Empty for all others.
std::string visible_form(std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    if (character.size() == 1) {
        return (byte(0) < 0x20 && byte(0) != '\t') || byte(0) == 0x7F ? fmt::format("\\x{:02x}", byte(0)) : "";
    }
    if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0 ? fmt::format("\\x{:02x}", byte(1)) : "";
    if (character.size() != 3 || byte(0) != 0xE2) return "";
    const unsigned code = 0x2000U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
    const bool turns =
        code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return turns ? fmt::format("\\u{:04x}", code) : "";
}

}  // namespace

std::string printable(std::string_view text) {
    const auto valid = to_valid_utf8(text);
    std::string out;
    out.reserve(valid.size());
    for (std::size_t at = 0; at < valid.size();) {
        const auto character = std::string_view(valid).substr(at, sequence_length(valid, at));
        const auto visible = visible_form(character);
        out += visible.empty() ? character : std::string_view(visible);
        at += character.size();
    }
    return out;
}

namespace {

struct ClassMatch {
    std::size_t used = 0;  // bytes of the pattern; 0 when the class is not closed
    bool matched = false;
};

// Matches one [class]; `pattern` starts behind '['.
ClassMatch match_class(std::string_view pattern, char c) {
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
    if (i >= pattern.size()) return {};
    return {i + 1, found != negated && c != '/'};
}

// Where matching goes on when the present try fails: behind a star that takes one character more.
struct Retry {
    std::size_t pattern = std::string_view::npos;
    std::size_t text = 0;
    [[nodiscard]] bool possible() const { return pattern != std::string_view::npos; }
};

// A pattern without alternatives. A star first takes as little as it can; when what follows fails, the last star takes
// more. Going back to earlier stars is never needed ("**" apart from "*", which a '/' stops), so that no pattern takes
// longer than its length times the square of the text's.
class Matcher {
  public:
    Matcher(std::string_view pattern, std::string_view text) : m_pattern(pattern), m_text(text) {}

    bool matches() {
        while (true) {
            if (m_at == m_pattern.size() && m_position == m_text.size()) return true;
            if (!step() && !retry()) return false;
        }
    }

  private:
    // False when the pattern does not go on here.
    bool step() {
        if (m_at == m_pattern.size()) return false;
        if (m_pattern[m_at] == '*') {
            star();
            return true;
        }
        if (m_position == m_text.size()) return false;
        const char c = m_text[m_position];
        if (m_pattern[m_at] == '[') {
            if (const auto [used, matched] = match_class(m_pattern.substr(m_at + 1), c); used > 0) {
                m_at += used + 1;
                ++m_position;
                return matched;
            }
        }
        if (m_pattern[m_at] == '?') {
            if (c == '/') return false;
        } else {
            if (m_pattern[m_at] == '\\' && m_at + 1 < m_pattern.size()) ++m_at;
            if (m_pattern[m_at] != c) return false;
        }
        ++m_at;
        ++m_position;
        return true;
    }

    void star() {
        const auto first = m_at;
        while (m_at < m_pattern.size() && m_pattern[m_at] == '*') ++m_at;
        if (m_at - first == 1) {
            m_star = {m_at, m_position};
            return;
        }
        // "**/" at the beginning of a part takes whole folders, or none.
        const bool at_part = first == 0 || m_pattern[first - 1] == '/';
        m_by_folder = at_part && m_at < m_pattern.size() && m_pattern[m_at] == '/';
        if (m_by_folder) ++m_at;
        m_deep = {m_at, m_position};
        m_star = {};
    }

    bool retry() {
        if (m_star.possible() && m_star.text < m_text.size() && m_text[m_star.text] != '/') {
            m_at = m_star.pattern;
            m_position = ++m_star.text;
            return true;
        }
        m_star = {};
        if (!m_deep.possible() || m_deep.text >= m_text.size()) return false;
        const auto next = m_by_folder ? m_text.find('/', m_deep.text) : m_deep.text;
        if (next == std::string_view::npos) return false;
        m_deep.text = next + 1;
        m_at = m_deep.pattern;
        m_position = m_deep.text;
        return true;
    }

    std::string_view m_pattern;
    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_position = 0;
    Retry m_star;
    Retry m_deep;
    bool m_by_folder = false;
};

struct Alternatives {
    std::string_view before;
    std::vector<std::string_view> options;
    std::string_view behind;
};

// The first {a,b} of a pattern; no options when there is none.
Alternatives first_alternatives(std::string_view pattern) {
    Alternatives out;
    int depth = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
            continue;
        }
        if (pattern[i] == '{' && depth++ == 0) {
            out.before = pattern.substr(0, i);
            start = i + 1;
        }
        if (pattern[i] == ',' && depth == 1) {
            out.options.push_back(pattern.substr(start, i - start));
            start = i + 1;
        }
        if (pattern[i] == '}' && depth > 0 && --depth == 0) {
            out.options.push_back(pattern.substr(start, i - start));
            out.behind = pattern.substr(i + 1);
            return out;
        }
    }
    return {};
}

// `tries` bounds what a pattern full of alternatives may cost.
bool match_any(std::string_view pattern, std::string_view text, int& tries) {
    const auto alternatives = first_alternatives(pattern);
    if (alternatives.options.empty()) return --tries >= 0 && Matcher(pattern, text).matches();
    for (const auto option : alternatives.options) {
        std::string whole(alternatives.before);
        whole.append(option).append(alternatives.behind);
        if (tries > 0 && match_any(whole, text, tries)) return true;
    }
    return false;
}

}  // namespace

bool wildmatch(std::string_view pattern, std::string_view text) {
    constexpr int k_most_alternatives = 1000;
    int tries = k_most_alternatives;
    return match_any(pattern, text, tries);
}

Result<void> check_glob(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
        } else if (pattern[i] == '[') {
            const auto used = match_class(pattern.substr(i + 1), 'a').used;
            if (used == 0) {
                return fail(Code::usage,
                            fmt::format("the pattern \"{}\" has a [ that is not closed", printable(pattern)),
                            "close it with ], or write \\[ for the character itself");
            }
            i += used;
        }
    }
    return {};
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
