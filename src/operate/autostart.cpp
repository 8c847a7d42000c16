#include "operate/autostart.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/process.hpp"
#include "base/text.hpp"

namespace ely::operate {
namespace {

std::string begin_mark(const std::string& name) {
    return fmt::format("# {}: begin (written by elysiactl)", name);
}

std::string end_mark(const std::string& name) {
    return fmt::format("# {}: end", name);
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

std::string shell_word(const std::string& word) {
    constexpr std::string_view k_plain = "-_./:=,@+";
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [&](unsigned char c) {
        return std::isalnum(c) != 0 || k_plain.find(static_cast<char>(c)) != std::string_view::npos;
    });
    return plain ? word : "'" + replace_all(word, "'", R"('\'')") + "'";
}

// Within double quotes, as systemd.service(5) has it: % names a value of systemd's, $ a variable.
std::string unit_word(const std::string& word) {
    auto out = replace_all(word, "\\", "\\\\");
    out = replace_all(std::move(out), "\"", "\\\"");
    out = replace_all(std::move(out), "%", "%%");
    return "\"" + replace_all(std::move(out), "$", "$$") + "\"";
}

Result<ProcessResult> run(std::vector<std::string> arguments, std::string input = {}) {
    ProcessOptions options;
    options.arguments = std::move(arguments);
    options.environment = {{"LC_ALL", "C"}};
    options.input = std::move(input);
    options.timeout_seconds = 30;
    return run_process(options);
}

Result<void> run_or_fail(std::vector<std::string> arguments, std::string input = {}) {
    const auto command = redacted_command(arguments);
    ELY_TRY_ASSIGN(const auto result, run(std::move(arguments), std::move(input)));
    if (result.ok()) return {};
    return fail(Code::io, fmt::format("{} ended with status {}: {}", command, result.exit_status, trim(result.errors)));
}

bool has_user_systemd() {
    const auto state = run({"systemctl", "--user", "is-system-running"});
    if (!state) return false;
    const auto word = trim(state->output);
    return word == "running" || word == "degraded" || word == "starting";
}

// nullopt: there is no crontab program. A crontab that cannot be read is an error, or it would be overwritten.
Result<std::optional<std::string>> read_crontab() {
    auto result = run({"crontab", "-l"});
    if (!result && result.error().code == Code::not_found) return std::nullopt;
    if (!result) return fail(std::move(result).error());
    if (result->ok()) return std::move(result->output);
    if (result->errors.find("no crontab for") != std::string::npos) return std::string();
    return fail(Code::io, fmt::format("the crontab cannot be read: {}", trim(result->errors)));
}

Result<AutostartPlace> install_unit(const Autostart& autostart, const Path& unit_folder) {
    const auto unit = autostart.name + ".service";
    ELY_TRY(make_directories(unit_folder));
    ELY_TRY(write_file_atomic(unit_folder / unit, unit_text(autostart)));
    ELY_TRY(run_or_fail({"systemctl", "--user", "daemon-reload"}));
    ELY_TRY(run_or_fail({"systemctl", "--user", "enable", unit}));
    ELY_TRY(run_or_fail({"systemctl", "--user", "restart", unit}));
    return AutostartPlace{Keeper::systemd, unit_folder / unit};
}

Result<bool> remove_unit(const std::string& name, const Path& unit_folder) {
    const auto file = unit_folder / (name + ".service");
    std::error_code code;
    if (!std::filesystem::exists(file, code)) return false;
    const bool running = has_user_systemd();
    if (running) ELY_TRY(run_or_fail({"systemctl", "--user", "disable", "--now", file.filename().string()}));
    if (!std::filesystem::remove(file, code)) return fail(errno_error(code.value(), "cannot remove " + file.string()));
    if (running) ELY_TRY(run_or_fail({"systemctl", "--user", "daemon-reload"}));
    return true;
}

// False when there is nothing to change.
Result<bool> change_crontab(const std::string& crontab, const std::string& name, const std::string& block) {
    ELY_TRY_ASSIGN(auto changed, replace_crontab_block(crontab, name, block));
    if (changed == crontab) return false;
    ELY_TRY(run_or_fail({"crontab", "-"}, std::move(changed)));
    return true;
}

}  // namespace

std::string unit_text(const Autostart& autostart) {
    std::string command;
    for (const auto& word : autostart.command) command += (command.empty() ? "" : " ") + unit_word(word);
    return fmt::format(
        "# Written by elysiactl, which replaces and removes it.\n"
        "[Unit]\nDescription={}\n\n"
        "[Service]\nExecStart={}\nRestart=on-failure\nRestartSec=5\n\n"
        "[Install]\nWantedBy=default.target\n",
        replace_all(autostart.description, "%", "%%"), command);
}

std::string crontab_block(const Autostart& autostart) {
    std::string line = "@reboot";
    for (const auto& word : autostart.command) line += " " + shell_word(word);
    line += " >>" + shell_word(autostart.log_file.string()) + " 2>&1";
    // To cron, a bare % ends the command.
    return fmt::format("{}\n{}\n{}\n", begin_mark(autostart.name), replace_all(line, "%", "\\%"),
                       end_mark(autostart.name));
}

Result<std::string> replace_crontab_block(std::string_view crontab, const std::string& name, std::string_view block) {
    const auto begin = begin_mark(name);
    const auto end = end_mark(name);
    std::string out;
    bool inside = false;
    while (!crontab.empty()) {
        const auto size = std::min(crontab.find('\n'), crontab.size() - 1) + 1;
        const auto line = crontab.substr(0, size);
        const auto text = line.substr(0, line.find('\n'));
        crontab.remove_prefix(size);
        if (text == begin) inside = true;
        if (!inside) out += line;
        if (text == end) inside = false;
    }
    if (inside) {
        return fail(Code::conflict, fmt::format("the block \"{}\" in the crontab has no end", begin),
                    "crontab -e, and remove it by hand");
    }
    if (!block.empty() && !out.empty() && !out.ends_with('\n')) out += '\n';
    return out.append(block);
}

Result<AutostartPlace> install_autostart(const Autostart& autostart, const Path& unit_folder) {
    for (const auto& word : autostart.command) {
        if (word.find_first_of("\n\r") != std::string::npos)
            return fail(Code::unsupported, "a command with a line break in it cannot be kept");
    }
    ELY_TRY_ASSIGN(const auto crontab, read_crontab());
    if (has_user_systemd()) {
        if (crontab) ELY_TRY(change_crontab(*crontab, autostart.name, {}));  // never in both
        return install_unit(autostart, unit_folder);
    }
    if (!crontab) {
        return fail(Code::not_found, "there is neither a user's systemd nor a crontab here",
                    "install cron, then try again");
    }
    ELY_TRY(remove_unit(autostart.name, unit_folder));
    ELY_TRY(make_directories(autostart.log_file.parent_path()));
    ELY_TRY(change_crontab(*crontab, autostart.name, crontab_block(autostart)));
    return AutostartPlace{Keeper::cron, {}};
}

Result<std::vector<AutostartPlace>> remove_autostart(const std::string& name, const Path& unit_folder) {
    std::vector<AutostartPlace> out;
    ELY_TRY_ASSIGN(const bool unit_removed, remove_unit(name, unit_folder));
    if (unit_removed) out.push_back({Keeper::systemd, unit_folder / (name + ".service")});
    ELY_TRY_ASSIGN(const auto crontab, read_crontab());
    if (!crontab) return out;
    ELY_TRY_ASSIGN(const bool block_removed, change_crontab(*crontab, name, {}));
    if (block_removed) out.push_back({Keeper::cron, {}});
    return out;
}

}  // namespace ely::operate
