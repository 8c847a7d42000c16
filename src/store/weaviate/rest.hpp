#pragma once

// The server's REST side: schema, nodes, readiness. It knows how to authenticate and what an answer's status means, and
// asks again for a while when the server is away and the request can be repeated. Objects travel over gRPC (rpc.hpp).

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/http_client.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"

namespace ely::store::weaviate {

// How long a server that is away is waited for before the error is told.
inline constexpr std::chrono::seconds k_patience(30);

// An answer with what stands around it, for those who look at the server itself.
struct RestAnswer {
    int status = 0;  // 0: there was no answer
    std::optional<Timestamp> date;
    double seconds = 0;
    Result<nlohmann::json> body = nlohmann::json();
};

// Any number of threads may use it at once.
class Rest {
  public:
    explicit Rest(const model::ClusterAccess& access);

    // The body of a 2xx answer, null when it has none. `path` begins with "/v1/". not_found, unauthorized (401, 403),
    // usage (400, 422: the server's own words), rate_limited, unavailable (5xx, no answer).
    [[nodiscard]] Result<nlohmann::json> get(std::string_view path) const;
    [[nodiscard]] Result<nlohmann::json> send(std::string_view method, std::string_view path,
                                              const nlohmann::json& body) const;
    [[nodiscard]] Result<void> remove(std::string_view path) const;
    // The same as get(), but a server that is away is told at once: for the first contact, where the address may be
    // wrong.
    [[nodiscard]] Result<nlohmann::json> get_now(std::string_view path) const;

    // One GET without patience.
    [[nodiscard]] RestAnswer look(std::string_view path, std::chrono::milliseconds timeout) const;

    [[nodiscard]] const std::string& url() const { return m_url; }
    // The command that looks at this cluster, for hints.
    [[nodiscard]] const std::string& check_command() const { return m_check_command; }

  private:
    [[nodiscard]] Result<std::string> request(std::string_view method, std::string_view path, std::string body,
                                              std::chrono::milliseconds patience = k_patience) const;
    [[nodiscard]] HttpRequest make_request(std::string_view method, std::string_view path, std::string body) const;
    [[nodiscard]] Result<std::string> request_once(const HttpRequest& request) const;

    std::string m_url;
    std::string m_check_command;
    std::vector<HttpHeader> m_headers;
    HttpClient m_client;
};

}  // namespace ely::store::weaviate
