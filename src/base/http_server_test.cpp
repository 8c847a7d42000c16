#include "base/http_server.hpp"

#include <atomic>
#include <barrier>
#include <future>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "base/http_client.hpp"
#include "base/testing/raw_client.hpp"

namespace ely {
namespace {

using testing::RawClient;

HttpResponse echo(const HttpServerRequest& request) {
    HttpResponse response{200, {{"x-kind", std::string(request.header("X-Kind"))}}, {}};
    response.body = request.method + " " + request.path + " " + request.query + " " + request.body;
    return response;
}

const std::vector<HttpRoute> k_echo{{"GET", "/echo", echo}, {"POST", "/echo", echo}};

class RunningServer {
  public:
    explicit RunningServer(std::vector<HttpRoute> routes, HttpServerOptions options = {})
        : m_server(bind(std::move(routes), std::move(options))),
          m_thread([this](const std::stop_token& stop) { m_result.set_value(m_server.serve(stop)); }) {}
    [[nodiscard]] std::uint16_t port() const { return m_server.port(); }
    [[nodiscard]] std::string url(std::string_view path) const { return m_server.url() + std::string(path); }
    void ask_to_stop() { m_thread.request_stop(); }
    Result<void> wait() {
        m_thread.join();
        return m_result.get_future().get();
    }

  private:
    static HttpServer bind(std::vector<HttpRoute> routes, HttpServerOptions options) {
        auto server = HttpServer::bind(std::move(options), std::move(routes));
        REQUIRE_MESSAGE(server, server.error().text());
        return *std::move(server);
    }
    HttpServer m_server;
    std::promise<Result<void>> m_result;
    std::jthread m_thread;
};

Result<HttpResponse> get(const HttpClient& client, const std::string& url) {
    return client.send({.method = "GET", .url = url, .headers = {}, .body = ""});
}

TEST_CASE("routes, and what is none") {
    const RunningServer server(k_echo);
    const HttpClient client;
    const auto response =
        client.send({.method = "POST", .url = server.url("/echo?a=b"), .headers = {{"x-kind", "k"}}, .body = "text"});
    REQUIRE_MESSAGE(response, response.error().text());
    CHECK(response->status == 200);
    CHECK(response->body == "POST /echo a=b text");
    CHECK(response->header("x-kind") == "k");
    const auto head = client.send({.method = "HEAD", .url = server.url("/echo"), .headers = {}, .body = ""});
    CHECK(head->status == 200);
    CHECK(head->header("content-length") == "12");
    const auto none = get(client, server.url("/echo/"));
    CHECK(none->status == 404);
    CHECK(none->body == R"({"error":"there is nothing at /echo/"})");
    const auto other = client.send({.method = "DELETE", .url = server.url("/echo"), .headers = {}, .body = ""});
    CHECK(other->status == 405);
    CHECK(other->header("allow") == "GET, POST");
}

TEST_CASE("what a route throws is answered, and the server goes on") {
    const RunningServer server(
        {{"GET", "/", [](const HttpServerRequest&) -> HttpResponse { throw std::runtime_error("secret"); }},
         {"GET", "/none", [](const HttpServerRequest&) {
              return HttpResponse{204, {}, {}};
          }}});
    const HttpClient client;
    const auto failed = get(client, server.url("/"));
    CHECK(failed->status == 500);
    CHECK(failed->body == R"({"error":"internal error"})");
    CHECK(get(client, server.url("/none"))->status == 204);
}

TEST_CASE("large bodies both ways; one beyond the limit") {
    HttpServerOptions options;
    options.limits.body_bytes = 20'000'000;
    const RunningServer server(k_echo, options);
    const HttpClient client;
    std::string body(options.limits.body_bytes, 'x');
    const auto fits = client.send({.method = "POST", .url = server.url("/echo"), .headers = {}, .body = body});
    REQUIRE_MESSAGE(fits, fits.error().text());
    CHECK((fits->body == "POST /echo  " + body));
    body += 'x';
    const auto refused = client.send({.method = "POST", .url = server.url("/echo"), .headers = {}, .body = body});
    REQUIRE_MESSAGE(refused, refused.error().text());
    CHECK(refused->status == 413);
    CHECK(get(client, server.url("/echo"))->ok());
}

TEST_CASE("kept connections take no thread") {
    HttpServerOptions options;
    options.threads = 1;
    RunningServer server(k_echo, options);
    std::vector<HttpClient> clients(40);
    for (int round = 0; round < 3; ++round) {
        for (const auto& client : clients) {
            const Stopwatch watch;
            CHECK(get(client, server.url("/echo"))->ok());
            CHECK(watch.seconds() < 2);
        }
    }
    // Nor do they hold up the end.
    const Stopwatch watch;
    server.ask_to_stop();
    CHECK(server.wait());
    CHECK(watch.seconds() < 1);
}

TEST_CASE("as many requests at once as there are threads, and no more") {
    constexpr unsigned k_threads = 5;
    std::barrier all_here(k_threads);
    std::atomic<unsigned> at_once = 0;
    std::atomic<unsigned> most = 0;
    HttpServerOptions options;
    options.threads = k_threads;
    const RunningServer server({{"GET", "/",
                                 [&](const HttpServerRequest&) {
                                     most = std::max<unsigned>(most, ++at_once);
                                     all_here.arrive_and_wait();
                                     --at_once;
                                     all_here.arrive_and_wait();
                                     return HttpResponse{204, {}, {}};
                                 }}},
                               options);
    const HttpClient client;
    std::atomic<int> answered = 0;
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < 4 * k_threads; ++i) {
            threads.emplace_back([&] {
                if (get(client, server.url("/"))->status == 204) ++answered;
            });
        }
    }
    CHECK(answered == 4 * k_threads);
    CHECK(most == k_threads);
}

