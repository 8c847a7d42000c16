#pragma once

// Requests over HTTP and HTTPS: one call sends one request and waits for the whole answer. Connections are kept for the
// next request to the same server. Any HTTP status is a value; an error means that there is no whole answer. It follows
// no redirect, keeps no cookies and tries nothing again that a server may have begun to answer: what a status means,
// and whether to ask once more, is the caller's to know.

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/http_message.hpp"
#include "base/result.hpp"

namespace ely {

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::vector<HttpHeader> headers;
    std::string body;
    std::chrono::milliseconds timeout{30'000};  // for all of it; 0: none
};

struct HttpClientOptions {
    Path ca_file;  // PEM: certificate authorities to trust beside the system's
    std::chrono::milliseconds connect_timeout{5'000};
    std::uint64_t max_response_bytes = 1ULL << 30U;
    std::string user_agent;
};

// Any number of threads may send at once; each then has a connection of its own. Move only.
class HttpClient {
  public:
    explicit HttpClient(HttpClientOptions options = {});
    HttpClient(HttpClient&& other) noexcept;
    HttpClient& operator=(HttpClient&& other) noexcept;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    // unavailable (nobody listens, no such host, hung up before the end of the answer; names host and port), timeout,
    // cancelled, unauthorized (a certificate that is not trusted), corrupt (an answer that is not HTTP), io (an answer
    // beyond max_response_bytes), unsupported (not an http or https URL). A kept connection that turns out to have been
    // closed by the server is replaced and the request sent once more.
    [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop = {}) const;

  private:
    struct Connections;
    HttpClientOptions m_options;
    std::unique_ptr<Connections> m_connections;
};

}  // namespace ely
