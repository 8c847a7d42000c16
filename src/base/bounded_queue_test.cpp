#include "base/bounded_queue.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace ely {
namespace {

TEST_CASE("items come out in order, those inside also after the close") {
    BoundedQueue<int> queue(3);
    CHECK(queue.push(1));
    CHECK(queue.push(2));
    queue.close();
    CHECK_FALSE(queue.push(3));
    CHECK(queue.pop() == 1);
    CHECK(queue.pop() == 2);
    CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("cancelling drops what is inside") {
    BoundedQueue<std::unique_ptr<int>> queue(3);
    CHECK(queue.push(std::make_unique<int>(1)));
    queue.cancel();
    CHECK_FALSE(queue.pop().has_value());
    CHECK_FALSE(queue.push(nullptr));
}

TEST_CASE("many producers and consumers: each item arrives once, never more than the capacity inside") {
    constexpr int k_producers = 4;
    constexpr int k_each = 2000;
    BoundedQueue<int> queue(5);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::vector<std::vector<int>> taken(3);
    {
        std::vector<std::jthread> consumers;
        for (auto& mine : taken) {
            consumers.emplace_back([&queue, &inside, &mine] {
                while (const auto item = queue.pop()) {
                    --inside;
                    mine.push_back(*item);
                }
            });
        }
        std::vector<std::jthread> producers;
        for (int p = 0; p < k_producers; ++p) {
            producers.emplace_back([&queue, &inside, &most, p] {
                for (int i = 0; i < k_each; ++i) {
                    queue.push(p * k_each + i);
                    const int now = ++inside;
                    int seen = most.load();
                    while (now > seen && !most.compare_exchange_weak(seen, now)) {
                    }
                }
            });
        }
        producers.clear();
        queue.close();
    }
    std::vector<int> all;
    for (const auto& mine : taken) all.insert(all.end(), mine.begin(), mine.end());
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == k_producers * k_each);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == static_cast<int>(i));
    // An item may be taken, and another put, before the first is counted out; no more than one a consumer.
    CHECK(most.load() <= 5 + k_producers + 3);
}

TEST_CASE("a waiting producer and a waiting consumer are let go") {
    BoundedQueue<int> full(1);
    CHECK(full.push(1));
    BoundedQueue<int> empty(1);
    std::jthread producer([&] { CHECK_FALSE(full.push(2)); });
    std::jthread consumer([&] { CHECK_FALSE(empty.pop().has_value()); });
    full.cancel();
    empty.close();
}

}  // namespace
}  // namespace ely
