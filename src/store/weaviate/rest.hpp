#pragma once

// The server's REST side: schema, nodes, readiness. It knows how to authenticate and what an answer's status means, and
// asks again for a while when the server is away and the request can be repeated. Objects usually travel over gRPC
// (rpc.hpp).
//
// A cluster may have several addresses: the first is asked while it answers, then the next, so that who asks twice asks
// the same node.

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/http_client.hpp"
#include "base/result.hpp"
#include "model/cluster_profile.hpp"
#include "store/weaviate/patience.hpp"
#include "store/weaviate/rotation.hpp"

namespace ely::store::weaviate {

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
    // `stop` ends what is under way, and the waiting for a server that is away.
    explicit Rest(const model::ClusterAccess& access, std::stop_token stop = {});

    // The body of a 2xx answer, null when it has none. `path` begins with "/v1/". not_found, unauthorized (401, 403),
    // usage (400, 422: the server's own words), rate_limited, unavailable (5xx, no answer).
    [[nodiscard]] Result<nlohmann::json> get(std::string_view path) const;
    [[nodiscard]] Result<nlohmann::json> send(std::string_view method, std::string_view path,
                                              const nlohmann::json& body) const;
    [[nodiscard]] Result<void> remove(std::string_view path) const;
    // The same, but a server that is away is told at once: for the first contact, where the address may be wrong, and
    // for those who have patience of their own. A null body is none.
    [[nodiscard]] Result<nlohmann::json> send_now(std::string_view method, std::string_view path,
                                                  const nlohmann::json& body) const;

    // One GET, without patience.
    [[nodiscard]] RestAnswer look(std::string_view path, std::chrono::milliseconds timeout) const;

    // The first address.
    [[nodiscard]] const std::string& url() const { return m_urls.front(); }
    [[nodiscard]] const std::stop_token& stop() const { return m_stop; }
    // The command that looks at this cluster, for hints.
    [[nodiscard]] const std::string& check_command() const { return m_check_command; }

  private:
    // One request, to one address after the other until one answers. `unheard`: whether one was sent before whose
    // answer was lost; it may have been carried out.
    [[nodiscard]] Result<std::string> ask(std::string_view method, std::string_view path, const std::string& body,
                                          bool& unheard) const;
    [[nodiscard]] Result<std::string> ask_patiently(std::string_view method, std::string_view path,
                                                    const std::string& body) const;
    [[nodiscard]] HttpRequest make_request(const std::string& url, std::string_view method, std::string_view path,
                                           std::string body) const;
    [[nodiscard]] Result<std::string> send_request(const std::string& url, const HttpRequest& request) const;

    std::vector<std::string> m_urls;
    std::string m_check_command;
    std::vector<HttpHeader> m_headers;
    HttpClient m_client;
    std::stop_token m_stop;
    mutable Rotation m_rotation;
};

}  // namespace ely::store::weaviate
