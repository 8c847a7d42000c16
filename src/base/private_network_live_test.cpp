#include "base/testing/private_network.hpp"

#include <string>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ely {
namespace {

TEST_CASE("a program of live tests has the loopback interface and nothing else") {
    ifaddrs* first = nullptr;
    REQUIRE(::getifaddrs(&first) == 0);
    std::string names;
    for (auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if ((entry->ifa_flags & IFF_UP) != 0 && names.find(entry->ifa_name) == std::string::npos)
            names += entry->ifa_name;
    }
    ::freeifaddrs(first);
    CHECK(names == "lo");
}

TEST_CASE("it can be listened on and reached in there, and nothing beyond it") {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(server, 1) == 0);
    socklen_t length = sizeof address;
    REQUIRE(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(client);

    const int outward = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::inet_pton(AF_INET, "192.0.2.1", &address.sin_addr) == 1);  // an address for documentation
    CHECK(::connect(outward, reinterpret_cast<const sockaddr*>(&address), sizeof address) == -1);
    CHECK(errno == ENETUNREACH);
    ::close(outward);
    ::close(server);
}

}  // namespace
}  // namespace ely
