#include "base/http_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/process.hpp"
#include "base/text.hpp"

namespace ely {
namespace {

template <auto Free>
struct FreeWith {
    template <typename T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using Easy = std::unique_ptr<CURL, FreeWith<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, FreeWith<curl_multi_cleanup>>;
using UrlParts = std::unique_ptr<CURLU, FreeWith<curl_url_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, FreeWith<curl_slist_free_all>>;

// An easy handle in a multi handle of its own: the multi handle keeps the socket, and can be woken from another thread.
struct Connection {
    Multi multi{curl_multi_init()};
    Easy easy{curl_easy_init()};
};

struct Target {
    std::string host;
    std::string port;
    bool loopback = false;
    [[nodiscard]] std::string name() const { return host + ":" + port; }
};

bool is_loopback(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]";
}

std::optional<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return std::nullopt;
    std::string out = text;
    curl_free(text);
    return out;
}

Result<Target> target_of(const std::string& url) {
    const UrlParts parts(curl_url());
    if (!parts) return fail(Code::io, "out of memory");
    const auto shown = printable(redact_urls(url));
    if (const auto code = curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME)) {
        return fail(Code::unsupported, fmt::format("\"{}\" is not a URL: {}", shown, curl_url_strerror(code)),
                    "give it as http://HOST:PORT or https://HOST:PORT");
    }
    const auto scheme = part_of(parts.get(), CURLUPART_SCHEME).value_or("");
    const auto host = part_of(parts.get(), CURLUPART_HOST).value_or("");
    if ((scheme != "http" && scheme != "https") || host.empty()) {
        return fail(Code::unsupported, fmt::format("\"{}\" is not an http or https URL", shown),
                    "give it as http://HOST:PORT or https://HOST:PORT");
    }
    const auto port = part_of(parts.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
    return Target{host, port, is_loopback(to_lower_ascii(host))};
}

// What is taken from one answer as it comes.
struct Receiving {
    HttpResponse response;
    std::uint64_t limit = 0;
    bool headers_complete = false;
    bool too_large = false;
    bool out_of_memory = false;

    bool take_header(std::string_view line) {
        if (line.starts_with("HTTP/")) {  // also after an interim answer (1xx), of which nothing is kept
            response.headers.clear();
            headers_complete = false;
            return true;
        }
        const auto text = trim(line);
        if (text.empty()) {
            headers_complete = true;
            return true;
        }
        const auto colon = text.find(':');
        if (colon == std::string_view::npos) return true;
        response.headers.push_back(
            {to_lower_ascii(trim(text.substr(0, colon))), std::string(trim(text.substr(colon + 1)))});
        return true;
    }

    bool take_body(std::string_view bytes) {
        too_large = bytes.size() > limit - response.body.size();
        if (!too_large) response.body += bytes;
        return !too_large;
    }
};

template <bool (Receiving::*Take)(std::string_view)>
std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* user) {
    auto& receiving = *static_cast<Receiving*>(user);
    try {
        return (receiving.*Take)({bytes, size * count}) ? size * count : 0;
    } catch (const std::exception&) {  // not through C
        receiving.out_of_memory = true;
        return 0;
    }
}

Result<void> append_header(HeaderList& list, const std::string& line) {
    auto* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return fail(Code::io, "out of memory");
    (void)list.release();
    list.reset(longer);
    return {};
}

bool has_header(const HttpRequest& request, std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const HttpHeader& header) { return to_lower_ascii(header.name) == name; });
}

Result<HeaderList> header_list(const HttpRequest& request) {
    HeaderList list;
    for (const auto& [name, value] : request.headers) {
        const auto foreign = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
        if (name.empty() ||
            std::any_of(name.begin(), name.end(), [](char c) { return std::isgraph(c) == 0 || c == ':'; }))
            return fail(Code::usage, fmt::format("\"{}\" is not a header's name", printable(name)));
        if (std::any_of(value.begin(), value.end(), foreign))
            return fail(Code::usage, fmt::format("the value of the header {} has a line break in it", name));
        const auto sent = trim(value);
        ELY_TRY(append_header(list, sent.empty() ? name + ";" : fmt::format("{}: {}", name, sent)));
    }
    // What curl would add by itself: a wait for "100 Continue" before a large body, and a type that it is not.
    ELY_TRY(append_header(list, "Expect:"));
    if (!has_header(request, "content-type")) ELY_TRY(append_header(list, "Content-Type:"));
    return list;
}

