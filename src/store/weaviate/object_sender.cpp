#include "store/weaviate/object_sender.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "store/weaviate/object_codec.hpp"
#include "store/weaviate/server_words.hpp"

namespace ely::store::weaviate {
namespace {

constexpr std::size_t k_request_bytes = std::size_t{4} << 20U;

struct Request {
    EncodedObjects objects;
    std::vector<std::size_t> rows;
};

struct Answer {
    std::vector<std::size_t> rows;
    double seconds = 0;
    Result<wire::BatchObjectsReply> reply;
};

// Whether it should be given less to do.
bool is_overloaded(const Result<wire::BatchObjectsReply>& reply) {
    if (!reply) return true;
    return std::ranges::any_of(reply->errors(),
                               [](const auto& one) { return code_of_object(one.error()) == Code::rate_limited; });
}

// Threads that each take a request and wait for its answer, started as they are needed.
class Couriers {
  public:
    explicit Couriers(const Server& server) : m_server(server) {}
    Couriers(const Couriers&) = delete;
    Couriers& operator=(const Couriers&) = delete;
    // Waits for the answers that are still to come.
    ~Couriers() {
        while (m_under_way > 0) (void)answer();
        m_requests.close();
    }

    // Others write to the server as well: whoever has nothing under way may send, so that all get on.
    [[nodiscard]] bool may_send(std::size_t objects) const {
        return m_under_way == 0 || m_server.pace().may_send(objects);
    }
    void send(Request request) {
        m_server.pace().sent(request.rows.size());
        if (++m_under_way > m_threads.size()) {
            m_threads.emplace_back([this] {
                while (auto next = m_requests.pop()) deliver(std::move(*next));
            });
        }
        m_requests.push(std::move(request));
    }
    [[nodiscard]] bool expect_answers() const { return m_under_way > 0; }
    // The next one to come, of those under way.
    [[nodiscard]] Answer answer() {
        auto out = *m_answers.pop();
        --m_under_way;
        if (is_overloaded(out.reply)) {
            m_server.pace().refused(out.rows.size());
        } else {
            m_server.pace().answered(out.rows.size(), out.seconds);
        }
        return out;
    }

  private:
    void deliver(Request request) {
        const Stopwatch watch;
        auto reply = m_server.put(*request.objects);
        m_answers.push({std::move(request.rows), watch.seconds(), std::move(reply)});
    }

    const Server& m_server;
    std::size_t m_under_way = 0;
    BoundedQueue<Request> m_requests{Pace::k_most_requests};
    BoundedQueue<Answer> m_answers{Pace::k_most_requests};
    std::vector<std::jthread> m_threads;  // ends first
};

// So long a server asks to be left alone.
std::chrono::milliseconds time_to_reset(const std::optional<Error>& refused) {
    if (!refused || refused->resets_at == 0) return std::chrono::milliseconds(0);
    return std::chrono::seconds(std::max(refused->resets_at - static_cast<long long>(std::time(nullptr)), 0LL));
}

class ObjectSender {
  public:
    ObjectSender(const Server& server, const Class& target, const BatchView& view)
        : m_server(server), m_couriers(server), m_encoder(target, view) {}

