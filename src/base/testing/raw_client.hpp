#pragma once

// A connection to a server of ours that sends what a test says, be it HTTP or not.

#include <cstdint>
#include <string>
#include <string_view>

namespace ely::testing {

class RawClient {
  public:
    explicit RawClient(std::uint16_t port);  // on 127.0.0.1
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient() { close(); }

    void send(std::string_view bytes) const;
    // No more will be sent; answers can still come.
    void end_sending() const;
    // Up to where the server closes the connection.
    [[nodiscard]] std::string read_to_end() const;
    // Until `mark` has come, or the end.
    [[nodiscard]] std::string read_until(std::string_view mark) const;
    void close();

  private:
    int m_socket = -1;
};

}  // namespace ely::testing
