#pragma once

// What a program's exit status says: one table for the code, the manual pages and the tests.

#include <array>
#include <string_view>

#include "base/result.hpp"

namespace ely::programs {

inline constexpr int k_exit_ok = 0;
inline constexpr int k_exit_failure = 1;
inline constexpr int k_exit_usage = 2;
inline constexpr int k_exit_partial = 3;
inline constexpr int k_exit_not_found = 10;
inline constexpr int k_exit_conflict = 11;
inline constexpr int k_exit_unauthorized = 12;
inline constexpr int k_exit_unavailable = 13;
inline constexpr int k_exit_corrupt = 14;
inline constexpr int k_exit_interrupted = 130;

struct ExitStatus {
    int status;
    std::string_view meaning;
};

inline constexpr std::array k_exit_statuses{
    ExitStatus{k_exit_ok, "done"},
    ExitStatus{k_exit_failure, "failed; also: differences found, unhealthy, a question answered with no"},
    ExitStatus{k_exit_usage, "wrong usage or configuration"},
    ExitStatus{k_exit_partial, "done in part: the report names what failed"},
    ExitStatus{k_exit_not_found, "not found"},
    ExitStatus{k_exit_conflict, "exists already, or locked by another process"},
    ExitStatus{k_exit_unauthorized, "not permitted: credentials missing or refused"},
    ExitStatus{k_exit_unavailable, "unavailable, timed out or rate limited: trying again later can help"},
    ExitStatus{k_exit_corrupt, "corrupt input or data"},
    ExitStatus{k_exit_interrupted, "interrupted"},
};

[[nodiscard]] constexpr int exit_status(Code code) {
    switch (code) {
        case Code::usage:
            return k_exit_usage;
        case Code::not_found:
            return k_exit_not_found;
        case Code::already_exists:
        case Code::conflict:
            return k_exit_conflict;
        case Code::unauthorized:
            return k_exit_unauthorized;
        case Code::rate_limited:
        case Code::unavailable:
        case Code::timeout:
            return k_exit_unavailable;
        case Code::cancelled:
            return k_exit_interrupted;
        case Code::corrupt:
            return k_exit_corrupt;
        case Code::unsupported:
        case Code::io:
        case Code::internal:
            return k_exit_failure;
    }
    return k_exit_failure;
}

}  // namespace ely::programs