void set_method(CURL* easy, const HttpRequest& request) {
    const bool sends_body =
        !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (sends_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

// One request on one connection; what curl is given pointers to lives as long as this.
class Exchange {
  public:
    Exchange(const Connection& connection, const HttpClientOptions& options, const HttpRequest& request,
             const Target& target)
        : m_connection(connection), m_options(options), m_request(request), m_target(target) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() { curl_easy_reset(m_connection.easy.get()); }  // keeps the socket, forgets our pointers

    Result<HttpResponse> run(const std::stop_token& stop) {
        ELY_TRY_ASSIGN(m_headers, header_list(m_request));
        set_options();
        auto code = perform(stop);
        if (is_stale(code)) {
            curl_easy_setopt(m_connection.easy.get(), CURLOPT_FRESH_CONNECT, 1L);
            code = perform(stop);
        }
        if (!code) return fail(Code::cancelled, "stopped while waiting for " + m_target.name());
        if (*code != CURLE_OK) return fail(error_of(*code));
        if (!m_receiving.headers_complete) return fail(cut_off());
        long status = 0;
        curl_easy_getinfo(m_connection.easy.get(), CURLINFO_RESPONSE_CODE, &status);
        m_receiving.response.status = static_cast<int>(status);
        return std::move(m_receiving.response);
    }

  private:
    void set_options() {
        auto* easy = m_connection.easy.get();
        curl_easy_setopt(easy, CURLOPT_URL, m_request.url.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // no waiting for the resolver when stopped
        curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        if (m_target.loopback) curl_easy_setopt(easy, CURLOPT_PROXY, "");
        if (!m_options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, m_options.ca_file.c_str());
        if (!m_options.user_agent.empty()) curl_easy_setopt(easy, CURLOPT_USERAGENT, m_options.user_agent.c_str());
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(m_options.connect_timeout.count()));
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(m_request.timeout.count()));
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, m_headers.get());
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, m_details.data());
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &receive<&Receiving::take_header>);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &m_receiving);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &receive<&Receiving::take_body>);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &m_receiving);
        set_method(easy, m_request);
    }

    // nullopt: stopped.
    std::optional<CURLcode> perform(const std::stop_token& stop) {
        auto* multi = m_connection.multi.get();
        m_receiving = Receiving{};
        m_receiving.limit = m_options.max_response_bytes;
        m_details[0] = '\0';
        const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
        if (curl_multi_add_handle(multi, m_connection.easy.get()) != CURLM_OK) return CURLE_FAILED_INIT;
        const auto code = wait_for_end(stop);
        curl_multi_remove_handle(multi, m_connection.easy.get());
        return code;
    }

    std::optional<CURLcode> wait_for_end(const std::stop_token& stop) {
        auto* multi = m_connection.multi.get();
        while (true) {
            if (stop.stop_requested()) return std::nullopt;
            int running = 0;
            if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
            int left = 0;
            for (auto* message = curl_multi_info_read(multi, &left); message != nullptr;
                 message = curl_multi_info_read(multi, &left)) {
                if (message->msg == CURLMSG_DONE) return message->data.result;
            }
            if (curl_multi_poll(multi, nullptr, 0, 1000, nullptr) != CURLM_OK) return CURLE_FAILED_INIT;
        }
    }

    // A kept connection that the server had closed, or closes now, without a byte of an answer. curl sees to it itself
    // when it notices by reading, but not when it notices by writing.
    [[nodiscard]] bool is_stale(std::optional<CURLcode> code) const {
        if (code != CURLE_SEND_ERROR && code != CURLE_RECV_ERROR && code != CURLE_GOT_NOTHING) return false;
        long opened = 0;
        curl_easy_getinfo(m_connection.easy.get(), CURLINFO_NUM_CONNECTS, &opened);
        return opened == 0 && !answer_began();
    }

    [[nodiscard]] bool answer_began() const {
        long header_bytes = 0;
        curl_easy_getinfo(m_connection.easy.get(), CURLINFO_HEADER_SIZE, &header_bytes);
        return header_bytes > 0 || !m_receiving.response.body.empty();
    }

    [[nodiscard]] std::string details(CURLcode code) const {
        return redact_urls(m_details[0] != '\0' ? m_details.data() : curl_easy_strerror(code));
    }

    [[nodiscard]] Error cut_off() const {
        return {Code::unavailable, "the answer of " + m_target.name() + " is cut off", {}, {}, 0};
    }

    [[nodiscard]] Error error_of(CURLcode code) const {
        const auto name = m_target.name();
        if (m_receiving.too_large) {
            return {Code::io,
                    fmt::format("the answer of {} is longer than {}", name, format_size(m_options.max_response_bytes)),
                    {},
                    {},
                    0};
        }
        if (m_receiving.out_of_memory || code == CURLE_OUT_OF_MEMORY) return {Code::io, "out of memory", {}, {}, 0};
        if (code == CURLE_OPERATION_TIMEDOUT) return timed_out();
        if (code == CURLE_PEER_FAILED_VERIFICATION) {
            return {
                Code::unauthorized,
                fmt::format("the certificate of {} is not trusted: {}", name, details(code)),
                "name the certificate authority that signed it with --ca-file, and the host as the certificate does",
                {},
                0};
        }
        if (code == CURLE_SSL_CACERT_BADFILE) {
            return {Code::not_found,
                    details(code),
                    m_options.ca_file.empty() ? "install the package ca-certificates, or give --ca-file"
                                              : "give a file of PEM certificates with --ca-file",
                    {},
                    0};
        }
        // An http URL that gets here has been looked at: what is not supported is the answer.
        const bool not_http = code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY;
        if (not_http) return {Code::corrupt, fmt::format("{} does not answer in HTTP", name), {}, {}, 0};
        if (code == CURLE_PARTIAL_FILE || answer_began()) return cut_off();
        return no_connection(code);
    }

    [[nodiscard]] Error timed_out() const {
        double began = 0;  // the request itself; 0 while there is no connection for it
        curl_easy_getinfo(m_connection.easy.get(), CURLINFO_PRETRANSFER_TIME, &began);
        const auto limit = began > 0 ? m_request.timeout : m_options.connect_timeout;
        const auto shortest = m_request.timeout.count() > 0 ? std::min(limit, m_request.timeout) : limit;
        return {Code::timeout,
                fmt::format("no {} {} within {}", began > 0 ? "whole answer from" : "connection to", m_target.name(),
                            format_duration(static_cast<double>(shortest.count()) / 1000)),
                {},
                {},
                0};
    }

    [[nodiscard]] Error no_connection(CURLcode code) const {
        Error error{Code::unavailable, {}, {}, {}, 0};
        long number = 0;
        curl_easy_getinfo(m_connection.easy.get(), CURLINFO_OS_ERRNO, &number);
        if (code == CURLE_COULDNT_RESOLVE_HOST) {
            error.message = fmt::format("cannot reach {}: no such host", m_target.name());
        } else if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) {
            error.message = fmt::format("{} closed the connection without an answer", m_target.name());
        } else if (code == CURLE_COULDNT_CONNECT && number != 0) {
            error.message =
                fmt::format("cannot reach {}: {}", m_target.name(), std::strerror(static_cast<int>(number)));
        } else {
            error.message = fmt::format("cannot reach {}: {}", m_target.name(), details(code));
        }
        if (code == CURLE_SSL_CONNECT_ERROR) error.hint = "does the server speak https there? If not, use http://";
        return error;
    }

    const Connection& m_connection;
    const HttpClientOptions& m_options;
    const HttpRequest& m_request;
    const Target& m_target;
    HeaderList m_headers;
    Receiving m_receiving;
    std::array<char, CURL_ERROR_SIZE> m_details{};
};

