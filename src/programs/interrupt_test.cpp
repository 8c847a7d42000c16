#include "programs/interrupt.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/exit_status.hpp"

namespace ely::programs {
namespace {

// Returns when a stop has been asked for.
void wait_for_stop(const std::stop_token& token) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, token, [] { return false; });
}

// Runs `body` in a child process and gives its wait status.
template <typename Body>
int in_child(const Body& body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // A hanging child must not hang the test.
        ::alarm(60);
        body();
        ::_exit(42);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

}  // namespace

TEST_CASE("a signal asks for a stop, once for each object") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const int status = in_child([&] {
            for (int i = 0; i < 2; ++i) {
                const Interrupt interrupt;
                if (interrupt.token().stop_requested()) ::_exit(1);
                std::raise(signal);
                wait_for_stop(interrupt.token());
            }
        });
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 42);
    }
}

TEST_CASE("a second signal ends the process at once") {
    const int status = in_child([] {
        const Interrupt interrupt;
        std::raise(SIGINT);
        // At first they are taken for the same request, sent to the process and to its group; then they end it.
        while (true) std::raise(SIGINT);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == k_exit_interrupted);
}

TEST_CASE("one request that arrives twice is one request") {
    const int status = in_child([] {
        const Interrupt interrupt;
        std::raise(SIGINT);
        std::raise(SIGINT);
        wait_for_stop(interrupt.token());
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("signals are as they were behind it, and ignored ones stay ignored") {
    const int killed = in_child([] {
        { const Interrupt interrupt; }
        std::raise(SIGTERM);
    });
    CHECK(WIFSIGNALED(killed));
    CHECK(WTERMSIG(killed) == SIGTERM);
    const int ignored = in_child([] {
        std::signal(SIGHUP, SIG_IGN);
        const Interrupt interrupt;
        std::raise(SIGHUP);
        if (interrupt.token().stop_requested()) ::_exit(1);
    });
    CHECK(WEXITSTATUS(ignored) == 42);
}

}  // namespace ely::programs
