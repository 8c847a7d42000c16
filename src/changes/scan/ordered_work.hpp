#pragma once

// Work cut into numbered pieces: several threads make them, the calling thread uses them in order. No more than a few
// finished pieces wait at a time, so memory is bounded whatever the number of pieces.

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace ely::scan {

// make(piece) -> Result<T> runs in the threads; each thread has a `make` of its own, made by maker() -> Result<Make>.
// use(T&&) -> Result<void> runs in the caller's. The first error ends it all and is returned; a stop is `cancelled`.
template <typename T, typename Maker, typename Use>
[[nodiscard]] Result<void> in_order(std::size_t pieces, unsigned threads, const Maker& maker, const Use& use,
                                    const std::stop_token& stop) {
    struct Shared {
        std::mutex mutex;
        std::condition_variable made;
        std::condition_variable room;
        std::map<std::size_t, T> ready;
        std::size_t next = 0;  // piece that nobody makes yet
        std::size_t used = 0;
        std::optional<Error> error;
    } shared;
    const std::size_t window = threads * std::size_t{4};
    const auto give_up = [&](const Error& error) {
        const std::lock_guard lock(shared.mutex);
        if (!shared.error) shared.error = error;
        shared.made.notify_all();
        shared.room.notify_all();
    };
    // The next piece to make; nullopt when there is none, or no point.
    const auto take = [&]() -> std::optional<std::size_t> {
        std::unique_lock lock(shared.mutex);
        shared.room.wait(lock,
                         [&] { return shared.error || shared.next >= pieces || shared.next < shared.used + window; });
        if (shared.error || shared.next >= pieces) return std::nullopt;
        return shared.next++;
    };
    const auto work = [&] {
        auto make = maker();
        if (!make) return give_up(std::move(make).error());
        while (const auto piece = take()) {
            if (stop.stop_requested()) return give_up(Error{Code::cancelled, "stopped", {}, {}, 0});
            auto result = (*make)(*piece);
            if (!result) return give_up(std::move(result).error());
            const std::lock_guard lock(shared.mutex);
            shared.ready.emplace(*piece, std::move(*result));
            if (*piece == shared.used) shared.made.notify_one();
        }
    };
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back(work);
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        std::unique_lock lock(shared.mutex);
        shared.made.wait(lock, [&] { return shared.error || shared.ready.contains(piece); });
        if (shared.error) break;
        auto node = shared.ready.extract(piece);
        shared.used = piece + 1;
        shared.room.notify_all();
        lock.unlock();
        if (auto used = use(std::move(node.mapped())); !used) give_up(std::move(used).error());
    }
    workers.clear();
    if (shared.error) return fail(std::move(*shared.error));
    return {};
}

}  // namespace ely::scan
