#include "base/hash.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace ely {
namespace {

// The vectors of FIPS 180-4.
TEST_CASE("SHA-256 and SHA-1") {
    CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(to_hex(sha1("")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(to_hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("SHA-256 of pieces is that of the whole") {
    rc::check([](const std::vector<std::string>& pieces) {
        Sha256 hash;
        std::string whole;
        for (const auto& piece : pieces) {
            hash.update(piece);
            whole += piece;
        }
        RC_ASSERT(hash.finish() == sha256(whole));
    });
}

// The vectors of RFC 4648.
TEST_CASE("base64") {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"},
                                                                     {"\xfb\xff", "+/8="}};
    for (const auto& [plain, coded] : vectors) {
        CHECK(to_base64(plain) == coded);
        CHECK(*from_base64(coded) == plain);
    }
    CHECK(*from_base64("Zm9v\r\n YmFy\t") == "foobar");
}

TEST_CASE("base64 of anything comes back") {
    rc::check([](const std::string& bytes) { RC_ASSERT(*from_base64(to_base64(bytes)) == bytes); });
}

TEST_CASE("what is no base64 is corrupt") {
    for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Z=g=", "Zm9v----", "Zm9*",
                                        "Zm9v\v\v\v\v", "Zm-_", "Zm9\xC3"}) {
        CAPTURE(text);
        const auto result = from_base64(text);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == Code::corrupt);
    }
}

TEST_CASE("hexadecimal") {
    CHECK(to_hex(std::string_view("\x00\x7f\xff", 3)) == "007fff");
    CHECK(to_hex("").empty());
}

}  // namespace
}  // namespace ely
