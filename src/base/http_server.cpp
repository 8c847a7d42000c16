#include "base/http_server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bounded_queue.hpp"
#include "base/text.hpp"

namespace ely {
namespace {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr milliseconds k_drain_time{2'000};
constexpr milliseconds k_accept_pause{100};

Time now() {
    return std::chrono::steady_clock::now();
}

// For poll(): at least one millisecond, so that what is due is due when it returns.
int milliseconds_until(Time time) {
    const auto left = std::chrono::ceil<milliseconds>(time - now()).count();
    return static_cast<int>(std::clamp<long long>(left, 1, 60'000));
}

class Descriptor {
  public:
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(m_number); }
    [[nodiscard]] int number() const { return m_number; }

  private:
    int m_number;
};

struct Connection {
    Descriptor socket;
    HttpRequestParser parser;
    Time deadline;
    bool draining = false;  // answered for the last time; what still comes is read and dropped
    bool keep = false;      // after the answer that is being worked on

    Connection(int number, HttpRequestLimits limits) : socket(number), parser(limits) {}
};
using ConnectionPointer = std::unique_ptr<Connection>;

std::string_view reason(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 204:
            return "No Content";
        case 400:
            return "Bad Request";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 413:
            return "Content Too Large";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Status";
    }
}

std::string serialize(const HttpResponse& response, bool keep, bool with_body) {
    auto out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    for (const auto& [name, value] : response.headers) out += fmt::format("{}: {}\r\n", name, value);
    if (response.status != 204) out += fmt::format("content-length: {}\r\n", response.body.size());
    if (!keep) out += "connection: close\r\n";
    out += "\r\n";
    if (with_body && response.status != 204) out += response.body;
    return out;
}

// False when the other side is gone, or takes nothing for so long.
bool write_all(int socket, std::string_view bytes, Time deadline) {
    while (!bytes.empty()) {
        const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
        pollfd entry{socket, POLLOUT, 0};
        if (now() >= deadline) return false;
        ::poll(&entry, 1, milliseconds_until(deadline));
    }
    return true;
}

HttpResponse answer_to(const HttpServerRequest& request, const std::vector<HttpRoute>& routes) {
    std::vector<std::string> methods;
    for (const auto& route : routes) {
        if (route.path != request.path) continue;
        const bool fits = route.method == request.method || (route.method == "GET" && request.method == "HEAD");
        if (!fits) {
            methods.push_back(route.method);
            continue;
        }
        try {
            return route.answer(request);
        } catch (const std::exception&) {
            return http_error(500, "internal error");
        }
    }
    if (methods.empty()) return http_error(404, "there is nothing at " + to_valid_utf8(request.path));
    auto response = http_error(405, "the method here is " + join(methods, " or "));
    response.headers.push_back({"allow", join(methods, ", ")});
    return response;
}

// serve(): connections, and the threads that answer.
class Serving {
  public:
    Serving(const HttpServerOptions& options, const std::vector<HttpRoute>& routes, int listener, int wake)
        : m_options(options),
          m_routes(routes),
          m_listener(listener),
          m_wake(wake),
          m_requests(std::max<std::size_t>(1, options.max_connections)) {
        for (unsigned i = 0; i < std::max(1U, options.threads); ++i) m_workers.emplace_back([this] { work(); });
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() { m_requests.close(); }

    Result<void> run(const std::stop_token& stop) {
        const std::stop_callback on_stop(stop, [this] {
            m_stopping = true;
            wake();
        });
        while (true) {
            if (m_stopping) {
                ::shutdown(m_listener, SHUT_RD);  // who was not accepted yet is refused now
                m_waiting.clear();
                if (m_in_work == 0) return {};
            }
            ELY_TRY(wait_for_events());
            take_back();
            serve_events();
            end_overdue();
        }
    }

  private:
    void wake() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto n = ::write(m_wake.number(), &one, sizeof one);
    }

    [[nodiscard]] bool accepts() const {
        return !m_stopping && m_waiting.size() + m_in_work < std::max<std::size_t>(1, m_options.max_connections) &&
               now() >= m_accept_after;
    }

    // m_events: the wake-up, the listener, then m_waiting in its order.
    Result<void> wait_for_events() {
        const bool accepting = accepts();
        m_events.assign({{m_wake.number(), POLLIN, 0}, {accepting ? m_listener : -1, POLLIN, 0}});
        int timeout = accepting || m_stopping ? -1 : static_cast<int>(k_accept_pause.count());
        std::optional<Time> first;
        for (const auto& connection : m_waiting) {
            m_events.push_back({connection->socket.number(), POLLIN, 0});
            first = std::min(first.value_or(connection->deadline), connection->deadline);
        }
        if (first) {
            const int left = milliseconds_until(*first);
            timeout = timeout < 0 ? left : std::min(timeout, left);
        }
        if (::poll(m_events.data(), m_events.size(), timeout) < 0 && errno != EINTR)
            return fail(errno_error(errno, "cannot wait for connections"));
        return {};
    }

