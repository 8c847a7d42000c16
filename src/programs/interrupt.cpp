#include "programs/interrupt.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

#include "programs/exit_status.hpp"

namespace ely::programs {
namespace {

// A signal handler may touch lock-free atomics and write(2), so the news goes through a pipe to a thread.
// Milliseconds on the monotonic clock at the first signal; 0 before it.
std::atomic<long long> g_first_signal = 0;
std::atomic<int> g_write_end = -1;
std::array<int, 2> g_pipe{-1, -1};
constexpr std::array k_signals{SIGINT, SIGTERM, SIGHUP};

// Shells and supervisors send one request to a process and to its group: what comes that close is the same request.
constexpr long long k_same_request_milliseconds = 500;

constexpr char k_signalled = 's';
constexpr char k_ended = 'e';

long long monotonic_milliseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

void on_signal(int) {
    const int saved = errno;
    const auto now = monotonic_milliseconds();
    long long first = 0;
    if (g_first_signal.compare_exchange_strong(first, now)) {
        [[maybe_unused]] const auto written = ::write(g_write_end.load(), &k_signalled, 1);
    } else if (now - first >= k_same_request_milliseconds) {
        ::_exit(k_exit_interrupted);
    }
    errno = saved;
}

void set_handlers(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    for (const int signal : k_signals) {
        struct sigaction present = {};
        ::sigaction(signal, nullptr, &present);
        // nohup and shells' background jobs have these ignored; that stays so.
        if (present.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
    }
}

}  // namespace

Interrupt::Interrupt() {
    std::signal(SIGPIPE, SIG_IGN);
    if (::pipe2(g_pipe.data(), O_CLOEXEC) != 0) return;
    g_first_signal = 0;
    g_write_end = g_pipe[1];
    m_watcher = std::thread([this] {
        char news = 0;
        while (true) {
            const auto count = ::read(g_pipe[0], &news, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count != 1 || news == k_ended) return;
            m_source.request_stop();
        }
    });
    set_handlers(on_signal);
}

Interrupt::~Interrupt() {
    if (!m_watcher.joinable()) return;
    set_handlers(SIG_DFL);
    [[maybe_unused]] const auto written = ::write(g_pipe[1], &k_ended, 1);
    m_watcher.join();
    g_write_end = -1;
    ::close(g_pipe[0]);
    ::close(g_pipe[1]);
}

}  // namespace ely::programs
