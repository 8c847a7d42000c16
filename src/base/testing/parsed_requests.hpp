#pragma once

// What the request parser makes of a stream of bytes that comes in pieces, as text that can be compared.

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/http_request_parser.hpp"

namespace ely::testing {

// `size_of_piece(i)`: how long the i-th piece is, at least 1.
template <typename SizeOfPiece>
std::string parsed_requests(std::string_view bytes, const SizeOfPiece& size_of_piece) {
    HttpRequestParser parser({.head_bytes = 200, .body_bytes = 300});
    std::string out;
    for (std::size_t i = 0; !bytes.empty(); ++i) {
        const auto piece = bytes.substr(0, size_of_piece(i));
        bytes.remove_prefix(piece.size());
        parser.feed(piece);
        while (parser.state() == HttpRequestParser::State::complete) {
            const bool keep = parser.keeps_connection();
            const auto request = parser.take();
            out += fmt::format("{} {} ? {} keep {}\n", request.method, request.path, request.query, keep);
            for (const auto& [name, value] : request.headers) out += fmt::format("  {}: {}\n", name, value);
            out += fmt::format("  {} bytes: {}\n", request.body.size(), request.body);
        }
    }
    if (parser.state() == HttpRequestParser::State::failed)
        out += fmt::format("{} {}\n", parser.error_status(), parser.error_text());
    return out + (parser.idle() ? "idle\n" : "");
}

}  // namespace ely::testing
