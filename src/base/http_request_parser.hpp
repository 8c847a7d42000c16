#pragma once

// Bytes to HTTP/1.1 requests, as they come in: any division of the same bytes gives the same requests. Strict, since
// two readings of one message are how requests are smuggled: lines end in CR LF, a body's length is said once and in
// one way. It knows no socket, no route and no clock.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/http_message.hpp"

namespace ely {

struct HttpServerRequest {
    std::string method;
    std::string path;                 // as sent, "/a%20b"
    std::string query;                // behind '?', as sent
    std::vector<HttpHeader> headers;  // names in lower case
    std::string body;
    [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

struct HttpRequestLimits {
    std::size_t head_bytes = 16U << 10U;  // request line and headers
    std::size_t body_bytes = 16U << 20U;
};

class HttpRequestParser {
  public:
    enum class State { incomplete, complete, failed };

    explicit HttpRequestParser(HttpRequestLimits limits) : m_limits(limits) {}

    // What comes behind a complete request is kept for the next one.
    State feed(std::string_view bytes);
    [[nodiscard]] State state() const { return m_state; }
    // Nothing of a next request has come.
    [[nodiscard]] bool idle() const {
        return m_state == State::incomplete && m_stage == Stage::head && m_buffer.empty();
    }
    // True once a request, when its sender waits for "100 Continue" before it sends the body.
    [[nodiscard]] bool take_expectation();
    // The complete request; then begins with the next: look at state().
    HttpServerRequest take();
    // Of the request that take() gives, to be asked before it: whether its sender wants the connection kept.
    [[nodiscard]] bool keeps_connection() const { return m_keep; }

    // failed: the status to answer with, and why. What follows on this connection has no meaning.
    [[nodiscard]] int error_status() const { return m_error_status; }
    [[nodiscard]] std::string_view error_text() const { return m_error_text; }

  private:
    enum class Stage { head, body, chunk_size, chunk_data, chunk_end, trailers };

    void advance();
    bool step();
    bool read_head();
    bool read_body();
    bool read_chunk_size();
    bool read_chunk_data();
    bool read_chunk_end();
    bool read_trailers();
    bool parse_request_line(std::string_view line);
    bool parse_header(std::string_view line);
    bool settle_framing();
    bool settle_length();
    [[nodiscard]] std::size_t size_until(std::size_t end, std::string_view mark) const;
    [[nodiscard]] std::size_t count_headers(std::string_view name) const;
    bool refuse(int status, std::string_view text);

    HttpRequestLimits m_limits;
    State m_state = State::incomplete;
    Stage m_stage = Stage::head;
    std::string m_buffer;
    std::size_t m_at = 0;       // where in the buffer the unread part begins
    std::size_t m_scanned = 0;  // up to where the end of the head was looked for
    std::size_t m_left = 0;     // of the body or of a chunk
    std::size_t m_trailer_bytes = 0;
    HttpServerRequest m_request;
    bool m_keep = false;
    bool m_expects = false;
    bool m_version_1_0 = false;
    int m_error_status = 0;
    std::string_view m_error_text;
};

}  // namespace ely
