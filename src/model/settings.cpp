#include "model/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/core.h>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "base/yaml.hpp"

namespace ely::model {
namespace {

constexpr std::array k_rules{
    SettingRule{"cluster", SettingKind::text,
                "where collections are: a cluster's name, embedded or environment; empty: what \"cluster use\" says"},
    SettingRule{"store.path", SettingKind::path, "the file that holds the collections"},
    SettingRule{"spool.root", SettingKind::path, "the folder through which change streams are handed over"},
    SettingRule{"mgit.program", SettingKind::text, "the mgit program; a name without / is looked up in PATH"},
    SettingRule{"mgit.data", SettingKind::path, "where mgit keeps its copies of repositories"},
    SettingRule{"embedding.model_dir", SettingKind::path,
                "a sentence-transformers folder (config.json, model.safetensors, vocab.txt); empty: all-MiniLM-L6-v2"},
    SettingRule{"embedding.threads", SettingKind::count, "threads that compute vectors; 0: all cores"},
    SettingRule{"index.max_file_size", SettingKind::size, "larger files are listed, not indexed"},
    SettingRule{"search.limit", SettingKind::count, "how many places a search shows"},
};

const SettingRule* find_rule(std::string_view key) {
    const auto* found = std::ranges::find(k_rules, key, &SettingRule::key);
    return found == k_rules.end() ? nullptr : found;
}

Result<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t out = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc() || at != end || out > 1'000'000'000) {
        return fail(Code::usage, fmt::format("\"{}\" is no count", text));
    }
    return out;
}

std::string default_value(std::string_view key, const Folders& folders, const SettingSources& sources) {
    if (key == "store.path") return folders.data / "store.db";
    if (key == "spool.root") return folders.shared.empty() ? folders.data / "spool" : folders.shared;
    if (key == "mgit.data") return folders.data / "mgit";
    if (key == "embedding.threads") return "0";
    if (key == "index.max_file_size") return "1MB";
    if (key == "search.limit") return "10";
    if (key == "mgit.program") {
        std::error_code ignored;
        const auto beside = sources.program_folder / "mgit";
        const bool found = !sources.program_folder.empty() && std::filesystem::exists(beside, ignored);
        return found ? beside.string() : "mgit";
    }
    return {};
}

Result<Path> folder(const SettingSources& sources, const std::string& variable, std::string_view below_home) {
    // The specification: a relative path in these variables is to be ignored.
    if (const auto value = sources.variable(variable); value && value->starts_with('/')) return Path(*value);
    const auto home = sources.variable("HOME");
    if (!home || home->empty()) {
        return fail(Code::usage, "no folder to keep data in: neither HOME nor " + variable + " is set",
                    "set ELYSIACTL_HOME to a folder");
    }
    return Path(*home) / below_home;
}

// As the user meant it, from wherever the program is started later: "~" expanded, relative to `base`.
Path resolved_path(std::string_view text, const Path& base) {
    if (text.empty()) return {};
    auto out = expand_home(text);
    if (out.is_relative()) out = base / out;
    out = out.lexically_normal();
    return out.has_filename() ? out : out.parent_path();
}

std::string normalised(const SettingRule& rule, std::string_view value, const Path& base) {
    const auto trimmed = trim(value);
    return rule.kind == SettingKind::path ? resolved_path(trimmed, base).string() : std::string(trimmed);
}

Result<std::vector<Setting>> file_settings(const Folders& folders, bool must_exist) {
    auto text = read_file(folders.config_file);
    if (!text && text.error().code == Code::not_found && !must_exist) return std::vector<Setting>{};
    if (!text && text.error().code == Code::not_found) {
        return fail(Code::usage, fmt::format("there is no configuration file {}", folders.config_file.string()),
                    "name one that exists with --config or ELYSIACTL_CONFIG, or leave both out");
    }
    if (!text) return fail(std::move(text).error(), "configuration");
    const auto name = folders.config_file.string();
    ELY_TRY_ASSIGN(const auto entries, read_yaml_entries(*text, name));
    std::vector<Setting> out;
    for (const auto& entry : entries) {
        const auto where = fmt::format("{}:{}", name, entry.line);
        if (auto checked = check_setting(entry.key, entry.value); !checked) {
            auto error = std::move(checked).error();
            error.message = where + ": " + error.message;
            return fail(std::move(error));
        }
        const auto value = normalised(*find_rule(entry.key), entry.value, folders.config_file.parent_path());
        out.push_back({entry.key, value, Origin::file, where});
    }
    return out;
}

}  // namespace

std::string_view origin_name(Origin origin) {
    switch (origin) {
        case Origin::built_in:
            return "default";
        case Origin::file:
            return "file";
        case Origin::environment:
            return "environment";
        case Origin::flag:
            return "flag";
    }
    return "default";
}

