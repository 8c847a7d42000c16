#include "changes/stream/json_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>
#include <nlohmann/json.hpp>

namespace ely::stream {
namespace {

std::string written(std::string_view text) {
    std::string out = "x";
    append_json_string(out, text);
    return out.substr(1);
}

TEST_CASE("strings are escaped as the format says, at every distance from a block's border") {
    for (std::size_t before = 0; before < 40; ++before) {
        const std::string pad(before, 'p');
        for (int byte = 0; byte < 128; ++byte) {
            const auto text = pad + static_cast<char>(byte) + "tail of more than sixteen bytes";
            const auto line = written(text);
            CHECK(nlohmann::json::parse(line).get<std::string>() == text);
            CHECK(line.size() == nlohmann::json(text).dump().size());
            CHECK(decode_json_string(line.substr(1, line.size() - 2)) == text);
        }
    }
    CHECK(written(std::string("\0\b\t\n\f\r\x1f\x7f/\"\\é", 13)) == "\"\\u0000\\b\\t\\n\\f\\r\\u001f\x7f/\\\"\\\\é\"");
}

TEST_CASE("all escapes are decoded") {
    CHECK(decode_json_string(R"(\/\b\f\n\r\t\"\\)") == "/\b\f\n\r\t\"\\");
    CHECK(decode_json_string(R"(\u0041\u00e9\u20AC\ud83d\ude00)") == "Aé€😀");
    CHECK(decode_json_string("")->empty());
}

TEST_CASE("malformed strings are refused") {
    for (const auto* raw : {"\\", "a\\", "\\x", "\\u12", "\\u12g4", "\\ud83d", "\\ud83d\\n1234", "\\ud83d\\u0041",
                            "\\ude00", "a\"b", "a\nb", "0123456789abcdef\\", "0123456789abcde\"f0123456789abcdef"}) {
        CAPTURE(raw);
        CHECK_FALSE(decode_json_string(raw));
    }
}

TEST_CASE("any text survives, and other programs read it the same") {
    CHECK(rc::check([](const std::vector<char32_t>& seed) {
        std::string text;
        for (const auto code : seed) {
            const auto wanted = code % 4 == 0 ? code % 0x20 : code % 4 == 1 ? code % 0x80 : code % 0xD800;
            text += decode_json_string(fmt::format("\\u{:04x}", static_cast<unsigned>(wanted))).value();
        }
        const auto line = written(text);
        RC_ASSERT(nlohmann::json::parse(line).get<std::string>() == text);
        RC_ASSERT(decode_json_string(line.substr(1, line.size() - 2)).value() == text);
        const auto ascii = nlohmann::json(text).dump(-1, ' ', true);
        RC_ASSERT(decode_json_string(ascii.substr(1, ascii.size() - 2)).value() == text);
    }));
}

}  // namespace
}  // namespace ely::stream
