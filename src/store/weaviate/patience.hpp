#pragma once

// Asking again while that can help: with pauses that grow, until the patience is used up. Only for requests that may be
// carried out twice.

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/result.hpp"

namespace ely::store::weaviate {

template <typename Request>
auto with_patience(std::chrono::milliseconds patience, Request request) -> decltype(request()) {
    using std::chrono::steady_clock;
    constexpr std::chrono::milliseconds k_first_pause(50);
    constexpr std::chrono::milliseconds k_longest_pause(2'000);
    const auto until = steady_clock::now() + patience;
    for (auto pause = k_first_pause;; pause = std::min(2 * pause, k_longest_pause)) {
        auto result = request();
        if (result || !can_retry(result.error().code) || steady_clock::now() + pause > until) return result;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace ely::store::weaviate
