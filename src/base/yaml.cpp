#include "base/yaml.hpp"

#include <algorithm>
#include <optional>

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"

namespace ely {
namespace {

struct Reader {
    std::string_view source;
    std::vector<YamlEntry> entries;

    [[nodiscard]] tl::unexpected<Error> problem(int line, const std::string& what) const {
        return fail(Code::usage, fmt::format("{}:{}: {}", source, line, what));
    }

    Result<std::string> list_text(const YAML::Node& list) const {
        std::vector<std::string> parts;
        for (const auto& element : list) {
            if (!element.IsScalar()) return problem(element.Mark().line + 1, "a list may hold plain values only");
            parts.push_back(element.Scalar());
        }
        return join(parts, ",");
    }

    Result<void> read(const YAML::Node& mapping, const std::string& prefix) {
        for (const auto& pair : mapping) {
            const int line = pair.first.Mark().line + 1;
            if (!pair.first.IsScalar()) return problem(line, "a key must be a plain word");
            const auto key = prefix + pair.first.Scalar();
            const auto known = [&](const YamlEntry& entry) { return entry.key == key; };
            if (const auto earlier = std::ranges::find_if(entries, known); earlier != entries.end()) {
                return problem(line, fmt::format("{} stands here again, first in line {}", key, earlier->line));
            }
            switch (pair.second.Type()) {
                case YAML::NodeType::Map:
                    ELY_TRY(read(pair.second, key + "."));
                    break;
                case YAML::NodeType::Scalar:
                    entries.push_back({key, pair.second.Scalar(), line});
                    break;
                case YAML::NodeType::Sequence: {
                    ELY_TRY_ASSIGN(auto value, list_text(pair.second));
                    entries.push_back({key, std::move(value), line});
                    break;
                }
                case YAML::NodeType::Null:
                case YAML::NodeType::Undefined:
                    break;
            }
        }
        return {};
    }
};

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

// Where a trailing comment (with the spaces before it) begins in a line's value; quotes are heeded.
std::size_t comment_start(std::string_view line, std::size_t from) {
    char quote = 0;
    for (auto at = from; at < line.size(); ++at) {
        const char c = line[at];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#' && at > 0 && line[at - 1] == ' ') {
            return line.find_last_not_of(' ', at - 1) + 1;
        }
    }
    return line.size();
}

struct Editor {
    std::vector<std::string> lines;

    explicit Editor(std::string_view text) {
        for (const auto line : split(text, '\n')) lines.emplace_back(line);
        if (!lines.empty() && lines.back().empty()) lines.pop_back();
    }

    // The line "name:" at this indent between the two lines.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name, std::size_t indent, std::size_t first,
                                                  std::size_t end) const {
        for (auto i = first; i < end; ++i) {
            const std::string_view line = lines[i];
            if (indent_of(line) == indent && line.substr(indent).starts_with(name) &&
                line.substr(indent + name.size()).starts_with(":"))
                return i;
        }
        return std::nullopt;
    }

    // The first line behind `section` that is no longer in it, blank and comment lines at its end left outside.
    [[nodiscard]] std::size_t section_end(std::size_t section) const {
        auto end = section + 1;
        for (auto i = section + 1; i < lines.size(); ++i) {
            const std::string_view line = lines[i];
            const auto indent = indent_of(line);
            if (indent == line.size() || line[indent] == '#') continue;
            if (indent == 0) break;
            end = i + 1;
        }
        return end;
    }

    void set(std::string_view key, std::string_view value) {
        const auto dot = key.find('.');
        const bool nested = dot != std::string_view::npos;
        const auto name = nested ? key.substr(dot + 1) : key;
        auto first = std::size_t{0};
        auto end = lines.size();
        auto indent = std::size_t{0};
        if (nested) {
            const auto section_name = key.substr(0, dot);
            auto section = find(section_name, 0, 0, lines.size());
            if (!section) {
                section = lines.size();
                lines.push_back(std::string(section_name) + ":");
            }
            first = *section + 1;
            end = section_end(*section);
            indent = 2;
            for (auto i = first; i < end; ++i) {
                const auto of_line = indent_of(lines[i]);
                if (of_line == lines[i].size() || lines[i][of_line] == '#') continue;
                indent = of_line;
                break;
            }
        }
        const auto found = find(name, indent, first, end);
        if (!found) {
            const auto text = std::string(indent, ' ') + std::string(name) + ": " + yaml_scalar(value);
            lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(end), text);
            return;
        }
        auto& line = lines[*found];
        const auto colon = indent + name.size();
        line = line.substr(0, colon + 1) + " " + yaml_scalar(value) + line.substr(comment_start(line, colon + 1));
    }
};

}  // namespace

std::string yaml_scalar(std::string_view value) {
    const bool plain = !value.empty() &&
                       value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-") ==
                           std::string_view::npos &&
                       value.front() != '-' && to_lower_ascii(value) != "null";
    if (plain) return std::string(value);
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

Result<std::vector<YamlEntry>> read_yaml_entries(std::string_view text, std::string_view source) {
    Reader reader{source, {}};
    try {
        const auto root = YAML::Load(std::string(text));
        if (root.IsNull()) return reader.entries;
        if (!root.IsMap()) return reader.problem(root.Mark().line + 1, "expected \"key: value\" lines");
        ELY_TRY(reader.read(root, ""));
    } catch (const YAML::Exception& exception) {
        return reader.problem(exception.mark.line + 1, exception.msg);
    }
    return std::move(reader.entries);
}

Result<std::string> with_yaml_value(std::string_view text, std::string_view key, std::string_view value) {
    ELY_TRY_ASSIGN(auto wanted, read_yaml_entries(text, "config"));
    Editor editor(text);
    editor.set(key, value);
    auto out = join(editor.lines, "\n") + "\n";
    // Read again: exactly this one value may have changed, or the edit is not made.
    const auto by_key = [&](const YamlEntry& entry) { return entry.key == key; };
    const auto place = std::ranges::find_if(wanted, by_key);
    if (place != wanted.end()) {
        place->value = value;
    } else {
        wanted.push_back({std::string(key), std::string(value), 0});
    }
    auto got = read_yaml_entries(out, "config");
    const auto same = [](const YamlEntry& a, const YamlEntry& b) { return a.key == b.key && a.value == b.value; };
    if (!got || !std::ranges::is_permutation(*got, wanted, same)) {
        return fail(Code::unsupported, fmt::format("cannot edit {} in this file without rewriting it", key),
                    "edit the file by hand");
    }
    return out;
}

}  // namespace ely
