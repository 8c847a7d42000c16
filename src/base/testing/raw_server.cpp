#include "base/testing/raw_server.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ely::testing {
namespace {

std::pair<int, std::uint16_t> bind_loopback() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (descriptor < 0 || ::bind(descriptor, any, size) != 0 || ::getsockname(descriptor, any, &size) != 0)
        throw std::runtime_error("cannot bind to the loopback interface");
    return {descriptor, ntohs(address.sin_port)};
}

std::size_t content_length(std::string_view headers) {
    std::string lower(headers);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto at = lower.find("content-length:");
    return at == std::string::npos ? 0 : std::stoul(lower.substr(at + 15));
}

}  // namespace

std::string RawConnection::read_request() {
    std::size_t whole = 0;
    while (whole == 0 || m_buffer.size() < whole) {
        if (const auto end = m_buffer.find("\r\n\r\n"); whole == 0 && end != std::string::npos) {
            whole = end + 4 + content_length(std::string_view(m_buffer).substr(0, end));
            continue;
        }
        std::array<char, 1U << 14U> bytes;
        const auto n = ::recv(m_descriptor, bytes.data(), bytes.size(), 0);
        if (n <= 0) return {};
        m_buffer.append(bytes.data(), static_cast<std::size_t>(n));
    }
    auto request = m_buffer.substr(0, whole);
    m_buffer.erase(0, whole);
    return request;
}

void RawConnection::read_some() {
    std::array<char, 1U << 10U> bytes;
    (void)::recv(m_descriptor, bytes.data(), bytes.size(), 0);
}

bool RawConnection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

void RawConnection::wait_for_end() {
    std::array<char, 1U << 14U> bytes;
    while (::recv(m_descriptor, bytes.data(), bytes.size(), 0) > 0) {
    }
}

void RawConnection::reset_on_close() {
    const linger at_once{1, 0};
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

RawServer::RawServer(std::function<void(RawConnection&, int)> answer) : m_answer(std::move(answer)) {
    std::tie(m_listener, m_port) = bind_loopback();
    if (::listen(m_listener, 64) != 0) throw std::runtime_error("cannot listen");
    m_acceptor = std::thread([this] { accept_connections(); });
}

RawServer::~RawServer() {
    ::shutdown(m_listener, SHUT_RDWR);
    m_acceptor.join();
    ::close(m_listener);
    {
        const std::scoped_lock lock(m_mutex);
        for (const int descriptor : m_open) ::shutdown(descriptor, SHUT_RDWR);
    }
    for (auto& worker : m_workers) worker.join();
}

std::string RawServer::url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(m_port) + std::string(path);
}

int RawServer::connections() const {
    const std::scoped_lock lock(m_mutex);
    return m_count;
}

void RawServer::accept_connections() {
    while (true) {
        const int descriptor = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) return;
        const std::scoped_lock lock(m_mutex);
        m_open.push_back(descriptor);
        m_workers.emplace_back([this, descriptor, number = m_count++] { serve(descriptor, number); });
    }
}

void RawServer::serve(int descriptor, int number) {
    RawConnection connection(descriptor);
    m_answer(connection, number);
    const std::scoped_lock lock(m_mutex);
    std::erase(m_open, descriptor);
    ::close(descriptor);
}

std::uint16_t unused_port() {
    const auto [descriptor, port] = bind_loopback();
    ::close(descriptor);
    return port;
}

}  // namespace ely::testing
