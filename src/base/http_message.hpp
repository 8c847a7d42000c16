#pragma once

// What the HTTP client and the HTTP server both speak of: headers and answers. How they travel is not known here.

#include <string>
#include <string_view>
#include <vector>

namespace ely {

struct HttpHeader {
    std::string name;
    std::string value;
};

// The value of the first header of this name, whatever its case; empty when there is none. `headers` have their names
// in lower case.
[[nodiscard]] std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers;  // names in lower case
    std::string body;
    [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

// {"error": message}, as our own endpoints answer what they cannot do.
[[nodiscard]] HttpResponse http_error(int status, std::string_view message);
// 200 with a JSON text as its body.
[[nodiscard]] HttpResponse http_json(std::string body);

}  // namespace ely