bool start_curl() {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return started;
}

bool is_method(std::string_view method) {
    return !method.empty() && std::all_of(method.begin(), method.end(), [](char c) { return std::isalpha(c) != 0; });
}

}  // namespace

// Those that no request uses now, the latest used last.
struct HttpClient::Connections {
    std::mutex mutex;
    std::vector<Connection> free;

    Connection take() {
        const std::scoped_lock lock(mutex);
        if (free.empty()) return {};
        auto connection = std::move(free.back());
        free.pop_back();
        return connection;
    }
    void give_back(Connection connection) {
        const std::scoped_lock lock(mutex);
        free.push_back(std::move(connection));
    }
};

HttpClient::HttpClient(HttpClientOptions options)
    : m_options(std::move(options)), m_connections(std::make_unique<Connections>()) {}
HttpClient::HttpClient(HttpClient&& other) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&& other) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request, std::stop_token stop) const {
    if (!start_curl()) return fail(Code::internal, "the HTTP library does not start");
    if (!is_method(request.method))
        return fail(Code::usage, fmt::format("\"{}\" is not an HTTP method", printable(request.method)));
    ELY_TRY_ASSIGN(const auto target, target_of(request.url));
    auto connection = m_connections->take();
    if (!connection.multi || !connection.easy) return fail(Code::io, "out of memory");
    auto response = Exchange(connection, m_options, request, target).run(stop);
    m_connections->give_back(std::move(connection));
    return response;
}

}  // namespace ely
