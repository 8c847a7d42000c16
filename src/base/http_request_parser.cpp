#include "base/http_request_parser.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace ely {
namespace {

constexpr std::string_view k_line_end = "\r\n";
constexpr std::string_view k_head_end = "\r\n\r\n";
constexpr std::size_t k_longest_size_line = 1024;

bool is_token(std::string_view text) {
    constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               k_marks.find(c) != std::string_view::npos;
    });
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), is_control);
}

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::size_t> number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool lists(std::string_view value, std::string_view word) {
    const auto words = split(value, ',');
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view one) { return to_lower_ascii(without_blanks(one)) == word; });
}

}  // namespace

HttpRequestParser::State HttpRequestParser::feed(std::string_view bytes) {
    if (m_state == State::failed) return m_state;
    m_buffer += bytes;
    if (m_state == State::incomplete) advance();
    return m_state;
}

HttpServerRequest HttpRequestParser::take() {
    auto request = std::exchange(m_request, {});
    m_state = State::incomplete;
    m_stage = Stage::head;
    m_expects = false;
    m_trailer_bytes = 0;
    advance();
    return request;
}

bool HttpRequestParser::take_expectation() {
    return m_state == State::incomplete && m_stage != Stage::head && std::exchange(m_expects, false);
}

void HttpRequestParser::advance() {
    while (m_state == State::incomplete && step()) {
    }
    m_buffer.erase(0, m_at);
    m_scanned -= std::min(m_scanned, m_at);
    m_at = 0;
}

// False when more bytes are wanted, or the request has failed.
bool HttpRequestParser::step() {
    switch (m_stage) {
        case Stage::head:
            return read_head();
        case Stage::body:
            return read_body();
        case Stage::chunk_size:
            return read_chunk_size();
        case Stage::chunk_data:
            return read_chunk_data();
        case Stage::chunk_end:
            return read_chunk_end();
        case Stage::trailers:
            return read_trailers();
    }
    return false;
}

bool HttpRequestParser::refuse(int status, std::string_view text) {
    m_state = State::failed;
    m_error_status = status;
    m_error_text = text;
    return false;
}

// How long the unread part is up to its end mark, found at `end` or not: then the last bytes may be the mark's first.
std::size_t HttpRequestParser::size_until(std::size_t end, std::string_view mark) const {
    if (end != std::string::npos) return end - m_at;
    const auto unread = m_buffer.size() - m_at;
    return unread - std::min(unread, mark.size() - 1);
}

bool HttpRequestParser::read_head() {
    // Empty lines before a request are some clients' habit.
    while (std::string_view(m_buffer).substr(m_at).starts_with(k_line_end)) m_at += k_line_end.size();
    const auto from = std::max(m_at, m_scanned);
    const auto end = m_buffer.find(k_head_end, from);
    if (size_until(end, k_head_end) > m_limits.head_bytes) return refuse(431, "the request's headers are too long");
    if (end == std::string::npos) {
        m_scanned = std::max(m_at, m_buffer.size() - std::min(m_buffer.size(), k_head_end.size() - 1));
        return false;
    }
    auto head = std::string_view(m_buffer).substr(m_at, end - m_at);
    m_at = end + k_head_end.size();
    m_scanned = m_at;
    const auto line_end = head.find(k_line_end);
    if (!parse_request_line(head.substr(0, line_end))) return false;
    while (head.find(k_line_end) != std::string_view::npos) {
        head.remove_prefix(head.find(k_line_end) + k_line_end.size());
        if (!parse_header(head.substr(0, head.find(k_line_end)))) return false;
    }
    return settle_framing();
}

bool HttpRequestParser::parse_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return refuse(400, "the request line is malformed");
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    const bool foreign = has_control(target) || target.find(' ') != std::string_view::npos;
    if (!is_token(method) || !target.starts_with('/') || foreign) return refuse(400, "the request line is malformed");
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(505, "only HTTP/1.1 is spoken here");
    m_version_1_0 = version == "HTTP/1.0";
    const auto question = target.find('?');
    m_request.method = method;
    m_request.path = target.substr(0, question);
    if (question != std::string_view::npos) m_request.query = target.substr(question + 1);
    return true;
}

