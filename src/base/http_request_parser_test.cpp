#include "base/http_request_parser.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/testing/parsed_requests.hpp"

namespace ely {
namespace {

using State = HttpRequestParser::State;

std::string parsed(std::string_view bytes) {
    return testing::parsed_requests(bytes, [&](std::size_t) { return bytes.size(); });
}

std::string parsed_byte_by_byte(std::string_view bytes) {
    return testing::parsed_requests(bytes, [](std::size_t) { return std::size_t{1}; });
}

void check(std::string_view bytes, std::string_view expected) {
    CAPTURE(bytes);
    CHECK(parsed(bytes) == expected);
    CHECK(parsed_byte_by_byte(bytes) == expected);
}

TEST_CASE("requests with and without a body, one behind the other") {
    check("GET /a%20b?c=d?e HTTP/1.1\r\nHost: x\r\nX-Mixed:  a b \t\r\n\r\n",
          "GET /a%20b ? c=d?e keep true\n  host: x\n  x-mixed: a b\n  0 bytes: \nidle\n");
    check("\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: x\r\n\r\nGE",
          "POST / ?  keep true\n  host: x\n  content-length: 3\n  3 bytes: abc\n"
          "GET / ?  keep true\n  host: x\n  0 bytes: \n");
    check(
        "POST / HTTP/1.1\r\nhost:x\r\ntransfer-encoding: Chunked\r\n\r\n3;e=f\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: "
        "t\r\n\r\n",
        "POST / ?  keep true\n  host: x\n  transfer-encoding: Chunked\n  13 bytes: abc0123456789\nidle\n");
    check("", "idle\n");
    check("\r\n\r\n", "idle\n");
}

TEST_CASE("whether the connection is kept") {
    check("GET / HTTP/1.1\r\nHost: x\r\nConnection: te, Close\r\n\r\n",
          "GET / ?  keep false\n  host: x\n  connection: te, Close\n  0 bytes: \nidle\n");
    check("GET / HTTP/1.0\r\n\r\n", "GET / ?  keep false\n  0 bytes: \nidle\n");
    check("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
          "GET / ?  keep true\n  connection: Keep-Alive\n  0 bytes: \nidle\n");
}

TEST_CASE("what is not a request") {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
    for (const auto* line : {"GET", "GET /", "GET / HTTP/1.1 ", " / HTTP/1.1", "GET x HTTP/1.1", "G(T / HTTP/1.1",
                             "GET / a HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\n HTTP/1.1", "\x16\x03\x01"})
        check(std::string(line) + "\r\nHost: x\r\n\r\n", "400 the request line is malformed\n");
    check("GET / HTTP/2.0\r\n\r\n", "505 only HTTP/1.1 is spoken here\n");
    check("GET / HTTP/1.1\r\n\r\n", "400 the header Host is missing\n");
    for (const auto* header : {"no colon", "a b: c", "a : c", ": c", " folded: c", "a: \x01", "a: b\nc: d", "a: b\rc"})
        check(head + header + "\r\n\r\n", "400 a header is malformed\n");
    for (const auto* length : {"", "-1", "+1", "0x1", "1 1", "1,1", "a"})
        check(head + "Content-Length: " + length + "\r\n\r\n", "400 the content-length is not a number\n");
    for (const auto* size : {"", "-1", "+1", "g", "0x1", " ", "1 1"})
        check(head + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n", "400 a chunk's size is malformed\n");
    check(head + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc", "400 a chunk has no end\n");
}

TEST_CASE("a length that is said twice, or in two ways") {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
    check(head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", "400 the body's length is said in two ways\n");
    check(head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
          "400 the body's length is said in two ways\n");
    check(head + "Content-Length:\r\nTransfer-Encoding: chunked\r\n\r\na",
          "400 the body's length is said in two ways\n");
    check(head + "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "501 the transfer encoding is not known\n");
    check(head + "Transfer-Encoding: gzip, chunked\r\n\r\n", "501 the transfer encoding is not known\n");
    check("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "501 the transfer encoding is not known\n");
}

TEST_CASE("limits: the last size that is taken, and the first that is not") {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";  // of at most 200 bytes, with a body of at most 300
    const auto padded = [&](std::size_t size) { return head + "P: " + std::string(size - head.size() - 3, 'x'); };
    CHECK(parsed(padded(200) + "\r\n\r\n").starts_with("POST / "));
    CHECK(parsed_byte_by_byte(padded(200) + "\r\n\r\n").starts_with("POST / "));
    check(padded(201) + "\r\n\r\n", "431 the request's headers are too long\n");
    check(padded(5000), "431 the request's headers are too long\n");
    CHECK(parsed(head + "Content-Length: 300\r\n\r\n" + std::string(300, 'b')).find("300 bytes") != std::string::npos);
    check(head + "Content-Length: 301\r\n\r\n", "413 the request's body is too large\n");
    check(head + "Content-Length: 99999999999999999999999999\r\n\r\n", "413 the request's body is too large\n");
    const auto chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    check(chunked + "12d\r\n", "413 the request's body is too large\n");
    check(chunked + "1\r\nx\r\n12c\r\n", "413 the request's body is too large\n");
    check(chunked + "fffffffffffffffff\r\n", "400 a chunk's size is malformed\n");
    check(chunked + std::string(5000, ' '), "400 a chunk's size is malformed\n");
    check(chunked + "0\r\n" + std::string(5000, 'x'), "431 the request's trailers are too long\n");
    std::string many = chunked + "0\r\n";
    for (int i = 0; i < 100; ++i) many += "a: b\r\n";
    check(many, "431 the request's trailers are too long\n");
}

TEST_CASE("a sender that waits to be told to go on is told once") {
    HttpRequestParser parser({});
    parser.feed("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n");
    CHECK_FALSE(parser.take_expectation());
    parser.feed("\r\n");
    CHECK(parser.take_expectation());
    CHECK_FALSE(parser.take_expectation());
    CHECK(parser.feed("ab") == State::complete);
    CHECK(parser.take().body == "ab");
    // Its body came at once: nobody waits.
    parser.feed("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na");
    CHECK_FALSE(parser.take_expectation());
}

TEST_CASE("any division of the same bytes gives the same requests") {
    rc::check([] {
        // From parts of requests, so that most of what is made is nearly one.
        const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
            "GET / HTTP/1.1\r\n", "POST /x?y HTTP/1.1\r\n", "Host: x\r\n", "\r\n", "\r", "\n", "Content-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n", "5\r\n", "0\r\n\r\n", "12345", "Connection: close\r\n", ":", " ",
            std::string(90, 'p'), "5;x\r\n12345\r\n"));
        std::string bytes;
        for (const auto& part : parts) bytes += part;
        const auto sizes =
            *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 12)));
        RC_ASSERT(parsed(bytes) ==
                  testing::parsed_requests(bytes, [&](std::size_t i) { return sizes[i % sizes.size()]; }));
    });
}

}  // namespace
}  // namespace ely
