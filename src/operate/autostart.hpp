#pragma once

// A command of ours that goes on running when its user is away: a systemd unit of the user's where a user's systemd
// runs, else a line in a marked block of the user's crontab. Nothing else in either is touched. It runs systemctl and
// crontab, and starts nothing itself.

#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::operate {

struct Autostart {
    std::string name;                  // "elysiactl-embed": the unit's, and the block's
    std::string description;           // one line
    std::vector<std::string> command;  // with absolute paths: cron's surroundings have almost nothing
    Path log_file;                     // for cron; systemd has its journal
};

enum class Keeper { systemd, cron };

struct AutostartPlace {
    Keeper keeper = Keeper::systemd;
    Path unit_file;  // systemd only
};

// `unit_folder`: where the user's units lie, ~/.config/systemd/user. An earlier one of the same name is replaced, and
// restarted by systemd. not_found when there is neither a user's systemd nor a crontab program.
[[nodiscard]] Result<AutostartPlace> install_autostart(const Autostart& autostart, const Path& unit_folder);
// From both, as far as they are there. The places it was taken from.
[[nodiscard]] Result<std::vector<AutostartPlace>> remove_autostart(const std::string& name, const Path& unit_folder);

// The parts, for tests.
[[nodiscard]] std::string unit_text(const Autostart& autostart);
[[nodiscard]] std::string crontab_block(const Autostart& autostart);
// The crontab without the block of this name, and with `block` at its end instead, if it is not empty. conflict: a
// block that begins and does not end.
[[nodiscard]] Result<std::string> replace_crontab_block(std::string_view crontab, const std::string& name,
                                                        std::string_view block);

}  // namespace ely::operate
