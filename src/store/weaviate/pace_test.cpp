#include "store/weaviate/pace.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include <doctest/doctest.h>

namespace ely::store::weaviate {
namespace {

// A server as a queue before a few workers. Time is what the test says; nothing waits.
struct ServerModel {
    std::size_t workers = 2;
    double seconds_per_object = 0.001;
    double seconds_per_request = 0.002;
    double seconds_on_the_way = 0.001;  // there and back
    std::size_t memory = 1'000'000;     // objects; what comes beyond that is refused
};

struct Request {
    std::size_t objects = 0;
    double sent = 0;
    double ends = 0;
    bool refused = false;
};

constexpr double k_pause = 0.1;  // before what was refused is sent again, when all that was under way has ended

// Somebody with endless objects, who writes at the pace that he is allowed.
class Import {
  public:
    explicit Import(const ServerModel& server) : m_server(server), m_free_at(server.workers) {}

    // Until the clock says so.
    void run_until(double end) {
        while (true) {
            if (m_pausing && m_under_way.empty()) {
                m_now += k_pause;
                m_pausing = false;
            }
            if (!m_pausing) fill();
            const auto next = std::ranges::min_element(m_under_way, {}, &Request::ends);
            if (next->ends > end) break;
            end_request(*next);
            m_under_way.erase(next);
        }
        m_now = end;
    }

    void become(const ServerModel& server) { m_server = server; }

    // Counts from here.
    void forget() {
        m_written = 0;
        m_refused = 0;
        m_longest = 0;
        m_since = m_now;
    }
    [[nodiscard]] double rate() const { return static_cast<double>(m_written) / (m_now - m_since); }
    [[nodiscard]] double capacity() const {
        const auto request = static_cast<double>(m_pace.request_objects());
        return static_cast<double>(m_server.workers) /
               (m_server.seconds_per_object + m_server.seconds_per_request / request);
    }
    [[nodiscard]] double longest() const { return m_longest; }
    [[nodiscard]] std::size_t written() const { return m_written; }
    [[nodiscard]] std::size_t refused() const { return m_refused; }
    [[nodiscard]] std::size_t most_requests() const { return m_most_requests; }
    [[nodiscard]] const Pace& pace() const { return m_pace; }

  private:
    void fill() {
        while (m_pace.may_send(m_pace.request_objects())) {
            const auto objects = m_pace.request_objects();
            m_pace.sent(objects);
            m_under_way.push_back(serve(objects));
            m_most_requests = std::max(m_most_requests, m_under_way.size());
        }
    }

    Request serve(std::size_t objects) {
        std::size_t held = objects;
        for (const auto& one : m_under_way) held += one.refused ? 0 : one.objects;
        if (held > m_server.memory) return {objects, m_now, m_now + m_server.seconds_on_the_way, true};
        auto& worker = *std::ranges::min_element(m_free_at);
        worker = std::max(worker, m_now) + m_server.seconds_per_request +
                 m_server.seconds_per_object * static_cast<double>(objects);
        return {objects, m_now, worker + m_server.seconds_on_the_way, false};
    }

    void end_request(const Request& request) {
        m_now = request.ends;
        m_longest = std::max(m_longest, request.ends - request.sent);
        if (request.refused) {
            m_refused += request.objects;
            m_pausing = true;
            m_pace.refused(request.objects);
        } else {
            m_written += request.objects;
            m_pace.answered(request.objects, request.ends - request.sent);
        }
    }

