#include "changes/detect/attributes.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace ely::detect {
namespace {

// The pattern, which may stand in quotes, and what is behind it.
std::pair<std::string, std::string_view> split_pattern(std::string_view line) {
    if (!line.starts_with('"')) {
        const auto end = std::min(line.find_first_of(" \t"), line.size());
        return {std::string(line.substr(0, end)), line.substr(end)};
    }
    std::string pattern;
    std::size_t i = 1;
    for (; i < line.size() && line[i] != '"'; ++i) {
        if (line[i] == '\\' && i + 1 < line.size()) ++i;
        pattern.push_back(line[i]);
    }
    return {pattern, line.substr(std::min(i + 1, line.size()))};
}

// "name" and "name=true" set, "-name" and "name=false" clear.
std::optional<bool> flag(std::string_view word, std::string_view name) {
    if (word == name) return true;
    if (word.starts_with('-') && word.substr(1) == name) return false;
    if (!word.starts_with(name) || word.size() <= name.size() || word[name.size()] != '=') return std::nullopt;
    return word.substr(name.size() + 1) != "false";
}

}  // namespace

void Attributes::add(std::string_view text, std::string_view folder) {
    constexpr std::string_view k_language = "linguist-language=";
    for (auto raw : split(text, '\n')) {
        const auto line = trim(raw);
        if (line.empty() || line.starts_with('#') || line.find("linguist-") == std::string_view::npos) continue;
        const auto [pattern, rest] = split_pattern(line);
        // git takes neither of these for attributes.
        if (pattern.starts_with('!') || pattern.starts_with("[attr]") || pattern.ends_with('/')) continue;
        Line out;
        out.folder = std::string(folder);
        out.pattern.add_pattern(pattern, folder);
        bool says_something = false;
        for (const auto word : split(rest, ' ')) {
            const auto attribute = trim(word);
            if (const auto set = flag(attribute, "linguist-generated")) out.generated = set;
            if (const auto set = flag(attribute, "linguist-vendored")) out.vendored = set;
            if (attribute.starts_with(k_language)) out.language = std::string(attribute.substr(k_language.size()));
        }
        says_something = out.generated || out.vendored || !out.language.empty();
        if (says_something) m_lines.push_back(std::move(out));
    }
    std::stable_sort(m_lines.begin(), m_lines.end(),
                     [](const Line& a, const Line& b) { return a.folder.size() < b.folder.size(); });
}

FileAttributes Attributes::of(std::string_view path) const {
    FileAttributes out;
    for (const auto& line : m_lines) {
        if (line.pattern.match(path) != Match::yes) continue;
        if (line.generated) out.generated = line.generated;
        if (line.vendored) out.vendored = line.vendored;
        if (!line.language.empty()) out.language = line.language;
    }
    return out;
}

}  // namespace ely::detect
