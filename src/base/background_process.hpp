#pragma once

// Programs that run beside us: started with their output in a log file, found again by number and start time, ended.
// Whoever only wants a program's result uses run_process (base/process.hpp). It knows nothing of what they serve.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely {

// A process as it can be found again later, by another program as well: a number that was given to another process
// since, before or after a restart of the machine, is not mistaken for it.
struct ProcessIdentity {
    int pid = 0;
    std::uint64_t started = 0;  // in the kernel's ticks since the machine's start
    std::string boot;           // the kernel's id of that start

    bool operator==(const ProcessIdentity&) const = default;
};

enum class Lifetime {
    ends_with_us,  // killed when the thread that started it ends, whichever way
    outlives_us,   // a daemon in a session of its own
};

struct BackgroundOptions {
    std::vector<std::string> arguments;              // [0] is the program, looked up in PATH unless it has a '/'
    std::map<std::string, std::string> environment;  // added to the caller's own, or all there is
    bool inherit_environment = true;
    Path working_directory;  // empty: the caller's
    Path log;                // standard output and error are added to it; made with mode 0600
    Lifetime lifetime = Lifetime::ends_with_us;
};

// not_found when there is no such program.
[[nodiscard]] Result<ProcessIdentity> start_background(const BackgroundOptions& options);

// The process that has this number now; nullopt when there is none.
[[nodiscard]] std::optional<ProcessIdentity> identify_process(int pid);
// One that was started with just these arguments in this folder, whoever started it; nullopt when none runs.
[[nodiscard]] std::optional<ProcessIdentity> find_process(const std::vector<std::string>& arguments,
                                                          const Path& working_directory);
// False for one that has ended and was not waited for.
[[nodiscard]] bool is_running(const ProcessIdentity& process);
// Waits so long for its end, and says whether it has ended; one of our own children is then taken off the system's
// list.
bool wait_for_end(const ProcessIdentity& process, std::chrono::milliseconds patience);

enum class Ended { was_not_running, by_itself, killed };
// SIGTERM, then SIGKILL when it has not ended within `patience` (at once when that is zero). No other process that has
// its number now is touched. unauthorized when it is another user's.
Result<Ended> end_process(const ProcessIdentity& process, std::chrono::milliseconds patience);

}  // namespace ely
