#pragma once

// A queue between pipeline stages that holds at most `capacity` items, so that memory is bounded by the queues and the
// slowest stage sets the speed. Any number of producers and consumers.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace ely {

template <typename T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t capacity) : m_capacity(capacity) {}

    // Waits for room. False, with the item dropped, when the queue was closed or cancelled meanwhile.
    bool push(T item) {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [&] { return m_items.size() < m_capacity || m_closed; });
        if (m_closed) return false;
        m_items.push_back(std::move(item));
        m_ready.notify_one();
        return true;
    }

    // Waits for an item; nullopt once the queue is closed and empty.
    std::optional<T> pop() {
        std::unique_lock lock(m_mutex);
        m_ready.wait(lock, [&] { return !m_items.empty() || m_closed; });
        if (m_items.empty()) return std::nullopt;
        std::optional<T> out(std::move(m_items.front()));
        m_items.pop_front();
        m_room.notify_one();
        return out;
    }

    // No more items will come; those inside are still delivered.
    void close() {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_ready.notify_all();
        m_room.notify_all();
    }

    // Close and drop what is inside: a stage has failed, the others should end.
    void cancel() {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_items.clear();
        m_ready.notify_all();
        m_room.notify_all();
    }

  private:
    const std::size_t m_capacity;
    std::mutex m_mutex;
    std::condition_variable m_ready;
    std::condition_variable m_room;
    std::deque<T> m_items;
    bool m_closed = false;
};

}  // namespace ely
