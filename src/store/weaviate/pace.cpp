#include "store/weaviate/pace.hpp"

#include <algorithm>

namespace ely::store::weaviate {
namespace {

constexpr std::size_t k_usual_requests = 4;  // under way
constexpr std::size_t k_smallest_request = Pace::k_least_window / k_usual_requests;
constexpr std::size_t k_usual_request = 500;
constexpr double k_step = 100;  // objects, for each window that was answered in time

}  // namespace

// Four requests, so that a server has the next one when it ends one, and something to do for each of a few processors;
// large ones only where eight usual ones do not fill the window.
std::size_t Pace::portion() const {
    const auto window = static_cast<std::size_t>(m_window);
    const auto usual = std::clamp(window / k_usual_requests, k_smallest_request, k_usual_request);
    return std::max(usual, window / k_most_requests);
}

std::size_t Pace::request_objects() const {
    const std::lock_guard lock(m_mutex);
    return portion();
}

bool Pace::may_send(std::size_t objects) const {
    const std::lock_guard lock(m_mutex);
    if (m_requests == 0) return true;
    return m_requests < k_most_requests && static_cast<double>(m_under_way + objects) <= m_window;
}

void Pace::sent(std::size_t objects) {
    const std::lock_guard lock(m_mutex);
    m_under_way += objects;
    ++m_requests;
}

void Pace::answered(std::size_t objects, double seconds) {
    constexpr double k_most_at_once = 1.0 / 8;
    constexpr double k_least_at_once = 7.0 / 8;
    const std::lock_guard lock(m_mutex);
    // A window that nobody fills says nothing about a larger one.
    const bool was_full = static_cast<double>(m_under_way + portion()) > m_window;
    const bool was_old = m_old > 0;
    ended(objects);
    if (was_old) return;
    if (seconds > k_in_time) {
        shrink(std::clamp(k_in_time / seconds, k_most_at_once, k_least_at_once));
    } else if (was_full) {
        const auto answered = static_cast<double>(objects);
        m_window += m_doubling ? answered : k_step * answered / m_window;
        m_window = std::min(m_window, static_cast<double>(k_largest_window));
    }
}

void Pace::refused(std::size_t objects) {
    const std::lock_guard lock(m_mutex);
    const bool was_old = m_old > 0;
    ended(objects);
    if (!was_old) shrink(1.0 / 2);
}

void Pace::ended(std::size_t objects) {
    m_under_way -= std::min(m_under_way, objects);
    m_old -= std::min(m_old, objects);
    if (m_requests > 0) --m_requests;
}

// Once for what was under way together: its answers were decided before the window shrank.
void Pace::shrink(double factor) {
    m_window = std::max(m_window * factor, static_cast<double>(k_least_window));
    m_doubling = false;
    m_old = m_under_way;
}

std::size_t Pace::window() const {
    const std::lock_guard lock(m_mutex);
    return static_cast<std::size_t>(m_window);
}

}  // namespace ely::store::weaviate