TEST_CASE("connections beyond the limit wait until one is closed") {
    HttpServerOptions options;
    options.max_connections = 1;
    std::atomic<bool> closed = false;
    const RunningServer server({{"GET", "/first",
                                 [](const HttpServerRequest&) {
                                     return HttpResponse{204, {}, {}};
                                 }},
                                {"GET", "/second",
                                 [&](const HttpServerRequest&) {
                                     return HttpResponse{closed ? 200 : 500, {}, {}};
                                 }}},
                               options);
    auto first = std::make_unique<HttpClient>();
    CHECK(get(*first, server.url("/first"))->status == 204);
    const RawClient second(server.port());
    second.send("GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(get(*first, server.url("/first"))->status == 204);
    closed = true;
    first.reset();
    CHECK(second.read_to_end().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("requests one behind the other, in one write and byte by byte") {
    const RunningServer server(k_echo);
    const std::string two =
        "GET /echo?1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo?2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    const std::string last = "GET /echo?3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const auto check = [](const std::string& answers) {
        const auto first = answers.find("GET /echo 1 ");
        const auto second = answers.find("POST /echo 2 abc");
        const auto third = answers.find("GET /echo 3 ");
        CHECK(first < second);
        CHECK(second < third);
        CHECK(third != std::string::npos);
    };
    const RawClient whole(server.port());
    whole.send(two + last);
    check(whole.read_to_end());
    const RawClient pieces(server.port());
    for (const char byte : two + last) pieces.send({&byte, 1});
    check(pieces.read_to_end());
}

TEST_CASE("a client that waits for 100 Continue, and one that stops sending but still reads") {
    const RunningServer server(k_echo);
    const RawClient waiting(server.port());
    waiting.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(waiting.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    waiting.send("ok");
    waiting.end_sending();
    const auto answer = waiting.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with("POST /echo  ok"));
}

TEST_CASE("what is not a request is answered and ends the connection; the server goes on") {
    const RunningServer server(k_echo);
    for (const std::string_view bytes : {"\x16\x03\x01\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n"}) {
        const RawClient client(server.port());
        client.send(bytes);
        const auto answer = client.read_to_end();
        CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
        CHECK(answer.find("connection: close\r\n") != std::string::npos);
    }
    CHECK(get(HttpClient(), server.url("/echo"))->ok());
}

TEST_CASE("a client that hangs up at any point leaves nothing behind") {
    HttpServerOptions options;
    options.max_connections = 2;
    const RunningServer server(k_echo, options);
    const std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123456789";
    for (std::size_t length = 0; length <= request.size(); ++length) {
        RawClient client(server.port());
        client.send(request.substr(0, length));
        client.close();
    }
    CHECK(get(HttpClient(), server.url("/echo"))->ok());
}

TEST_CASE("clients that are too slow, or say nothing more") {
    HttpServerOptions options;
    options.request_timeout = std::chrono::milliseconds(100);
    options.idle_timeout = std::chrono::milliseconds(150);
    const RunningServer server(k_echo, options);
    const RawClient slow(server.port());
    slow.send("GET /echo HTTP/1.1\r\nHo");
    CHECK(slow.read_to_end().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    const RawClient silent(server.port());
    CHECK(silent.read_to_end().empty());
    const RawClient kept(server.port());
    kept.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(kept.read_to_end().ends_with("GET /echo  "));
}

TEST_CASE("a client that takes no answer holds a thread for so long only") {
    HttpServerOptions options;
    options.threads = 1;
    options.request_timeout = std::chrono::milliseconds(200);
    const RunningServer server({{"GET", "/large",
                                 [](const HttpServerRequest&) {
                                     HttpResponse large{200, {}, {}};
                                     large.body.resize(50'000'000);
                                     return large;
                                 }},
                                {"GET", "/small",
                                 [](const HttpServerRequest&) {
                                     return HttpResponse{204, {}, {}};
                                 }}},
                               options);
    const RawClient stuck(server.port());
    stuck.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(stuck.read_until("\r\n") == "HTTP/1.1 200 OK\r\n");
    CHECK(get(HttpClient(), server.url("/small"))->status == 204);
}

TEST_CASE("stopping: a request that is worked on is answered, then nobody listens") {
    std::promise<void> asked;
    std::promise<void> go_on;
    auto may_go_on = go_on.get_future().share();
    RunningServer server({{"GET", "/", [&](const HttpServerRequest&) {
                               asked.set_value();
                               may_go_on.wait();
                               return HttpResponse{200, {}, "done"};
                           }}});
    const HttpClient client;
    const auto url = server.url("/");
    auto answer = std::async(std::launch::async, [&] { return get(client, url); });
    asked.get_future().wait();
    const RawClient idle(server.port());
    server.ask_to_stop();
    CHECK(idle.read_to_end().empty());  // it is stopping
    go_on.set_value();
    const auto response = answer.get();
    REQUIRE_MESSAGE(response, response.error().text());
    CHECK(response->body == "done");
    CHECK(response->header("connection") == "close");
    CHECK(server.wait());
    CHECK(get(client, url).error().code == Code::unavailable);
}

TEST_CASE("a stop that was asked for before") {
    std::stop_source source;
    source.request_stop();
    auto server = HttpServer::bind({}, k_echo);
    REQUIRE(server);
    CHECK(server->serve(source.get_token()));
    CHECK(server->serve({}).error().code == Code::internal);  // once only
}

TEST_CASE("addresses: one in use, one that is none, IPv6, a name") {
    const auto first = HttpServer::bind({}, k_echo);
    REQUIRE(first);
    CHECK(first->url() == "http://127.0.0.1:" + std::to_string(first->port()));
    HttpServerOptions options;
    options.port = first->port();
    const auto second = HttpServer::bind(options, k_echo);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::conflict);
    CHECK(second.error().text() == "127.0.0.1:" + std::to_string(first->port()) + " is in use");
    CHECK_FALSE(second.error().hint.empty());
    options.port = 0;
    for (const auto* address : {"192.0.2.1", "300.0.0.1", "a b"}) {
        options.address = address;
        const auto none = HttpServer::bind(options, k_echo);
        REQUIRE_FALSE(none);
        CHECK(none.error().code == Code::not_found);
    }
    options.address = "localhost";
    CHECK(HttpServer::bind(options, k_echo));
}

TEST_CASE("which addresses reach this machine alone") {
    for (const auto* address : {"127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST"})
        CHECK(is_loopback_address(address));
    for (const auto* address : {"0.0.0.0", "::", "10.0.0.1", "127.evil.example", "", "example.org", "128.0.0.1"})
        CHECK_FALSE(is_loopback_address(address));
}

}  // namespace
}  // namespace ely
