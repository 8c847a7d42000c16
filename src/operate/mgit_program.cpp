#include "operate/mgit_program.hpp"

#include <nlohmann/json.hpp>

#include "base/process.hpp"
#include "base/text.hpp"

namespace ely::operate {
namespace {

using Json = nlohmann::json;

// mgit's error as --json prints it on standard error: {"error": {"code", "message", "hint"}}.
Error error_of(const std::string& errors, int exit_status) {
    Error error;
    error.code = Code::internal;
    error.message = "mgit ended with status " + std::to_string(exit_status);
    for (const auto line : split(errors, '\n')) {
        const auto json = Json::parse(line, nullptr, false);
        if (!json.is_object() || !json.contains("error") || !json["error"].is_object()) continue;
        const auto& said = json["error"];
        error.message = said.value("message", error.message);
        error.hint = said.value("hint", "");
        const auto name = said.value("code", "");
        for (const auto code : {Code::usage, Code::not_found, Code::already_exists, Code::conflict, Code::unauthorized,
                                Code::rate_limited, Code::unavailable, Code::timeout, Code::cancelled, Code::corrupt,
                                Code::unsupported, Code::io, Code::internal}) {
            if (code_name(code) == name) error.code = code;
        }
        return error;
    }
    if (const auto text = trim(errors); !text.empty()) error.message += ": " + printable(text.substr(0, 2000));
    return error;
}

void add_patterns(std::vector<std::string>& arguments, const model::RepoEntry& entry) {
    for (const auto& pattern : entry.include_patterns)
        arguments.insert(arguments.end(), {"--include-pattern", pattern});
    for (const auto& pattern : entry.exclude_patterns)
        arguments.insert(arguments.end(), {"--exclude-pattern", pattern});
    if (entry.max_file_size != 0) {
        arguments.insert(arguments.end(), {"--max-file-size", std::to_string(entry.max_file_size)});
    }
    if (!entry.branch.empty()) arguments.insert(arguments.end(), {"--branch", entry.branch});
}

Result<Json> parse_object(const std::string& output) {
    auto json = Json::parse(output, nullptr, false);
    if (json.is_object()) return json;
    return fail(Code::internal, "mgit printed something that is no JSON object: " + printable(output.substr(0, 200)),
                "check that mgit and elysiactl are of the same version: mgit --version");
}

// A text that may be null.
std::string text_at(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "https://host/owner/name.git", "git@host:owner/name", "/folder/name/": name.
std::string last_part(std::string_view address) {
    while (address.ends_with('/')) address.remove_suffix(1);
    if (address.ends_with(".git")) address.remove_suffix(4);
    while (address.ends_with('/')) address.remove_suffix(1);
    return std::string(address.substr(address.find_last_of("/:") + 1));
}

Discovery to_discovery(const Json& json) {
    constexpr std::uint64_t k_zero = 0;
    Discovery out;
    out.url = text_at(json, "url");
    out.repository = text_at(json, "repository");
    out.name = last_part(out.url);
    out.branch = text_at(json, "branch");
    out.commit = text_at(json, "commit");
    out.files = json.value("files", k_zero);
    out.folders = json.value("folders", k_zero);
    out.bytes = json.value("bytes", k_zero);
    out.indexable_files = json.value("indexable_files", k_zero);
    out.indexable_bytes = json.value("indexable_bytes", k_zero);
    for (const auto& item : json.value("languages", Json::array())) {
        out.languages.push_back({text_at(item, "name"), item.value("files", k_zero), item.value("bytes", k_zero)});
    }
    out.frameworks = json.value("frameworks", std::vector<std::string>{});
    for (const auto& item : json.value("exclusions", Json::array())) {
        out.exclusions.push_back(
            {text_at(item, "reason"), item.value("files", k_zero), item.value("examples", std::vector<std::string>{})});
    }
    return out;
}

Delivery to_delivery(const Json& json) {
    Delivery out;
    const auto outcome = text_at(json, "outcome");
    out.changed = outcome != "unchanged";
    out.full = outcome == "full";
    out.full_reason = text_at(json, "full_because");
    out.file = text_at(json, "stream");
    out.branch = text_at(json, "branch");
    out.commit = text_at(json, "commit");
    out.records = json.value("records", std::uint64_t{0});
    out.seconds = json.value("seconds", 0.0);
    return out;
}

}  // namespace

Result<std::string> MgitProgram::run(std::vector<std::string> arguments, const std::stop_token& stop) const {
    ProcessOptions options;
    options.arguments.push_back(m_program);
    options.arguments.insert(options.arguments.end(), std::make_move_iterator(arguments.begin()),
                             std::make_move_iterator(arguments.end()));
    options.arguments.emplace_back("--json");
    options.environment["ELYSIACTL_MGIT_DATA"] = m_data.string();
    if (!m_config_file.empty()) options.environment["ELYSIACTL_CONFIG"] = m_config_file.string();
    ELY_TRY_ASSIGN(auto result, run_process(options, stop));
    if (m_log) m_log({redacted_command(options.arguments), result.exit_status, result.seconds});
    // Done in part: what the repository itself lacks is skipped as unreadable, the rest is there.
    constexpr int k_partial = 3;
    if (!result.ok() && result.exit_status != k_partial) return fail(error_of(result.errors, result.exit_status));
    return std::move(result.output);
}

Result<Discovery> MgitProgram::inspect(const model::RepoEntry& entry, std::stop_token stop) const {
    std::vector<std::string> arguments{"inspect", entry.url};
    add_patterns(arguments, entry);
    ELY_TRY_ASSIGN(const auto output, run(std::move(arguments), stop));
    ELY_TRY_ASSIGN(const auto json, parse_object(output));
    return to_discovery(json);
}

Result<Delivery> MgitProgram::sync(const model::RepoEntry& entry, const Path& spool_root, bool full,
                                   std::stop_token stop) const {
    std::vector<std::string> arguments{
        "sync", entry.url, "--spool", spool_root.string(), "--collection", entry.address().folder_name()};
    if (full) arguments.emplace_back("--full");
    add_patterns(arguments, entry);
    ELY_TRY_ASSIGN(const auto output, run(std::move(arguments), stop));
    ELY_TRY_ASSIGN(const auto json, parse_object(output));
    return to_delivery(json);
}

Result<void> MgitProgram::forget(const model::RepoEntry& entry, std::stop_token stop) const {
    ELY_TRY(run({"forget", entry.url, "--collection", entry.address().folder_name()}, stop));
    return {};
}

}  // namespace ely::operate
