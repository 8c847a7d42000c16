#include "base/testing/raw_client.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ely::testing {

RawClient::RawClient(std::uint16_t port) : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (m_socket < 0 || ::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
}

void RawClient::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto n = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

void RawClient::end_sending() const {
    ::shutdown(m_socket, SHUT_WR);
}

std::string RawClient::read_to_end() const {
    std::string out;
    std::array<char, 1U << 14U> bytes;
    while (true) {
        const auto n = ::recv(m_socket, bytes.data(), bytes.size(), 0);
        if (n <= 0) return out;
        out.append(bytes.data(), static_cast<std::size_t>(n));
    }
}

std::string RawClient::read_until(std::string_view mark) const {
    std::string out;
    char byte = 0;
    while (out.find(mark) == std::string::npos && ::recv(m_socket, &byte, 1, 0) == 1) out += byte;
    return out;
}

void RawClient::close() {
    if (m_socket >= 0) ::close(std::exchange(m_socket, -1));
}

}  // namespace ely::testing
