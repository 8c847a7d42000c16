#include "base/crash_point.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

namespace ely {
namespace {

// Sends this process a signal at the pass that a variable names.
class Plan {
  public:
    Plan(const char* variable, int signal) : m_signal(signal) {
        const char* text = std::getenv(variable);
        if (text == nullptr || *text == '\0') return;
        const std::string_view view(text);
        const auto colon = view.rfind(':');
        m_name = view.substr(0, colon);
        m_pass = colon == std::string_view::npos ? 1 : std::strtol(text + colon + 1, nullptr, 10);
    }
    void pass(const char* name) {
        if (m_pass == 0 || m_name != name) return;
        if (m_passes.fetch_add(1) + 1 == m_pass) ::kill(::getpid(), m_signal);
    }

  private:
    const int m_signal;
    std::string m_name;
    long m_pass = 0;
    std::atomic<long> m_passes{0};
};

}  // namespace

void crash_point(const char* name) {
    static Plan crash("ELYSIACTL_CRASH_AT", SIGKILL);
    static Plan stop("ELYSIACTL_STOP_AT", SIGSTOP);
    crash.pass(name);
    stop.pass(name);
}

}  // namespace ely
