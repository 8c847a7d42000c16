#pragma once

// Runs the git program, which alone speaks to other machines, so that the user's credential helpers, ssh and proxies
// work as ever. It never asks on the terminal. Failures come back as the Error that git's words mean.

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/result.hpp"

namespace ely::git {

struct GitCommand {
    Path git_dir;  // empty: none
    std::vector<std::string> arguments;
    std::optional<double> timeout_seconds;
    // How far it is, from git's own progress lines ("Receiving objects:  45% (450/1000)"); needs --progress.
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)> on_progress = {};
};

// A finished command, whatever its status.
[[nodiscard]] Result<ProcessResult> try_git(const GitCommand& command, std::stop_token stop = {});

// What it printed; an Error when it failed.
[[nodiscard]] Result<std::string> run_git(const GitCommand& command, std::stop_token stop = {});

// What git's error output means; `what` says what was being done.
[[nodiscard]] Error git_error(std::string_view errors, int exit_status, std::string_view what);

}  // namespace ely::git
