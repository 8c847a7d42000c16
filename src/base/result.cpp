#include "base/result.hpp"

#include <cerrno>
#include <cstring>

namespace ely {

std::string Error::text() const {
    std::string out;
    for (auto it = context.rbegin(); it != context.rend(); ++it) {
        out += *it;
        out += ": ";
    }
    return out + message;
}

Error errno_error(int error_number, std::string_view what) {
    auto code = Code::io;
    if (error_number == ENOENT || error_number == ENOTDIR) code = Code::not_found;
    if (error_number == EEXIST) code = Code::already_exists;
    if (error_number == EACCES || error_number == EPERM) code = Code::unauthorized;
    Error error;
    error.code = code;
    error.message = std::string(what) + ": " + std::strerror(error_number);
    if (error_number == ENOSPC) error.hint = "free some disk space, then run the same command again";
    return error;
}

std::string_view code_name(Code code) {
    switch (code) {
        case Code::usage:
            return "usage";
        case Code::not_found:
            return "not_found";
        case Code::already_exists:
            return "already_exists";
        case Code::conflict:
            return "conflict";
        case Code::unauthorized:
            return "unauthorized";
        case Code::rate_limited:
            return "rate_limited";
        case Code::unavailable:
            return "unavailable";
        case Code::timeout:
            return "timeout";
        case Code::cancelled:
            return "cancelled";
        case Code::corrupt:
            return "corrupt";
        case Code::unsupported:
            return "unsupported";
        case Code::io:
            return "io";
        case Code::internal:
            return "internal";
    }
    return "internal";
}

bool can_retry(Code code) {
    return code == Code::rate_limited || code == Code::unavailable || code == Code::timeout;
}

}  // namespace ely