    Result<std::vector<FailedRow>> run(std::vector<std::size_t> rows) {
        using std::chrono::steady_clock;
        constexpr std::chrono::milliseconds k_first_pause(100);
        constexpr std::chrono::milliseconds k_longest_pause(2'000);
        std::optional<steady_clock::time_point> until;
        for (auto time = k_first_pause;; time = std::min(2 * time, k_longest_pause)) {
            const auto before = m_written;
            ELY_TRY(send_all(rows));
            if (m_again.empty()) return std::move(m_failed);
            // From when the trouble began, or from when something last got through.
            if (!until || m_written > before) {
                until = steady_clock::now() + k_patience;
                time = k_first_pause;
            }
            const auto wait = std::max(time, time_to_reset(m_refused));
            if (steady_clock::now() + wait > *until) return give_up();
            if (!pause(wait, m_server.stop())) return fail(interrupted(m_again.front().error));
            rows.clear();
            for (const auto& one : m_again) rows.push_back(one.row);
            std::ranges::sort(rows);
            m_again.clear();
            m_refused.reset();
            m_level = wire::CONSISTENCY_LEVEL_QUORUM;
        }
    }

  private:
    // Each of the rows ends as written, in m_failed or in m_again.
    Result<void> send_all(const std::vector<std::size_t>& rows) {
        std::vector<std::size_t> in_request;
        for (const auto row : rows) {
            if (m_refused) {
                m_again.push_back({row, *m_refused});
                continue;
            }
            if (auto added = m_encoder.add(row); !added) {
                m_failed.push_back({row, std::move(added).error()});
                continue;
            }
            in_request.push_back(row);
            const bool full =
                in_request.size() >= m_server.pace().request_objects() || m_encoder.bytes() >= k_request_bytes;
            if (full) ELY_TRY(send(in_request));
        }
        ELY_TRY(send(in_request));
        while (m_couriers.expect_answers()) ELY_TRY(take_answer());
        return {};
    }

    Result<void> send(std::vector<std::size_t>& rows) {
        if (rows.empty()) return {};
        while (!m_couriers.may_send(rows.size())) ELY_TRY(take_answer());
        Request request{m_encoder.take(), std::exchange(rows, {})};
        request.objects->set_consistency_level(m_level);
        if (m_refused) {
            for (const auto row : request.rows) m_again.push_back({row, *m_refused});
        } else {
            m_couriers.send(std::move(request));
        }
        return {};
    }

    Result<void> take_answer() {
        const auto answer = m_couriers.answer();
        if (!answer.reply) {
            const auto& error = answer.reply.error();
            if (!can_retry(error.code)) return fail(error);
            // It would not be better for the next ones: what is under way comes back first.
            m_refused = error;
            for (const auto row : answer.rows) m_again.push_back({row, error});
            return {};
        }
        const auto& errors = answer.reply->errors();
        for (const auto& one : errors) {
            const auto index = static_cast<std::size_t>(one.index());
            if (index >= answer.rows.size()) {
                return fail(Code::corrupt, "the server speaks of an object that was not sent");
            }
            Error error{code_of_object(one.error()), printable(one.error()), {}, {}, 0};
            // What keeps the server from writing one object keeps it from writing any, but other copies may do.
            const bool last_chance = m_level == wire::CONSISTENCY_LEVEL_QUORUM;
            if (error.code == Code::io && last_chance) {
                return fail(
                    read_only_error("the server writes nothing: " + error.message, m_server.rest().check_command()));
            }
            auto& list = can_retry(error.code) || error.code == Code::io ? m_again : m_failed;
            list.push_back({answer.rows[index], std::move(error)});
        }
        m_written += answer.rows.size() - static_cast<std::size_t>(errors.size());
        return {};
    }

    // The server's own word on an object is that object's; that it does not answer is everybody's.
    Result<std::vector<FailedRow>> give_up() {
        if (m_refused) return fail(*m_refused);
        m_failed.insert(m_failed.end(), m_again.begin(), m_again.end());
        return std::move(m_failed);
    }

    const Server& m_server;
    Couriers m_couriers;
    ObjectEncoder m_encoder;
    wire::ConsistencyLevel m_level = wire::CONSISTENCY_LEVEL_ALL;
    std::uint64_t m_written = 0;
    std::vector<FailedRow> m_failed;
    std::vector<FailedRow> m_again;
    std::optional<Error> m_refused;  // a whole request, in this round
};

}  // namespace

Result<std::vector<FailedRow>> send_rows(const Server& server, const Class& target, const BatchView& view,
                                         std::vector<std::size_t> rows) {
    return ObjectSender(server, target, view).run(std::move(rows));
}

}  // namespace ely::store::weaviate