    void serve_events() {
        const auto known = m_events.size() - 2;  // connections that came back or were accepted since stand behind them
        for (std::size_t i = 0; i < known; ++i) {
            if (m_events[i + 2].revents != 0) receive(m_waiting[i]);
        }
        if ((m_events[1].revents & POLLIN) != 0) accept_connections();
        std::erase(m_waiting, nullptr);
    }

    void accept_connections() {
        while (accepts()) {
            const int socket = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (socket < 0) {
                const bool short_of = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
                if (short_of) m_accept_after = now() + k_accept_pause;
                return;
            }
            const int on = 1;
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            auto connection = std::make_unique<Connection>(socket, m_options.limits);
            connection->deadline = now() + m_options.idle_timeout;
            m_waiting.push_back(std::move(connection));
        }
    }

    // Reads what is there. The connection is gone from the slot when it was closed, or its request given to a worker.
    void receive(ConnectionPointer& slot) {
        auto& connection = *slot;
        const bool was_idle = connection.parser.idle();
        std::array<char, 1U << 16U> bytes;
        const auto n = ::recv(connection.socket.number(), bytes.data(), bytes.size(), 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
        if (n <= 0) return slot.reset();
        if (connection.draining) return;
        if (was_idle) connection.deadline = now() + m_options.request_timeout;
        connection.parser.feed({bytes.data(), static_cast<std::size_t>(n)});
        look_at(slot);
    }

    void look_at(ConnectionPointer& slot) {
        auto& connection = *slot;
        switch (connection.parser.state()) {
            case HttpRequestParser::State::complete:
                connection.keep = connection.parser.keeps_connection();
                ++m_in_work;
                m_requests.push(std::move(slot));  // has room: a connection has one request at a time
                return;
            case HttpRequestParser::State::failed:
                return refuse(connection, connection.parser.error_status(), connection.parser.error_text());
            case HttpRequestParser::State::incomplete:
                if (connection.parser.take_expectation())
                    write_all(connection.socket.number(), "HTTP/1.1 100 Continue\r\n\r\n", now());
                return;
        }
    }

    // A last answer. The socket is closed only when the other side has closed it, or after a while: closed at once,
    // with bytes unread, the answer would be lost.
    void refuse(Connection& connection, int status, std::string_view text) {
        write_all(connection.socket.number(), serialize(http_error(status, text), false, true), now());
        drain(connection);
    }

    static void drain(Connection& connection) {
        ::shutdown(connection.socket.number(), SHUT_WR);
        connection.draining = true;
        connection.deadline = now() + k_drain_time;
    }

    void end_overdue() {
        const auto time = now();
        for (auto& connection : m_waiting) {
            if (connection->deadline > time) continue;
            if (connection->draining || connection->parser.idle()) {
                connection.reset();
            } else {
                refuse(*connection, 408, "the request did not come to its end in time");
            }
        }
        std::erase(m_waiting, nullptr);
    }

    // Connections whose requests have been answered.
    void take_back() {
        if ((m_events[0].revents & POLLIN) == 0) return;
        std::uint64_t count = 0;
        [[maybe_unused]] const auto n = ::read(m_wake.number(), &count, sizeof count);
        std::vector<ConnectionPointer> answered;
        {
            const std::scoped_lock lock(m_mutex);
            answered.swap(m_answered);
        }
        for (auto& connection : answered) {
            --m_in_work;
            if (!connection) continue;
            connection->deadline = now() + m_options.idle_timeout;
            if (!connection->keep) {
                drain(*connection);
            } else {
                if (!connection->parser.idle()) connection->deadline = now() + m_options.request_timeout;
                look_at(connection);
            }
            if (connection) m_waiting.push_back(std::move(connection));
        }
    }

    void work() {
        while (auto connection = m_requests.pop()) {
            const bool alive = answer(**connection);
            {
                const std::scoped_lock lock(m_mutex);
                m_answered.push_back(alive ? *std::move(connection) : nullptr);
            }
            wake();
        }
    }

    bool answer(Connection& connection) {
        const auto request = connection.parser.take();
        const auto response = answer_to(request, m_routes);
        if (m_stopping) connection.keep = false;
        return write_all(connection.socket.number(), serialize(response, connection.keep, request.method != "HEAD"),
                         now() + m_options.request_timeout);
    }

    const HttpServerOptions& m_options;
    const std::vector<HttpRoute>& m_routes;
    const int m_listener;
    const Descriptor m_wake;
    std::atomic<bool> m_stopping = false;
    Time m_accept_after;
    std::vector<ConnectionPointer> m_waiting;  // for bytes; the loop's own, as are the two below
    std::vector<pollfd> m_events;
    std::size_t m_in_work = 0;
    BoundedQueue<ConnectionPointer> m_requests;
    std::mutex m_mutex;
    std::vector<ConnectionPointer> m_answered;  // guarded; a null for one whose client is gone
    std::vector<std::jthread> m_workers;
};

struct AddressList {
    addrinfo* first = nullptr;
    AddressList() = default;
    AddressList(const AddressList&) = delete;
    AddressList& operator=(const AddressList&) = delete;
    ~AddressList() {
        if (first != nullptr) ::freeaddrinfo(first);
    }
};

Error bind_error(int number, const std::string& where) {
    switch (number) {
        case EADDRINUSE:
            return {Code::conflict,
                    where + " is in use",
                    "choose another port, or end the program that listens there",
                    {},
                    0};
        case EACCES:
            return {Code::unauthorized, "not permitted to listen on " + where, "choose a port from 1024 on", {}, 0};
        case EADDRNOTAVAIL:
            return {Code::not_found, where + " is no address of this machine", "listen on 127.0.0.1", {}, 0};
        default:
            return errno_error(number, "cannot listen on " + where);
    }
}

// The socket, or the errno that says why not.
std::pair<int, int> listen_on(const addrinfo& address) {
    const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return {-1, errno};
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.ai_family == AF_INET6) ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(socket, address.ai_addr, address.ai_addrlen) == 0 && ::listen(socket, SOMAXCONN) == 0)
        return {socket, 0};
    const int number = errno;
    ::close(socket);
    return {-1, number};
}

std::uint16_t port_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

std::string shown_address(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

HttpServer::HttpServer(HttpServerOptions options, std::vector<HttpRoute> routes, int listener, std::uint16_t port)
    : m_options(std::move(options)), m_routes(std::move(routes)), m_listener(listener), m_port(port) {}

HttpServer::HttpServer(HttpServer&& other) noexcept
    : m_options(std::move(other.m_options)),
      m_routes(std::move(other.m_routes)),
      m_listener(std::exchange(other.m_listener, -1)),
      m_port(other.m_port) {}

HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
    std::swap(m_options, other.m_options);
    std::swap(m_routes, other.m_routes);
    std::swap(m_listener, other.m_listener);
    std::swap(m_port, other.m_port);
    return *this;
}

HttpServer::~HttpServer() {
    close_listener();
}

void HttpServer::close_listener() {
    if (m_listener >= 0) ::close(std::exchange(m_listener, -1));
}

Result<HttpServer> HttpServer::bind(HttpServerOptions options, std::vector<HttpRoute> routes) {
    const auto where = fmt::format("{}:{}", shown_address(options.address), options.port);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE;
    AddressList found;
    const auto port = std::to_string(options.port);
    if (const int code = ::getaddrinfo(options.address.c_str(), port.c_str(), &wanted, &found.first); code != 0)
        return fail(Code::not_found, fmt::format("{} is no address: {}", where, ::gai_strerror(code)),
                    "listen on 127.0.0.1");
    int number = EADDRNOTAVAIL;
    for (const auto* address = found.first; address != nullptr; address = address->ai_next) {
        const auto [socket, reason_number] = listen_on(*address);
        if (socket >= 0) return HttpServer(std::move(options), std::move(routes), socket, port_of(socket));
        number = reason_number;
    }
    return fail(bind_error(number, where));
}

std::string HttpServer::url() const {
    return fmt::format("http://{}:{}", shown_address(m_options.address), m_port);
}

Result<void> HttpServer::serve(std::stop_token stop) {
    if (m_listener < 0) return fail(Code::internal, "the server has been stopped");
    const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake < 0) return fail(errno_error(errno, "cannot make an event descriptor"));
    auto result = Serving(m_options, m_routes, m_listener, wake).run(stop);
    close_listener();
    return result;
}

bool is_loopback_address(std::string_view address) {
    const std::string text(address);
    in_addr v4{};
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
    in6_addr v6{};
    if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
    return to_lower_ascii(text) == "localhost";
}

}  // namespace ely
