#include "base/http_client.hpp"

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <future>
#include <thread>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/testing/raw_server.hpp"
#include "base/testing/temporary_folder.hpp"

namespace ely {
namespace {

using testing::RawConnection;
using testing::RawServer;

HttpRequest get(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return request;
}

std::string answer(std::string_view body, std::string_view more_headers = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_headers) +
           "\r\n" + std::string(body);
}

// Answers every request with its own text.
void echo(RawConnection& connection, int) {
    for (auto request = connection.read_request(); !request.empty(); request = connection.read_request())
        connection.write(answer(request));
}

std::string header_block(const Result<HttpResponse>& echoed) {
    REQUIRE_MESSAGE(echoed, echoed.error().text());
    return echoed->body;
}

TEST_CASE("method, path, headers and body arrive as they were given, and nothing else") {
    const RawServer server(echo);
    const auto host = "Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n";
    const HttpClient client;
    CHECK(header_block(client.send(get(server.url("/a?b=c%20d")))) ==
          "GET /a?b=c%20d HTTP/1.1\r\n" + host + "Accept: */*\r\n\r\n");
    const auto url = server.url();
    CHECK(header_block(client.send(
              {.method = "POST", .url = url, .headers = {{"X-One", " 1 "}, {"X-Empty", ""}}, .body = "{}"})) ==
          "POST / HTTP/1.1\r\n" + host + "Accept: */*\r\nX-One: 1\r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}");
    CHECK(header_block(client.send(
              {.method = "DELETE", .url = url, .headers = {{"content-type", "application/json"}}, .body = "[]"})) ==
          "DELETE / HTTP/1.1\r\n" + host +
              "Accept: */*\r\ncontent-type: application/json\r\nContent-Length: 2\r\n\r\n[]");
    for (const std::string method : {"POST", "PUT", "PATCH"}) {
        CHECK(header_block(client.send({.method = method, .url = url, .headers = {}, .body = ""})) ==
              method + " / HTTP/1.1\r\n" + host + "Accept: */*\r\nContent-Length: 0\r\n\r\n");
    }
    CHECK(header_block(client.send({.method = "DELETE", .url = url, .headers = {}, .body = ""})) ==
          "DELETE / HTTP/1.1\r\n" + host + "Accept: */*\r\n\r\n");
}

TEST_CASE("bodies with any bytes, and large ones") {
    const RawServer server([](RawConnection& connection, int) {
        for (auto request = connection.read_request(); !request.empty(); request = connection.read_request())
            connection.write(answer(request.substr(request.find("\r\n\r\n") + 4)));
    });
    std::string body;
    body.resize(20'000'000);
    for (std::size_t i = 0; i < body.size(); i += 97) body[i] = static_cast<char>(i);
    const auto response = HttpClient().send({.method = "POST", .url = server.url(), .headers = {}, .body = body});
    REQUIRE(response);
    CHECK((response->body == body));
}

TEST_CASE("status and headers of an answer") {
    const RawServer server([](RawConnection& connection, int) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
        connection.write(
            "HTTP/1.1 404 Not Found\r\nX-Twice:  one \r\nx-twice: two\r\nRetry-After: 7\r\nContent-Length: "
            "4\r\n\r\nnone");
    });
    const auto response = HttpClient().send(get(server.url()));
    REQUIRE(response);
    CHECK(response->status == 404);
    CHECK_FALSE(response->ok());
    CHECK(response->body == "none");
    CHECK(response->header("RETRY-after") == "7");
    CHECK(response->header("x-twice") == "one");
    CHECK(response->header("link") == "");
    CHECK(response->headers.size() == 4);
    for (const auto& [status, ok] : {std::pair{199, false}, {200, true}, {204, true}, {299, true}, {301, false}})
        CHECK(HttpResponse{status, {}, {}}.ok() == ok);
}