std::span<const SettingRule> setting_rules() {
    return k_rules;
}

std::string setting_variable(std::string_view key) {
    std::string out = "ELYSIACTL_";
    for (const char c : key) {
        const bool letter = c >= 'a' && c <= 'z';
        out += letter ? static_cast<char>(c - 'a' + 'A') : c == '.' ? '_' : c;
    }
    return out;
}

Result<void> check_setting(std::string_view key, std::string_view value) {
    const auto* rule = find_rule(key);
    if (rule == nullptr) {
        std::vector<std::string> keys;
        keys.reserve(k_rules.size());
        for (const auto& known : k_rules) keys.emplace_back(known.key);
        const auto meant = nearest(key, keys);
        return fail(Code::usage, fmt::format("unknown setting {}", printable(key)),
                    meant ? "did you mean " + *meant + "?" : "the settings are " + join(keys, ", "));
    }
    const auto trimmed = trim(value);
    switch (rule->kind) {
        case SettingKind::count:
            if (!parse_count(trimmed)) return fail(Code::usage, fmt::format("{}: \"{}\" is no count", key, value));
            break;
        case SettingKind::size:
            if (auto size = parse_size(trimmed); !size) return fail(std::move(size).error(), std::string(key));
            break;
        case SettingKind::text:
        case SettingKind::path:
            break;
    }
    return {};
}

Result<Folders> resolve_folders(const SettingSources& sources) {
    const auto here = std::filesystem::current_path();
    Folders out;
    if (const auto home = sources.variable("ELYSIACTL_HOME"); home && !home->empty()) {
        const auto root = resolved_path(*home, here);
        out.config = root;
        out.data = root / "data";
        out.state = root / "state";
        out.cache = root / "cache";
    } else {
        ELY_TRY_ASSIGN(const auto config, folder(sources, "XDG_CONFIG_HOME", ".config"));
        ELY_TRY_ASSIGN(const auto data, folder(sources, "XDG_DATA_HOME", ".local/share"));
        ELY_TRY_ASSIGN(const auto state, folder(sources, "XDG_STATE_HOME", ".local/state"));
        ELY_TRY_ASSIGN(const auto cache, folder(sources, "XDG_CACHE_HOME", ".cache"));
        out.config = config / "elysiactl";
        out.data = data / "elysiactl";
        out.state = state / "elysiactl";
        out.cache = cache / "elysiactl";
    }
    const auto chosen_file =
        sources.config_file.empty() ? sources.variable("ELYSIACTL_CONFIG").value_or("") : sources.config_file.string();
    out.config_file = chosen_file.empty() ? out.config / "config.yaml" : resolved_path(chosen_file, here);
    const auto shared =
        sources.shared.empty() ? sources.variable("ELYSIACTL_SHARED").value_or("") : sources.shared.string();
    out.shared = resolved_path(shared, here);
    return out;
}

Result<Settings> Settings::resolve(const SettingSources& sources) {
    Settings out;
    ELY_TRY_ASSIGN(out.m_folders, resolve_folders(sources));
    const auto here = std::filesystem::current_path();
    const bool file_chosen = out.m_folders.config_file != out.m_folders.config / "config.yaml";
    ELY_TRY_ASSIGN(const auto from_file, file_settings(out.m_folders, file_chosen));
    for (const auto& rule : k_rules) {
        Setting setting{std::string(rule.key), default_value(rule.key, out.m_folders, sources), Origin::built_in, {}};
        const auto in_file = std::ranges::find(from_file, rule.key, &Setting::key);
        if (in_file != from_file.end()) setting = *in_file;
        const auto variable = setting_variable(rule.key);
        if (const auto value = sources.variable(variable)) {
            if (auto checked = check_setting(rule.key, *value); !checked) {
                return fail(std::move(checked).error(), variable);
            }
            setting = {std::string(rule.key), normalised(rule, *value, here), Origin::environment, variable};
        }
        for (const auto& flag : sources.flags) {
            if (flag.key != rule.key) continue;
            if (auto checked = check_setting(rule.key, flag.value); !checked) {
                return fail(std::move(checked).error(), flag.flag);
            }
            setting = {flag.key, normalised(rule, flag.value, here), Origin::flag, flag.flag};
        }
        out.m_values.push_back(std::move(setting));
    }
    return out;
}

const Setting& Settings::find(std::string_view key) const {
    return *std::ranges::find(m_values, key, &Setting::key);
}

std::uint64_t Settings::number(std::string_view key) const {
    const auto& value = text(key);
    return find_rule(key)->kind == SettingKind::size ? *parse_size(value) : *parse_count(value);
}

}  // namespace ely::model
