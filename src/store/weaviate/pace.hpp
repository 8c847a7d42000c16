#pragma once

// How fast a server is written to: how many objects go into a request, and how many may be under way at a time. It
// knows no server and no clock; it is told what was sent and how it was answered.
//
// The rule is TCP's for a network that does not tell its capacity (RFC 5681, after Chiu and Jain 1989): a window of
// objects under way that grows while answers come in time, doubling at first and by a fixed amount per window later,
// and shrinks by a factor as soon as they do not. "In time" is half a second: then a server has enough to do, and
// nothing waits there that could wait here. Weaviate steers its own streaming import towards a second per request by
// the same means. As answers that take long tell by how much there is too much (Little's law: objects under way =
// objects a second x seconds), the window shrinks in that proportion, by an eighth at least and to an eighth at most.
// A refusal (no memory, 429, 503, no answer at all) halves it.

#include <cstddef>
#include <mutex>

namespace ely::store::weaviate {

// Any number of threads may use it at once: it stands for the server, not for who writes.
class Pace {
  public:
    static constexpr double k_in_time = 0.5;  // seconds
    static constexpr std::size_t k_least_window = 20;
    static constexpr std::size_t k_first_window = 100;
    static constexpr std::size_t k_largest_window = 8'000;
    static constexpr std::size_t k_most_requests = 8;  // under way

    // How many objects the next request should have.
    [[nodiscard]] std::size_t request_objects() const;
    // Whether there is room for a request of so many. There always is for one when none is under way.
    [[nodiscard]] bool may_send(std::size_t objects) const;

    void sent(std::size_t objects);
    // Each request that was sent ends in one of these.
    void answered(std::size_t objects, double seconds);
    void refused(std::size_t objects);

    [[nodiscard]] std::size_t window() const;

  private:
    void ended(std::size_t objects);
    void shrink(double factor);
    [[nodiscard]] std::size_t portion() const;

    mutable std::mutex m_mutex;
    double m_window = k_first_window;
    bool m_doubling = true;
    std::size_t m_under_way = 0;  // objects
    std::size_t m_requests = 0;
    std::size_t m_old = 0;  // of those under way, sent before the window last shrank
};

}  // namespace ely::store::weaviate
