#pragma once

// Asking again while that can help: with pauses that grow, until the patience is used up or the user interrupts. Only
// for requests that may be carried out twice.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "base/result.hpp"

namespace ely::store::weaviate {

// How long a server that is away is waited for before the error is told.
inline constexpr std::chrono::seconds k_patience(30);

// Waits so long; false, at once, when the user interrupts.
inline bool pause(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

// What the user's interruption makes of an attempt that failed.
inline Error interrupted(Error error) {
    if (error.code == Code::cancelled) return error;
    error.message = "interrupted while waiting for the server: " + error.message;
    error.code = Code::cancelled;
    return error;
}

template <typename Request>
auto with_patience(std::chrono::milliseconds patience, const std::stop_token& stop, Request request)
    -> decltype(request()) {
    using std::chrono::steady_clock;
    constexpr std::chrono::milliseconds k_first_pause(50);
    constexpr std::chrono::milliseconds k_longest_pause(2'000);
    const auto until = steady_clock::now() + patience;
    for (auto time = k_first_pause;; time = std::min(2 * time, k_longest_pause)) {
        auto result = request();
        if (result || !can_retry(result.error().code) || steady_clock::now() + time > until) return result;
        if (!pause(time, stop)) return fail(interrupted(std::move(result).error()));
    }
}

}  // namespace ely::store::weaviate
