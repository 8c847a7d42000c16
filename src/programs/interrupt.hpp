#pragma once

// Ctrl-C, SIGTERM and SIGHUP as a stop_token: the first asks the work to stop, a second one ends the process at once
// with 130, unless it comes at once with the first (one request, sent to the process and to its group). At most one
// object of this class at a time.

#include <stop_token>
#include <thread>

namespace ely::programs {

class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    [[nodiscard]] std::stop_token token() const { return m_source.get_token(); }

  private:
    std::stop_source m_source;
    std::thread m_watcher;
};

}  // namespace ely::programs