bool HttpRequestParser::parse_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return refuse(400, "a header is malformed");
    const auto value = without_blanks(line.substr(colon + 1));
    if (has_control(value)) return refuse(400, "a header is malformed");
    m_request.headers.push_back({to_lower_ascii(line.substr(0, colon)), std::string(value)});
    return true;
}

std::size_t HttpRequestParser::count_headers(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(m_request.headers.begin(), m_request.headers.end(),
                                                  [&](const HttpHeader& header) { return header.name == name; }));
}

bool HttpRequestParser::settle_framing() {
    const auto connection = m_request.header("connection");
    m_keep = m_version_1_0 ? lists(connection, "keep-alive") : !lists(connection, "close");
    m_expects = !m_version_1_0 && to_lower_ascii(m_request.header("expect")) == "100-continue";
    if (!m_version_1_0 && count_headers("host") == 0) return refuse(400, "the header Host is missing");
    if (count_headers("transfer-encoding") == 0) return settle_length();
    if (count_headers("content-length") != 0) return refuse(400, "the body's length is said in two ways");
    const bool known = count_headers("transfer-encoding") == 1 &&
                       to_lower_ascii(m_request.header("transfer-encoding")) == "chunked" && !m_version_1_0;
    if (!known) return refuse(501, "the transfer encoding is not known");
    m_stage = Stage::chunk_size;
    return true;
}

bool HttpRequestParser::settle_length() {
    std::optional<std::string_view> said;
    for (const auto& [name, value] : m_request.headers) {
        if (name != "content-length") continue;
        if (said && *said != value) return refuse(400, "the body's length is said in two ways");
        said = value;
    }
    m_left = 0;
    if (said) {
        const bool digits =
            !said->empty() && std::all_of(said->begin(), said->end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits) return refuse(400, "the content-length is not a number");
        const auto length = number(*said, 10);
        if (!length || *length > m_limits.body_bytes) return refuse(413, "the request's body is too large");
        m_left = *length;
    }
    m_stage = Stage::body;
    return true;
}

bool HttpRequestParser::read_body() {
    if (m_buffer.size() - m_at < m_left) return false;
    m_request.body = m_buffer.substr(m_at, m_left);
    m_at += m_left;
    m_state = State::complete;
    return false;
}

bool HttpRequestParser::read_chunk_size() {
    const auto end = m_buffer.find(k_line_end, m_at);
    if (size_until(end, k_line_end) > k_longest_size_line) return refuse(400, "a chunk's size is malformed");
    if (end == std::string::npos) return false;
    auto line = std::string_view(m_buffer).substr(m_at, end - m_at);
    line = without_blanks(line.substr(0, line.find(';')));  // extensions mean nothing to us
    const auto length = number(line, 16);
    if (!length) return refuse(400, "a chunk's size is malformed");
    if (*length > m_limits.body_bytes - m_request.body.size()) return refuse(413, "the request's body is too large");
    m_at = end + k_line_end.size();
    m_left = *length;
    m_stage = m_left == 0 ? Stage::trailers : Stage::chunk_data;
    return true;
}

bool HttpRequestParser::read_chunk_data() {
    const auto size = std::min(m_left, m_buffer.size() - m_at);
    m_request.body.append(m_buffer, m_at, size);
    m_at += size;
    m_left -= size;
    if (m_left != 0) return false;
    m_stage = Stage::chunk_end;
    return true;
}

bool HttpRequestParser::read_chunk_end() {
    if (m_buffer.size() - m_at < k_line_end.size()) return false;
    if (!std::string_view(m_buffer).substr(m_at).starts_with(k_line_end)) return refuse(400, "a chunk has no end");
    m_at += k_line_end.size();
    m_stage = Stage::chunk_size;
    return true;
}

// Headers behind a chunked body; nobody asks for them.
bool HttpRequestParser::read_trailers() {
    const auto end = m_buffer.find(k_line_end, m_at);
    const auto size = size_until(end, k_line_end);
    if (m_trailer_bytes + size > m_limits.head_bytes) return refuse(431, "the request's trailers are too long");
    if (end == std::string::npos) return false;
    m_trailer_bytes += size + k_line_end.size();
    m_at = end + k_line_end.size();
    if (size != 0) return true;
    m_state = State::complete;
    return false;
}

}  // namespace ely