TEST_CASE("answers without a body, and a redirect that is not followed") {
    const RawServer server([](RawConnection& connection, int) {
        for (auto request = connection.read_request(); !request.empty(); request = connection.read_request()) {
            if (request.starts_with("HEAD")) connection.write("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
            if (request.starts_with("GET")) connection.write("HTTP/1.1 204 No Content\r\n\r\n");
            if (request.starts_with("POST"))
                connection.write("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
        }
    });
    const HttpClient client;
    CHECK(client.send({.method = "HEAD", .url = server.url(), .headers = {}, .body = ""})->header("content-length") ==
          "12");
    CHECK(client.send(get(server.url()))->status == 204);
    const auto moved = client.send({.method = "POST", .url = server.url(), .headers = {}, .body = "x"});
    CHECK(moved->status == 302);
    CHECK(moved->header("location") == "/x");
    CHECK(server.connections() == 1);
}

TEST_CASE("a chunked answer, and one that ends with the connection") {
    const RawServer server([](RawConnection& connection, int number) {
        (void)connection.read_request();
        if (number == 0)
            connection.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: "
                "close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        if (number == 1) connection.write("HTTP/1.1 200 OK\r\n\r\nto the end");
    });
    const HttpClient client;
    CHECK(client.send(get(server.url()))->body == "abcde");
    CHECK(client.send(get(server.url()))->body == "to the end");
}

TEST_CASE("a connection serves request after request; after a move too") {
    const RawServer server(echo);
    HttpClient client;
    for (int i = 0; i < 20; ++i) CHECK(client.send(get(server.url()))->ok());
    const HttpClient moved = std::move(client);
    CHECK(moved.send(get(server.url()))->ok());
    CHECK(server.connections() == 1);
}

TEST_CASE("many threads at once, each with a connection of its own") {
    constexpr int k_threads = 8;
    std::barrier all_here(k_threads);
    const RawServer server([&](RawConnection& connection, int) {
        for (auto request = connection.read_request(); !request.empty(); request = connection.read_request()) {
            if (request.find("/wait") != std::string::npos) all_here.arrive_and_wait();  // ends only if all are at it
            connection.write(answer(request.substr(0, request.find(" HTTP"))));
        }
    });
    const HttpClient client;
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < k_threads; ++t) {
            threads.emplace_back([&, t] {
                if (!client.send(get(server.url("/wait")))) ++wrong;
                for (int i = 0; i < 50; ++i) {
                    const auto path = "/" + std::to_string(t) + "/" + std::to_string(i);
                    const auto response = client.send(get(server.url(path)));
                    if (!response || response->body != "GET " + path) ++wrong;
                }
            });
        }
    }
    CHECK(wrong == 0);
    CHECK(server.connections() == k_threads);
}

TEST_CASE("a kept connection that the server closed is replaced, with a body of any size") {
    for (const std::size_t size : {0U, 10U, 30'000'000U}) {
        CAPTURE(size);
        const RawServer server([](RawConnection& connection, int number) {
            (void)connection.read_request();
            connection.write(answer(std::to_string(number)));
            if (number != 0) return connection.wait_for_end();
            connection.reset_on_close();  // it said nothing of closing
        });
        const HttpClient client;
        const HttpRequest request{.method = "POST", .url = server.url(), .headers = {}, .body = std::string(size, 'x')};
        CHECK(client.send(request)->body == "0");
        const auto second = client.send(request);
        REQUIRE_MESSAGE(second, second.error().text());
        CHECK(second->body == "1");
    }
}

TEST_CASE("a kept connection that the server closes on the next request is replaced") {
    const RawServer server([](RawConnection& connection, int number) {
        (void)connection.read_request();
        connection.write(answer(std::to_string(number)));
        if (connection.read_request().empty()) return;
        if (number == 1) connection.write("HTTP/1.1 200 OK\r\nContent-Le");
    });
    const HttpClient client;
    CHECK(client.send(get(server.url()))->body == "0");
    CHECK(client.send(get(server.url()))->body == "1");
    // An answer that had begun is not asked for again.
    CHECK(client.send(get(server.url())).error().code == Code::unavailable);
    CHECK(server.connections() == 2);
}

