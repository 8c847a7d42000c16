#include "store/weaviate/rest.hpp"

#include <charconv>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/version.hpp"
#include "store/weaviate/server_words.hpp"

namespace ely::store::weaviate {
namespace {

using nlohmann::json;

// {"error":[{"message":"…"}]} or {"message":"…"}; else the start of the body.
std::string server_words(const std::string& body) {
    const auto parsed = json::parse(body, nullptr, false);
    if (parsed.is_object()) {
        if (const auto errors = parsed.find("error"); errors != parsed.end() && errors->is_array()) {
            std::string out;
            for (const auto& error : *errors) {
                if (!error.is_object()) continue;
                out += (out.empty() ? "" : "; ") + error.value("message", std::string());
            }
            if (!out.empty()) return out;
        }
        if (const auto message = parsed.find("message"); message != parsed.end() && message->is_string()) {
            return message->get<std::string>();
        }
    }
    constexpr std::size_t k_shown = 300;
    return printable(body.substr(0, k_shown));
}

long long reset_time(const HttpResponse& response) {
    const auto text = response.header("retry-after");
    long long seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc{} && end == text.data() + text.size() ? std::time(nullptr) + seconds : 0;
}

Error to_error(const HttpResponse& response, const std::string& url, const std::string& check_command) {
    constexpr int k_bad_request = 400;
    constexpr int k_unauthorized = 401;
    constexpr int k_forbidden = 403;
    constexpr int k_not_found = 404;
    constexpr int k_unprocessable = 422;
    constexpr int k_too_many = 429;
    const auto words = server_words(response.body);
    const auto say = [&](Code code, std::string_view what, std::string hint) {
        return Error{code,
                     words.empty() ? fmt::format("{} {}", url, what) : fmt::format("{} {}: {}", url, what, words),
                     std::move(hint),
                     {},
                     0};
    };
    switch (response.status) {
        case k_unauthorized:
            return say(Code::unauthorized, "does not accept the key",
                       "elysiactl cluster show; the key comes from --api-key-env or --api-key-file");
        case k_forbidden:
            return say(Code::unauthorized, "does not allow this with this key",
                       "ask for a role that may, or use another key: elysiactl cluster add");
        case k_not_found:
            return say(Code::not_found, "does not have it", check_command);
        case k_bad_request:
        case k_unprocessable:
            if (code_of_object(words) == Code::io) {
                return read_only_error(fmt::format("{} cannot write: {}", url, words), check_command);
            }
            return say(Code::usage, "refuses it", {});
        case k_too_many: {
            auto error = say(Code::rate_limited, "asks to slow down", "try again later");
            error.resets_at = reset_time(response);
            return error;
        }
        default:
            return say(Code::unavailable, fmt::format("answers with status {}", response.status), check_command);
    }
}

// What was made by an earlier try, whose answer was lost, cannot be made once more.
bool is_there_already(const Error& refusal) {
    return refusal.code == Code::usage && refusal.message.find("already exists") != std::string::npos;
}

std::string text_of(const json& body) {
    return body.is_null() ? std::string() : body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<json> parse(const std::string& text, const std::string& url, const std::string& check_command) {
    if (text.empty()) return json();
    auto out = json::parse(text, nullptr, false);
    if (out.is_discarded()) {
        return fail(Code::corrupt, url + " answers with something that is not JSON",
                    "is this the address of a Weaviate server? " + check_command);
    }
    return out;
}

}  // namespace

Rest::Rest(const model::ClusterAccess& access, std::stop_token stop)
    : m_urls(access.other_urls),
      m_check_command("elysiactl cluster check " + access.name),
      m_client({.ca_file = access.ca_file, .user_agent = "elysiactl/" + std::string(version())}),
      m_stop(std::move(stop)),
      m_rotation(1 + access.other_urls.size()) {
    m_urls.insert(m_urls.begin(), access.url);
    if (!access.api_key.empty()) m_headers.push_back({"Authorization", "Bearer " + access.api_key});
    for (const auto& header : access.headers) m_headers.push_back({header.name, header.value});
}

HttpRequest Rest::make_request(const std::string& url, std::string_view method, std::string_view path,
                               std::string body) const {
    constexpr std::chrono::seconds k_timeout(60);
    HttpRequest request;
    request.method = std::string(method);
    request.url = url + std::string(path);
    request.headers = m_headers;
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(body);
    request.timeout = k_timeout;
    return request;
}

Result<std::string> Rest::send_request(const std::string& url, const HttpRequest& request) const {
    auto response = m_client.send(request, m_stop);
    if (!response) {
        auto error = std::move(response).error();
        if (error.hint.empty()) error.hint = m_check_command;
        return fail(std::move(error));
    }
    if (!response->ok()) return fail(to_error(*response, url, m_check_command));
    return std::move(response->body);
}

Result<std::string> Rest::ask(std::string_view method, std::string_view path, const std::string& body,
                              bool& unheard) const {
    Result<std::string> out = fail(Code::unavailable, {});
    for (const auto i : m_rotation.from_first(std::chrono::steady_clock::now())) {
        out = send_request(m_urls[i], make_request(m_urls[i], method, path, body));
        if (!out && unheard && method == "POST" && is_there_already(out.error())) out = std::string();
        if (!out && can_retry(out.error().code)) unheard = true;
        if (out || out.error().code != Code::unavailable) {
            m_rotation.answered(i);
            return out;
        }
        m_rotation.failed(i, std::chrono::steady_clock::now());
    }
    return out;
}

Result<std::string> Rest::ask_patiently(std::string_view method, std::string_view path, const std::string& body) const {
    bool unheard = false;
    return with_patience(k_patience, m_stop, [&] { return ask(method, path, body, unheard); });
}

RestAnswer Rest::look(std::string_view path, std::chrono::milliseconds timeout) const {
    RestAnswer out;
    for (const auto i : m_rotation.from_first(std::chrono::steady_clock::now())) {
        const auto& url = m_urls[i];
        auto request = make_request(url, "GET", path, {});
        request.timeout = timeout;
        const Stopwatch watch;
        const auto response = m_client.send(request, m_stop);
        out.seconds = watch.seconds();
        if (!response) {
            m_rotation.failed(i, std::chrono::steady_clock::now());
            out.body = fail(response.error());
            continue;
        }
        m_rotation.answered(i);
        out.status = response->status;
        out.date = from_http_date(response->header("date"));
        if (response->ok()) {
            out.body = parse(response->body, request.url, m_check_command);
        } else {
            out.body = fail(to_error(*response, url, m_check_command));
        }
        return out;
    }
    return out;
}

Result<json> Rest::get(std::string_view path) const {
    return send("GET", path, json());
}

Result<json> Rest::send(std::string_view method, std::string_view path, const json& body) const {
    ELY_TRY_ASSIGN(const auto text, ask_patiently(method, path, text_of(body)));
    return parse(text, url() + std::string(path), m_check_command);
}

Result<json> Rest::send_now(std::string_view method, std::string_view path, const json& body) const {
    bool unheard = false;
    ELY_TRY_ASSIGN(const auto text, ask(method, path, text_of(body), unheard));
    return parse(text, url() + std::string(path), m_check_command);
}

Result<void> Rest::remove(std::string_view path) const {
    ELY_TRY(ask_patiently("DELETE", path, {}));
    return {};
}

}  // namespace ely::store::weaviate
