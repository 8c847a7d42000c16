#include "base/testing/private_network.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ely::testing {
namespace {

constexpr const char* k_hint =
    "run the tests as root, or allow namespaces (sysctl kernel.unprivileged_userns_clone=1); or set "
    "ELY_TESTS_ON_OPEN_NETWORK=1: then some ports of the tests' servers can be reached from the machine's network";

Error network_error(const char* what) {
    auto error = errno_error(errno, what);
    error.hint = k_hint;
    return error;
}

// Files of /proc take their whole content in one write.
Result<void> write_once(const char* path, std::string_view content) {
    const int file = ::open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return fail(network_error(path));
    const auto written = ::write(file, content.data(), content.size());
    const int error = errno;
    ::close(file);
    errno = error;
    if (written != static_cast<ssize_t>(content.size())) return fail(network_error(path));
    return {};
}

// A user may have a network of their own only in a user namespace of their own, where they keep their number.
Result<void> enter_with_user_namespace() {
    const auto user = std::to_string(::geteuid());
    const auto group = std::to_string(::getegid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return fail(network_error("cannot enter a network of our own"));
    ELY_TRY(write_once("/proc/self/setgroups", "deny"));
    ELY_TRY(write_once("/proc/self/uid_map", user + " " + user + " 1"));
    ELY_TRY(write_once("/proc/self/gid_map", group + " " + group + " 1"));
    return {};
}

Result<void> bring_loopback_up() {
    const int control = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return fail(network_error("cannot open a socket"));
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool up = ::ioctl(control, SIOCSIFFLAGS, &request) == 0;
    const int error = errno;
    ::close(control);
    errno = error;
    if (!up) return fail(network_error("cannot bring the loopback interface up"));
    return {};
}

}  // namespace

Result<void> enter_private_network() {
    const char* open = std::getenv("ELY_TESTS_ON_OPEN_NETWORK");
    if (open != nullptr && std::string_view(open) == "1") return {};
    if (::unshare(CLONE_NEWNET) != 0) {
        if (errno != EPERM) return fail(network_error("cannot enter a network of our own"));
        ELY_TRY(enter_with_user_namespace());
    }
    return bring_loopback_up();
}

}  // namespace ely::testing