TEST_CASE("a kept connection that breaks while a long body is sent is replaced") {
    const RawServer server([](RawConnection& connection, int number) {
        (void)connection.read_request();
        connection.write(answer(std::to_string(number)));
        if (number != 0) return connection.wait_for_end();
        connection.read_some();
        connection.reset_on_close();
    });
    const HttpClient client;
    CHECK(client.send(get(server.url()))->body == "0");
    HttpRequest request{.method = "POST", .url = server.url(), .headers = {}, .body = {}};
    request.body.resize(30'000'000);
    const auto second = client.send(request);
    REQUIRE_MESSAGE(second, second.error().text());
    CHECK(second->body == "1");
}

TEST_CASE("a server that hangs up on every connection is tried a bounded number of times") {
    const RawServer server([](RawConnection& connection, int number) {
        (void)connection.read_request();
        if (number != 0) return;
        connection.write(answer("first"));
        (void)connection.read_request();
    });
    const HttpClient client;
    CHECK(client.send(get(server.url()))->body == "first");
    const auto response = client.send(get(server.url()));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::unavailable);
    CHECK(server.connections() == 2);
}

TEST_CASE("nobody listens") {
    const auto port = std::to_string(testing::unused_port());
    const auto response = HttpClient().send(get("http://user:secret@127.0.0.1:" + port + "/"));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::unavailable);
    CHECK(response.error().text() == "cannot reach 127.0.0.1:" + port + ": Connection refused");
}

TEST_CASE("no such host") {
    const auto host = std::string(64, 'a') + ".invalid";  // too long a label: no name server is asked
    const auto response = HttpClient().send(get("http://" + host + "/"));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::unavailable);
    CHECK(response.error().text() == "cannot reach " + host + ":80: no such host");
}

TEST_CASE("a server that hangs up without an answer") {
    for (const bool reset : {false, true}) {
        CAPTURE(reset);
        const RawServer server([&](RawConnection& connection, int) {
            (void)connection.read_request();
            if (reset) connection.reset_on_close();
        });
        const auto response = HttpClient().send(get(server.url()));
        REQUIRE_FALSE(response);
        CHECK(response.error().code == Code::unavailable);
        CHECK(response.error().text() ==
              "127.0.0.1:" + std::to_string(server.port()) + " closed the connection without an answer");
    }
}

TEST_CASE("an answer that is cut off anywhere is never taken for a whole one") {
    const std::string with_length = answer("0123456789", "X-A: b\r\n");
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n";
    for (const auto& whole : {with_length, chunked}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            for (const bool reset : {false, true}) {
                CAPTURE(length);
                CAPTURE(reset);
                const RawServer server([&](RawConnection& connection, int) {
                    (void)connection.read_request();
                    connection.write(std::string_view(whole).substr(0, length));
                    if (reset) connection.reset_on_close();
                });
                const auto response = HttpClient().send(get(server.url()));
                // The last empty line says nothing that is not known.
                if (response && length + 2 >= whole.size()) continue;
                REQUIRE_FALSE(response);
                CHECK(response.error().code == Code::unavailable);
            }
        }
    }
}

TEST_CASE("an answer that is not HTTP") {
    const RawServer server([](RawConnection& connection, int) {
        (void)connection.read_request();
        connection.write("220 mail.example ESMTP\r\n");
    });
    const auto response = HttpClient().send(get(server.url()));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::corrupt);
    CHECK(response.error().text() == "127.0.0.1:" + std::to_string(server.port()) + " does not answer in HTTP");
}

TEST_CASE("an answer beyond the limit") {
    const RawServer server([](RawConnection& connection, int number) {
        (void)connection.read_request();
        connection.write(answer(std::string(number == 0 ? 1000 : 1001, 'x')));
    });
    HttpClientOptions options;
    options.max_response_bytes = 1000;
    CHECK(HttpClient(options).send(get(server.url()))->body.size() == 1000);
    const auto response = HttpClient(options).send(get(server.url()));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::io);
    CHECK(response.error().text() ==
          "the answer of 127.0.0.1:" + std::to_string(server.port()) + " is longer than 1000 B");
}

