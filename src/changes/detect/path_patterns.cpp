#include "changes/detect/path_patterns.hpp"

#include <ranges>

#include "base/text.hpp"
#include "changes/detect/language.hpp"

namespace ely::detect {
namespace {

constexpr std::string_view k_special = "*?[\\{";

// Trailing blanks don't count unless escaped.
std::string_view without_trailing_blanks(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
        if (line.size() >= 2 && line[line.size() - 2] == '\\') break;
        line.remove_suffix(1);
    }
    return line;
}

}  // namespace

void PathPatterns::add_line(std::string_view line, std::string_view folder) {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.starts_with('#')) return;
    add_pattern(without_trailing_blanks(line), folder);
}

void PathPatterns::add_lines(std::string_view text, std::string_view folder) {
    for (const auto line : split(text, '\n')) add_line(line, folder);
}

void PathPatterns::add_pattern(std::string_view text, std::string_view folder) {
    Pattern pattern;
    if (text.starts_with('!')) {
        pattern.negated = true;
        text.remove_prefix(1);
    }
    if (text.starts_with("./")) text.remove_prefix(2);
    if (text.ends_with('/')) {
        pattern.folders_only = true;
        text.remove_suffix(1);
    }
    if (text.starts_with('/')) {
        pattern.anchored = true;
        text.remove_prefix(1);
    }
    if (text.empty()) return;
    if (text.find('/') != std::string_view::npos) pattern.anchored = true;
    pattern.folder = std::string(folder);
    if (text.find_first_of(k_special) == std::string_view::npos) {
        pattern.shape = Shape::name;
    } else if (!pattern.anchored && text.starts_with('*') && text.size() > 1 &&
               text.find_first_of(k_special, 1) == std::string_view::npos) {
        pattern.shape = Shape::suffix;
        text.remove_prefix(1);
    }
    pattern.text = std::string(text);
    m_patterns.push_back(std::move(pattern));
}

bool PathPatterns::matches(const Pattern& pattern, std::string_view path, bool is_folder) {
    if (pattern.folders_only && !is_folder) return false;
    if (!path.starts_with(pattern.folder)) return false;
    const auto below = path.substr(pattern.folder.size());
    const auto subject = pattern.anchored ? below : file_name(below);
    switch (pattern.shape) {
        case Shape::name:
            return subject == pattern.text;
        case Shape::suffix:
            return subject.ends_with(pattern.text);
        case Shape::glob:
            return wildmatch(pattern.text, subject);
    }
    return false;
}

Match PathPatterns::match_one(std::string_view path, bool is_folder) const {
    for (const auto& pattern : m_patterns | std::views::reverse) {
        if (matches(pattern, path, is_folder)) return pattern.negated ? Match::taken_back : Match::yes;
    }
    return Match::none;
}

Match PathPatterns::match(std::string_view path) const {
    if (m_patterns.empty()) return Match::none;
    auto verdict = Match::none;
    // From the top: what lies in a matching folder cannot be taken back, as for git.
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        const auto of_folder = match_one(path.substr(0, slash), true);
        if (of_folder == Match::yes) return Match::yes;
        if (of_folder == Match::taken_back) verdict = Match::taken_back;
    }
    const auto of_file = match_one(path, false);
    return of_file == Match::none ? verdict : of_file;
}

}  // namespace ely::detect