    ServerModel m_server;
    Pace m_pace;
    std::vector<double> m_free_at;  // each worker
    std::deque<Request> m_under_way;
    double m_now = 0;
    double m_since = 0;
    bool m_pausing = false;
    std::size_t m_written = 0;
    std::size_t m_refused = 0;
    double m_longest = 0;
    std::size_t m_most_requests = 0;
};

TEST_CASE("a server has enough to do, and answers about in time") {
    for (const std::size_t workers : {1U, 2U, 4U}) {
        for (const double per_object : {0.0002, 0.001, 0.004}) {
            CAPTURE(workers);
            CAPTURE(per_object);
            Import import({.workers = workers, .seconds_per_object = per_object});
            import.run_until(20);
            import.forget();
            import.run_until(80);
            CHECK(import.rate() > 0.9 * import.capacity());
            CHECK(import.longest() < 3 * Pace::k_in_time);
            CHECK(import.most_requests() <= Pace::k_most_requests);
        }
    }
}

TEST_CASE("a way of a fifth of a second is filled") {
    Import import({.workers = 2, .seconds_per_object = 0.0005, .seconds_on_the_way = 0.2});
    import.run_until(20);
    import.forget();
    import.run_until(80);
    CHECK(import.rate() > 0.9 * import.capacity());
}

TEST_CASE("a server that embeds five texts a second is not asked for more than it can answer before the deadline") {
    Import import({.workers = 1, .seconds_per_object = 0.2});
    import.run_until(600);
    constexpr double k_deadline = 30;
    CHECK(import.longest() < k_deadline);
    import.forget();
    import.run_until(1200);
    CHECK(import.longest() < 10);
    CHECK(import.pace().window() == Pace::k_least_window);
    CHECK(import.rate() > 0.95 * import.capacity());
}

TEST_CASE("a server with little memory is asked for less, and refuses less than a tenth") {
    Import import({.workers = 8, .seconds_per_object = 0.0005, .memory = 1'000});
    import.run_until(10);
    import.forget();
    import.run_until(100);
    CHECK(import.pace().window() <= 1'100);
    CHECK(import.refused() > 0);
    CHECK(import.refused() * 10 < import.written());
}

TEST_CASE("a server that becomes slow is asked for less, and for more when it has recovered") {
    const ServerModel quick{.workers = 4, .seconds_per_object = 0.001};
    Import import(quick);
    import.run_until(30);
    const auto before = import.pace().window();
    import.become({.workers = 4, .seconds_per_object = 0.02});
    import.run_until(60);
    import.forget();
    import.run_until(90);
    CHECK(import.pace().window() < before / 4);
    CHECK(import.longest() < 3 * Pace::k_in_time);
    import.become(quick);
    import.run_until(120);
    import.forget();
    import.run_until(150);
    CHECK(import.rate() > 0.9 * import.capacity());
}

TEST_CASE("it begins small, doubles, and never leaves its bounds") {
    Import import({.workers = 64, .seconds_per_object = 0.00001});
    CHECK(import.pace().window() == Pace::k_first_window);
    CHECK(import.pace().request_objects() == Pace::k_first_window / 4);
    import.run_until(1);
    CHECK(import.pace().window() == Pace::k_largest_window);
    CHECK(import.pace().request_objects() == Pace::k_largest_window / Pace::k_most_requests);
    Pace refused;
    for (int i = 0; i < 20; ++i) {
        refused.sent(10);
        refused.refused(10);
    }
    CHECK(refused.window() == Pace::k_least_window);
    CHECK(refused.may_send(1'000'000));
    refused.sent(1'000'000);
    CHECK_FALSE(refused.may_send(1));
}

TEST_CASE("what was under way together shrinks the window once") {
    Pace pace;
    for (int i = 0; i < 2; ++i) pace.sent(50);
    pace.refused(50);
    CHECK(pace.window() == 50);
    pace.refused(50);
    CHECK(pace.window() == 50);
    pace.sent(25);
    pace.refused(25);
    CHECK(pace.window() == 25);
}

TEST_CASE("a window that is not filled does not grow") {
    Pace pace;
    for (int i = 0; i < 1000; ++i) {
        pace.sent(10);
        pace.answered(10, 0.001);
    }
    CHECK(pace.window() == Pace::k_first_window);
}

}  // namespace
}  // namespace ely::store::weaviate
