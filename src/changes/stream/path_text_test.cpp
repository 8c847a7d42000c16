#include "changes/stream/path_text.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.hpp"

namespace ely::stream {
namespace {

TEST_CASE("paths are written as the format's page shows") {
    CHECK(to_path_text("src/app.py") == "src/app.py");
    CHECK(to_path_text("caf\xe9.txt") ==
          "caf\xEF\xBF\xBD"
          "e9.txt");
    CHECK(to_path_text("a\xff\xfe"
                       "b") ==
          "a\xEF\xBF\xBD"
          "ff\xEF\xBF\xBD"
          "feb");
    CHECK(to_path_text("café") == "café");
    CHECK(to_path_text("x\xEF\xBF\xBDy") ==
          "x\xEF\xBF\xBD"
          "ef\xEF\xBF\xBD"
          "bf\xEF\xBF\xBD"
          "bdy");
    CHECK(from_path_text("x\xEF\xBF\xBD") == "x\xEF\xBF\xBD");
    CHECK(from_path_text("x\xEF\xBF\xBDzz") == "x\xEF\xBF\xBDzz");
}

TEST_CASE("the bytes of any path can be got back") {
    CHECK(rc::check([](const std::string& random, bool near_utf8) {
        auto bytes = random;
        if (near_utf8) {
            for (std::size_t i = 0; i + 2 < bytes.size(); i += 5) bytes.replace(i, 2, "\xEF\xBF\xBD");
        }
        const auto text = to_path_text(bytes);
        RC_ASSERT(is_utf8(text));
        RC_ASSERT(from_path_text(text) == bytes);
    }));
}

TEST_CASE("different paths stay different") {
    CHECK(rc::check([](const std::vector<std::uint8_t>& one, const std::vector<std::uint8_t>& two) {
        const auto* const alphabet =
            "\xEF\xBF\xBD"
            "ef\xff/";
        const auto spell = [&](const std::vector<std::uint8_t>& letters) {
            std::string out;
            for (const auto letter : letters) out += alphabet[letter % 7];
            return out;
        };
        RC_ASSERT((spell(one) == spell(two)) == (to_path_text(spell(one)) == to_path_text(spell(two))));
    }));
}

TEST_CASE("only paths that a repository can have are accepted") {
    for (const auto* path : {"a", "a/b.c", "...", ".git/x", "a b", "-", "a\\b", "a\nb"})
        CHECK(is_repository_path(path));
    for (const auto* path : {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/..", "../a", "a/../b"}) {
        CAPTURE(path);
        CHECK_FALSE(is_repository_path(path));
    }
    CHECK_FALSE(is_repository_path(std::string_view("a\0b", 3)));
    CHECK_FALSE(is_repository_path(std::string(65536, 'a')));
}

TEST_CASE("git's quoting is undone") {
    CHECK(unquote_git_path(R"("sp ace/f.txt")") == "sp ace/f.txt");
    CHECK(unquote_git_path(R"("\303\244\t\"\\\a\377")") == "ä\t\"\\\a\xff");
    for (const auto* text : {"", "\"", "a", "\"a", "\"\\\"", "\"\\3\"", "\"\\400\"", "\"\\8\"", "\"a\"b\""}) {
        CAPTURE(text);
        CHECK_FALSE(unquote_git_path(text));
    }
}

}  // namespace
}  // namespace ely::stream
