#include "base/http_message.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely {

std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
    const auto lower = to_lower_ascii(name);
    const auto found =
        std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& header) { return header.name == lower; });
    return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

HttpResponse http_error(int status, std::string_view message) {
    const nlohmann::json body{{"error", message}};
    auto response = http_json(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    response.status = status;
    return response;
}

HttpResponse http_json(std::string body) {
    return {200, {{"content-type", "application/json"}}, std::move(body)};
}

}  // namespace ely