TEST_CASE("a server that does not answer in time, or not to the end") {
    for (const std::string_view begin : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012"}) {
        const RawServer server([&](RawConnection& connection, int) {
            (void)connection.read_request();
            connection.write(begin);
            connection.wait_for_end();
        });
        auto request = get(server.url());
        request.timeout = std::chrono::milliseconds(200);
        const auto response = HttpClient().send(request);
        REQUIRE_FALSE(response);
        CHECK(response.error().code == Code::timeout);
        CHECK(response.error().text() ==
              "no whole answer from 127.0.0.1:" + std::to_string(server.port()) + " within 0.2 s");
    }
}

TEST_CASE("a kept connection that answers no more, and a server that never completes a connection") {
    const RawServer server([](RawConnection& connection, int) {
        (void)connection.read_request();
        connection.write(answer("first"));
        connection.wait_for_end();
    });
    const auto name = "127.0.0.1:" + std::to_string(server.port());
    HttpClientOptions options;
    options.connect_timeout = std::chrono::milliseconds(100);
    const HttpClient client(options);
    auto request = get(server.url());
    CHECK(client.send(request)->body == "first");
    request.timeout = std::chrono::milliseconds(200);
    CHECK(client.send(request).error().text() == "no whole answer from " + name + " within 0.2 s");
    CHECK(server.connections() == 1);
    request.url = "https://" + name + "/";  // waits for the server's part of TLS
    const auto response = client.send(request);
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::timeout);
    CHECK(response.error().text() == "no connection to " + name + " within 0.1 s");
}

TEST_CASE("a request to stop ends the wait at once, and the client goes on to serve") {
    std::promise<void> asked;
    const RawServer server([&](RawConnection& connection, int number) {
        (void)connection.read_request();
        if (number != 0) {
            connection.write(answer("later"));
            return;
        }
        asked.set_value();
        connection.wait_for_end();
    });
    const HttpClient client;
    std::stop_source source;
    auto waiting = std::async(std::launch::async, [&] { return client.send(get(server.url()), source.get_token()); });
    asked.get_future().wait();
    const Stopwatch watch;
    source.request_stop();
    const auto response = waiting.get();
    CHECK(watch.seconds() < 0.5);
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::cancelled);
    CHECK(client.send(get(server.url()))->body == "later");
    CHECK(client.send(get(server.url()), source.get_token()).error().code == Code::cancelled);
    CHECK(server.connections() == 2);
}

TEST_CASE("what is not a request fails before anything is sent") {
    const HttpClient client;
    for (const auto* url : {"", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "127.0.0.1:80x", "http://a b/"}) {
        CAPTURE(url);
        const auto response = client.send(get(url));
        REQUIRE_FALSE(response);
        CHECK(response.error().code == Code::unsupported);
        CHECK_FALSE(response.error().hint.empty());
    }
    CHECK(client.send(get("ftp://user:secret@127.0.0.1/")).error().text() ==
          "\"ftp://***@127.0.0.1/\" is not an http or https URL");
    const auto url = "http://127.0.0.1:" + std::to_string(testing::unused_port());
    for (const auto* method : {"", "GET /", "GET\r\nX: y"})
        CHECK(client.send({.method = method, .url = url, .headers = {}, .body = ""}).error().code == Code::usage);
    for (const auto& header :
         {HttpHeader{"", "x"}, {"a b", "x"}, {"a:b", "x"}, {"a", "x\r\nb: y"}, {"a", std::string("x\0", 2)}})
        CHECK(client.send({.method = "GET", .url = url, .headers = {header}, .body = ""}).error().code == Code::usage);
    CHECK(client.send({.method = "GET", .url = url, .headers = {{"authorization", "Bearer secret\n"}}, .body = ""})
              .error()
              .text()
              .find("secret") == std::string::npos);
}

class SetVariable {
  public:
    SetVariable(const char* name, const char* value) : m_name(name) { ::setenv(name, value, 1); }
    SetVariable(const SetVariable&) = delete;
    SetVariable& operator=(const SetVariable&) = delete;
    ~SetVariable() { ::unsetenv(m_name); }

  private:
    const char* m_name;
};

