#include "base/result.hpp"

#include <cerrno>
#include <memory>
#include <set>

#include <doctest/doctest.h>

namespace ely {
namespace {

constexpr Code k_codes[] = {Code::usage,        Code::not_found,    Code::already_exists, Code::conflict,
                            Code::unauthorized, Code::rate_limited, Code::unavailable,    Code::timeout,
                            Code::cancelled,    Code::corrupt,      Code::unsupported,    Code::io,
                            Code::internal};

Result<int> half(int value) {
    if (value % 2 != 0) return fail(Code::usage, "odd", "take an even one");
    return value / 2;
}

Result<int> quarter(int value) {
    ELY_TRY_ASSIGN(const auto once, half(value));
    ELY_TRY_ASSIGN(const auto twice, half(once));
    return twice;
}

Result<void> check_even(int value) {
    ELY_TRY(half(value));
    return {};
}

TEST_CASE("an error passes through, a value arrives") {
    CHECK(*quarter(8) == 2);
    CHECK(quarter(6).error().message == "odd");
    CHECK(quarter(6).error().hint == "take an even one");
    CHECK(check_even(2).has_value());
    CHECK(check_even(3).error().code == Code::usage);
}

TEST_CASE("values that can only be moved") {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    const auto pass = [&]() -> Result<std::unique_ptr<int>> {
        ELY_TRY_ASSIGN(auto value, make());
        return value;
    };
    CHECK(**pass() == 7);
}

TEST_CASE("context stands outermost first") {
    Error error{Code::io, "no space", "free some", {}, 0};
    error = fail(std::move(error), "writing a").value();
    error = fail(std::move(error), "saving b").value();
    CHECK(error.text() == "saving b: writing a: no space");
    CHECK(error.code == Code::io);
    CHECK(error.hint == "free some");
}

TEST_CASE("each code has its own name; only what may pass can be tried again") {
    std::set<std::string_view> names;
    for (const auto code : k_codes) {
        names.insert(code_name(code));
        const bool passes = code == Code::rate_limited || code == Code::unavailable || code == Code::timeout;
        CHECK(can_retry(code) == passes);
    }
    CHECK(names.size() == std::size(k_codes));
}

TEST_CASE("errno to code") {
    CHECK(errno_error(ENOENT, "x").code == Code::not_found);
    CHECK(errno_error(ENOTDIR, "x").code == Code::not_found);
    CHECK(errno_error(EEXIST, "x").code == Code::already_exists);
    CHECK(errno_error(EACCES, "x").code == Code::unauthorized);
    CHECK(errno_error(EIO, "x").code == Code::io);
    CHECK(errno_error(ENOSPC, "cannot write").message == "cannot write: No space left on device");
    CHECK_FALSE(errno_error(ENOSPC, "x").hint.empty());
}

}  // namespace
}  // namespace ely
