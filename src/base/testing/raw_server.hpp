#pragma once

// A server on a free port of the loopback interface that does with each connection what a test says: answer in bytes of
// the test's choice, in pieces, in part or not at all. One thread a connection; all are over when the destructor is.

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ely::testing {

class RawConnection {
  public:
    explicit RawConnection(int descriptor) : m_descriptor(descriptor) {}
    // Headers and, by their content-length, the body; empty when the client hung up first.
    [[nodiscard]] std::string read_request();
    // Waits for the first bytes of whatever comes.
    void read_some();
    // False when the client is gone.
    bool write(std::string_view bytes);
    // Waits until the client hangs up, or the server ends.
    void wait_for_end();
    // The client sees "connection reset by peer" rather than the end of a stream.
    void reset_on_close();

  private:
    int m_descriptor;
    std::string m_buffer;
};

class RawServer {
  public:
    // `answer` is called with each connection and its number, from 0; the connection is closed when it returns.
    explicit RawServer(std::function<void(RawConnection&, int)> answer);
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;
    ~RawServer();
    [[nodiscard]] std::uint16_t port() const { return m_port; }
    [[nodiscard]] std::string url(std::string_view path = "/") const;
    [[nodiscard]] int connections() const;

  private:
    void accept_connections();
    void serve(int descriptor, int number);

    std::function<void(RawConnection&, int)> m_answer;
    int m_listener = -1;
    std::uint16_t m_port = 0;
    mutable std::mutex m_mutex;
    std::vector<int> m_open;  // guarded, as the two below
    int m_count = 0;
    std::vector<std::thread> m_workers;
    std::thread m_acceptor;
};

// A port of the loopback interface on which nobody listens.
[[nodiscard]] std::uint16_t unused_port();

}  // namespace ely::testing