TEST_CASE("no proxy stands between us and the loopback interface, one does elsewhere") {
    const RawServer server(echo);
    const RawServer proxy([](RawConnection& connection, int) {
        (void)connection.read_request();
        connection.write(answer("proxy"));
    });
    const auto address = proxy.url();
    const SetVariable variable("http_proxy", address.c_str());
    const auto port = std::to_string(server.port());
    for (const std::string host : {"127.0.0.1", "localhost"})
        CHECK(HttpClient().send(get("http://" + host + ":" + port + "/"))->body.starts_with("GET / "));
    CHECK(HttpClient().send(get("http://elsewhere.invalid/"))->body == "proxy");
}

// `openssl s_server` with a new certificate for the name localhost.
class TlsServer {
  public:
    TlsServer() {
        ProcessOptions make;
        make.arguments = {"openssl",
                          "req",
                          "-x509",
                          "-newkey",
                          "ec",
                          "-pkeyopt",
                          "ec_paramgen_curve:prime256v1",
                          "-nodes",
                          "-days",
                          "2",
                          "-subj",
                          "/CN=localhost",
                          "-addext",
                          "subjectAltName=DNS:localhost",
                          "-keyout",
                          key().string(),
                          "-out",
                          certificate().string()};
        const auto made = run_process(make);
        REQUIRE(made);
        REQUIRE_MESSAGE(made->ok(), made->errors);
        m_server = std::jthread([this](const std::stop_token& stop) {
            ProcessOptions serve;
            serve.arguments = {
                "openssl", "s_server",    "-www", "-accept", "127.0.0.1:0", "-cert", certificate().string(),
                "-key",    key().string()};
            serve.on_output_line = [this](std::string_view line) {
                if (line.starts_with("ACCEPT ")) m_address.set_value(std::string(line.substr(line.rfind(':') + 1)));
            };
            (void)run_process(serve, stop);
        });
        m_port = m_address.get_future().get();
    }
    [[nodiscard]] Path certificate() const { return m_folder.path() / "certificate.pem"; }
    [[nodiscard]] const std::string& port() const { return m_port; }

  private:
    [[nodiscard]] Path key() const { return m_folder.path() / "key.pem"; }
    testing::TemporaryFolder m_folder;
    std::promise<std::string> m_address;
    std::string m_port;
    std::jthread m_server;
};

TEST_CASE("certificates: one that we are told to trust, an unknown one, one for another host") {
    const TlsServer server;
    const auto by_name = "https://localhost:" + server.port() + "/";
    HttpClientOptions options;
    options.ca_file = server.certificate();
    const HttpClient trusting(options);
    const auto response = trusting.send(get(by_name));
    REQUIRE_MESSAGE(response, response.error().text());
    CHECK(response->ok());

    const auto unknown = HttpClient().send(get(by_name));
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == Code::unauthorized);
    CHECK(unknown.error().text().starts_with("the certificate of localhost:" + server.port() + " is not trusted: "));
    CHECK(unknown.error().hint.find("--ca-file") != std::string::npos);

    const auto other_host = trusting.send(get("https://127.0.0.1:" + server.port() + "/"));
    REQUIRE_FALSE(other_host);
    CHECK(other_host.error().code == Code::unauthorized);
    CHECK(other_host.error().text().find("127.0.0.1") != std::string::npos);
    CHECK(other_host.error().hint.find("--ca-file") != std::string::npos);

    options.ca_file = "/no/such/file.pem";
    const auto no_file = HttpClient(options).send(get(by_name));
    REQUIRE_FALSE(no_file);
    CHECK(no_file.error().code == Code::not_found);
    CHECK(no_file.error().text().find("/no/such/file.pem") != std::string::npos);
}

TEST_CASE("https asked of a server that speaks http") {
    const RawServer server([](RawConnection& connection, int) {
        connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        connection.wait_for_end();
    });
    const auto response = HttpClient().send(get("https://127.0.0.1:" + std::to_string(server.port()) + "/"));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == Code::unavailable);
    CHECK(response.error().hint.find("http://") != std::string::npos);
}

}  // namespace
}  // namespace ely
