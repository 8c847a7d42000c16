#pragma once

// Which of a cluster's nodes is asked, and which after it when that one does not answer. Nodes are numbers here; that
// of the first is 0.
//
// A node that did not answer rests: 1 s, then twice as long each time it fails again, 30 s at most. While it rests the
// others are asked before it; it is still asked when no other is left. One answer, and it is like the others again.

#include <chrono>
#include <mutex>
#include <vector>

namespace ely::store::weaviate {

// Any number of threads may use it at once.
class Rotation {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // `nodes` is 1 at least.
    explicit Rotation(std::size_t nodes) : m_nodes(nodes) {}

    // All nodes in the order to ask them in. From the first one: everybody who asks asks the same node, and sees what
    // he saw before.
    [[nodiscard]] std::vector<std::size_t> from_first(Time now) const;
    // The same, but each call begins with another node, so that the work is spread.
    [[nodiscard]] std::vector<std::size_t> from_next(Time now);

    void answered(std::size_t node);
    void failed(std::size_t node, Time now);

  private:
    struct Node {
        Time rests_until{};
        unsigned failures = 0;  // since it last answered
    };
    [[nodiscard]] std::vector<std::size_t> order(std::size_t first, Time now) const;

    mutable std::mutex m_mutex;
    std::vector<Node> m_nodes;
    std::size_t m_next = 0;
};

}  // namespace ely::store::weaviate
