#include "model/cluster_file.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <sys/stat.h>

#include <fmt/core.h>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "base/yaml.hpp"
#include "model/cluster_environment.hpp"

namespace ely::model {
namespace {

constexpr std::string_view k_profiles = "clusters.";
constexpr std::string_view k_headers = "headers.";

struct Place {
    std::string file;
    int line = 0;

    [[nodiscard]] Error at(Error error) const {
        error.message = fmt::format("{}:{}: {}", file, line, error.message);
        return error;
    }
};

// As the file has it: relative to its folder, ~ is the home folder.
Path resolved(const std::string& text, const Path& folder) {
    auto out = expand_home(text);
    return (out.is_relative() ? folder / out : out).lexically_normal();
}

Result<void> set_field(ClusterProfile& profile, const std::string& field, const std::string& value,
                       const Path& folder) {
    if (field.starts_with(k_headers)) {
        profile.headers.push_back({field.substr(k_headers.size()), value});
        return {};
    }
    if (field == "api_key_file" || field == "ca_file") {
        (field == "ca_file" ? profile.ca_file : profile.api_key_file) = resolved(value, folder);
        return {};
    }
    if (field == "url" || field == "grpc") {
        (field == "url" ? set_urls : set_grpc)(profile, split_addresses(value));
        return {};
    }
    if (field == "api_key_env") {
        profile.api_key_env = value;
        return {};
    }
    const std::vector<std::string> known{"url", "grpc", "api_key_env", "api_key_file", "ca_file", "headers"};
    const auto meant = nearest(field, known);
    return fail(Code::usage, fmt::format("unknown key {} of cluster {}", printable(field), profile.name),
                meant ? "did you mean " + *meant + "?" : "the keys are " + join(known, ", "));
}

struct Parsed {
    ClusterFile content;
    std::map<std::string, Place> begins;  // where each profile's first line stands
    std::optional<Place> chosen;
};

Result<void> take(Parsed& out, const YamlEntry& entry, const Path& file) {
    const Place place{file.string(), entry.line};
    if (entry.key == "default") {
        out.content.chosen = entry.value == k_embedded_cluster ? "" : entry.value;
        out.chosen = place;
        return {};
    }
    const auto rest = entry.key.starts_with(k_profiles) ? entry.key.substr(k_profiles.size()) : std::string();
    const auto dot = rest.find('.');
    if (rest.empty() || dot == std::string::npos) {
        return fail(place.at(Error{Code::usage,
                                   "unknown key " + printable(entry.key),
                                   "the file has \"default: NAME\" and \"clusters:\" with a profile under each name",
                                   {},
                                   0}));
    }
    const auto name = rest.substr(0, dot);
    auto profile = ClusterProfile{};
    profile.name = name;
    if (const auto* known = out.content.find(name)) profile = *known;
    out.begins.try_emplace(name, place);
    if (auto set = set_field(profile, rest.substr(dot + 1), entry.value, file.parent_path()); !set) {
        return fail(place.at(std::move(set).error()));
    }
    out.content.put(std::move(profile));
    return {};
}

Result<void> check(Parsed& parsed) {
    for (auto& profile : parsed.content.profiles) {
        auto checked = checked_profile(profile);
        if (!checked) return fail(parsed.begins.at(profile.name).at(std::move(checked).error()));
        profile = std::move(*checked);
    }
    const auto& chosen = parsed.content.chosen;
    if (chosen.empty() || chosen == k_environment_cluster) return {};
    if (auto known = parsed.content.require(chosen); !known) {
        return fail(parsed.chosen->at(std::move(known).error()));
    }
    return {};
}

// Values that stand in the file itself are secrets: it is held to what a key's file is.
Result<void> check_mode(const Path& file, const ClusterFile& content) {
    if (std::ranges::none_of(content.profiles, has_written_secret)) return {};
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return fail(errno_error(errno, file.string()));
    if ((status.st_mode & 077U) == 0) return {};
    return fail(Code::unauthorized,
                fmt::format("{} has a header's value in it and can be used by others than its owner (mode {:04o})",
                            file.string(), status.st_mode & 07777U),
                "chmod 600 " + file.string());
}

void add_line(std::string& out, std::string_view key, std::string_view value) {
    if (!value.empty()) out += fmt::format("    {}: {}\n", key, yaml_scalar(value));
}

std::string to_text(const ClusterFile& content) {
    std::string out = "# Written by elysiactl cluster; values changed by hand are kept, comments are not.\n";
    if (!content.chosen.empty()) out += fmt::format("default: {}\n", yaml_scalar(content.chosen));
    if (!content.profiles.empty()) out += "clusters:\n";
    for (const auto& profile : content.profiles) {
        out += fmt::format("  {}:\n", yaml_scalar(profile.name));
        add_line(out, "url", join(all_urls(profile), ", "));
        auto grpc = profile.other_grpc;
        if (!profile.grpc.empty()) grpc.insert(grpc.begin(), profile.grpc);
        add_line(out, "grpc", join(grpc, ", "));
        add_line(out, "api_key_env", profile.api_key_env);
        add_line(out, "api_key_file", profile.api_key_file.string());
        add_line(out, "ca_file", profile.ca_file.string());
        if (!profile.headers.empty()) out += "    headers:\n";
        for (const auto& header : profile.headers) {
            out += fmt::format("      {}: {}\n", yaml_scalar(header.name), yaml_scalar(header.value));
        }
    }
    return out;
}

}  // namespace

const ClusterProfile* ClusterFile::find(std::string_view name) const {
    const auto found = std::ranges::find(profiles, name, &ClusterProfile::name);
    return found == profiles.end() ? nullptr : &*found;
}

Result<ClusterProfile> ClusterFile::require(std::string_view name) const {
    if (const auto* found = find(name)) return *found;
    std::vector<std::string> names;
    for (const auto& profile : profiles) names.push_back(profile.name);
    return fail(Code::not_found, fmt::format("no cluster is called \"{}\"", printable(name)),
                names.empty() ? "add one: elysiactl cluster add NAME --url URL" : "there are: " + join(names, ", "));
}

void ClusterFile::put(ClusterProfile profile) {
    const auto at = std::ranges::lower_bound(profiles, profile.name, {}, &ClusterProfile::name);
    if (at != profiles.end() && at->name == profile.name) {
        *at = std::move(profile);
    } else {
        profiles.insert(at, std::move(profile));
    }
}

void ClusterFile::erase(std::string_view name) {
    std::erase_if(profiles, [&](const ClusterProfile& profile) { return profile.name == name; });
    if (chosen == name) chosen.clear();
}

Path cluster_file_path(const Path& config_folder) {
    return config_folder / "clusters.yaml";
}

Result<ClusterFile> read_cluster_file(const Path& file) {
    auto text = read_file(file);
    if (!text && text.error().code == Code::not_found) return ClusterFile{};
    if (!text) return fail(std::move(text).error(), "clusters");
    ELY_TRY_ASSIGN(const auto entries, read_yaml_entries(*text, file.string()));
    Parsed parsed;
    for (const auto& entry : entries) ELY_TRY(take(parsed, entry, file));
    ELY_TRY(check(parsed));
    ELY_TRY(check_mode(file, parsed.content));
    return std::move(parsed.content);
}

Result<void> write_cluster_file(const Path& file, const ClusterFile& content) {
    ELY_TRY(make_directories(file.parent_path()));
    return write_file_atomic(file, to_text(content), 0600);
}

Result<FileLock> lock_cluster_file(const Path& file) {
    ELY_TRY(make_directories(file.parent_path()));
    return FileLock::try_acquire(Path(file.string() + ".lock"));
}

}  // namespace ely::model
