#include "store/weaviate/rotation.hpp"

#include <algorithm>

namespace ely::store::weaviate {

std::vector<std::size_t> Rotation::from_first(Time now) const {
    const std::lock_guard lock(m_mutex);
    return order(0, now);
}

std::vector<std::size_t> Rotation::from_next(Time now) {
    const std::lock_guard lock(m_mutex);
    auto out = order(m_next, now);
    // Behind the one that is taken, or the work of a resting node would all fall to the one after it.
    m_next = (out.front() + 1) % m_nodes.size();
    return out;
}

std::vector<std::size_t> Rotation::order(std::size_t first, Time now) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < m_nodes.size(); ++i) out.push_back((first + i) % m_nodes.size());
    const auto rest = [&](std::size_t node) { return std::max(m_nodes[node].rests_until, now); };
    std::ranges::stable_sort(out, {}, rest);
    return out;
}

void Rotation::answered(std::size_t node) {
    const std::lock_guard lock(m_mutex);
    m_nodes[node] = {};
}

void Rotation::failed(std::size_t node, Time now) {
    constexpr std::chrono::seconds k_longest(30);
    constexpr unsigned k_most_doublings = 5;
    const std::lock_guard lock(m_mutex);
    auto& one = m_nodes[node];
    // Requests that were under way together fail together: that is one failure.
    if (now < one.rests_until) return;
    one.rests_until = now + std::min(std::chrono::seconds(1U << std::min(one.failures, k_most_doublings)), k_longest);
    ++one.failures;
}

}  // namespace ely::store::weaviate
