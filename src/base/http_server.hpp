#pragma once

// A small HTTP/1.1 server for endpoints of our own. One thread waits for all connections and reads whole requests from
// them; a bounded number of threads answer. So a connection that is kept, or a slow client, takes no thread, and
// stopping waits for nothing but the answers that are being worked on. It has no TLS and knows no user: whoever reaches
// the address may ask.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/http_message.hpp"
#include "base/http_request_parser.hpp"
#include "base/result.hpp"

namespace ely {

struct HttpServerOptions {
    std::string address = "127.0.0.1";  // or an IPv6 address, or a host's name
    std::uint16_t port = 0;             // 0: any free one
    unsigned threads = 4;               // that answer, at once
    std::size_t max_connections = 512;  // more wait until one is closed
    HttpRequestLimits limits;
    std::chrono::milliseconds idle_timeout{60'000};     // of a kept connection
    std::chrono::milliseconds request_timeout{30'000};  // from a request's first byte to its last, and for an answer's
};

struct HttpRoute {
    std::string method;  // GET answers HEAD as well
    std::string path;    // the whole of it
    // Called from any of the threads, several at once. What it throws is answered with 500.
    std::function<HttpResponse(const HttpServerRequest&)> answer;
};

class HttpServer {
  public:
    // Listens from here on; who connects is served once serve() runs. conflict: the port is in use; unauthorized: it is
    // not ours to take; not_found: no such address here.
    static Result<HttpServer> bind(HttpServerOptions options, std::vector<HttpRoute> routes);
    HttpServer(HttpServer&& other) noexcept;
    HttpServer& operator=(HttpServer&& other) noexcept;
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    [[nodiscard]] std::uint16_t port() const { return m_port; }
    [[nodiscard]] std::string url() const;  // "http://127.0.0.1:8600"

    // Until a stop is asked for: then requests that have come whole are answered, and everything is closed. Once only.
    Result<void> serve(std::stop_token stop);

  private:
    HttpServer(HttpServerOptions options, std::vector<HttpRoute> routes, int listener, std::uint16_t port);
    void close_listener();

    HttpServerOptions m_options;
    std::vector<HttpRoute> m_routes;
    int m_listener = -1;
    std::uint16_t m_port = 0;
};

// "127.0.0.1", "::1", "localhost" and their like: what reaches this machine alone.
[[nodiscard]] bool is_loopback_address(std::string_view address);

}  // namespace ely
