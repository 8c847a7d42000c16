#pragma once

// The one way a function here says "it did not work": Result<T> carries a value or an Error, ELY_TRY passes the
// Error on. Exceptions are for broken invariants only. Nothing here logs: an error is returned or reported, not both.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace ely {

// Closed list: whether trying again can help, and the exit status, depend on the code alone.
enum class Code {
    usage,
    not_found,
    already_exists,
    conflict,
    unauthorized,
    rate_limited,
    unavailable,
    timeout,
    cancelled,
    corrupt,
    unsupported,
    io,
    internal,
};

struct Error {
    Code code = Code::internal;
    std::string message;
    // The user's next command or action; empty when there is none to give.
    std::string hint;
    // What was being done, innermost first; one entry for each module boundary crossed.
    std::vector<std::string> context;
    // rate_limited only: when the limit resets, in Unix seconds; 0 when the server did not say.
    long long resets_at = 0;

    // "context: context: message", outermost first, without the hint.
    [[nodiscard]] std::string text() const;
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  public:
    using tl::expected<T, Error>::expected;
};

[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string message, std::string hint = {}) {
    return tl::unexpected<Error>(Error{code, std::move(message), std::move(hint), {}, 0});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

// The same error with one more line of context.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error, std::string context) {
    error.context.push_back(std::move(context));
    return tl::unexpected<Error>(std::move(error));
}

// "message: strerror", with the code that the errno value maps to (ENOENT -> not_found, EEXIST -> already_exists,
// EACCES/EPERM -> unauthorized, the rest -> io).
[[nodiscard]] Error errno_error(int error_number, std::string_view what);

[[nodiscard]] std::string_view code_name(Code code);
[[nodiscard]] bool can_retry(Code code);

}  // namespace ely

#define ELY_CONCAT_INNER(a, b) a##b
#define ELY_CONCAT(a, b) ELY_CONCAT_INNER(a, b)

// ELY_TRY(expression): returns the error of a Result<void> (or ignores the value).
#define ELY_TRY(...)                                                                                         \
    do {                                                                                                     \
        if (auto ely_result = (__VA_ARGS__); !ely_result) return ::ely::fail(std::move(ely_result).error()); \
    } while (false)

// ELY_TRY_ASSIGN(auto value, expression): the value, or return the error.
#define ELY_TRY_ASSIGN(declaration, ...)                                                                              \
    auto ELY_CONCAT(ely_result_, __LINE__) = (__VA_ARGS__);                                                           \
    if (!ELY_CONCAT(ely_result_, __LINE__)) return ::ely::fail(std::move(ELY_CONCAT(ely_result_, __LINE__)).error()); \
    declaration = std::move(*ELY_CONCAT(ely_result_, __LINE__))
