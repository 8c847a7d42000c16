#include "chunk/lines.hpp"

#include <doctest/doctest.h>

namespace ely::chunk {
namespace {

TEST_CASE("lines of a text") {
    const Lines lines("a\n  b\r\n\n\t c");
    REQUIRE(lines.count() == 4);
    CHECK(lines.line(0) == "a");
    CHECK(lines.line(1) == "  b");
    CHECK(lines.line(3) == "\t c");
    CHECK(lines.text({0, 4}) == "a\n  b\r\n\n\t c");
    CHECK(lines.text({1, 3}) == "  b\r\n");
    CHECK(lines.blank(2));
    CHECK_FALSE(lines.blank(1));
    CHECK(lines.indentation(1) == 2);
    CHECK(lines.indentation(3) == 5);
    CHECK(lines.trimmed({2, 4}) == LineRange{3, 4});
    CHECK(lines.trimmed({2, 3}).empty());
}

TEST_CASE("an empty text has no lines, a last line end makes none") {
    CHECK(Lines("").count() == 0);
    CHECK(Lines("\xEF\xBB\xBF").count() == 0);
    CHECK(Lines("a\n").count() == 1);
    CHECK(Lines("\n").count() == 1);
    CHECK(Lines("a\rb").count() == 1);
}

TEST_CASE("a byte order mark is no part of the first line") {
    const Lines lines("\xEF\xBB\xBF# x\ny");
    CHECK(lines.line(0) == "# x");
    CHECK(lines.indentation(0) == 0);
}

TEST_CASE("the line of an offset") {
    const Lines lines("ab\n\ncd");
    CHECK(lines.line_of(0) == 0);
    CHECK(lines.line_of(2) == 0);
    CHECK(lines.line_of(3) == 1);
    CHECK(lines.line_of(4) == 2);
    CHECK(lines.line_of(5) == 2);
    CHECK(lines.line_of(99) == 2);
    CHECK(Lines("").line_of(0) == 0);
}

TEST_CASE("word pieces are near what the tokenizer of all-MiniLM-L6-v2 counts") {
    struct Sample {
        std::string_view text;
        double pieces;
    };
    // Counted with the model's own tokenizer, without its two special tokens.
    const Sample samples[] = {
        {"The quick brown fox jumps over the lazy dog, and nothing else happens here.\n", 16},
        {"static int getUserName(const std::string& user_id, HTTPServer* server) {\n", 25},
        {"    return [x for x in self.items if x.key == 12345 and not x.is_deleted]\n", 25},
        {"if (err != nil) { return nil, fmt.Errorf(\"open %s: %w\", path, err) }\n", 35},
    };
    for (const auto& sample : samples) {
        CAPTURE(sample.text);
        const Lines lines(sample.text);
        CHECK(lines.pieces(lines.all()) == doctest::Approx(sample.pieces).epsilon(0.25));
    }
}

TEST_CASE("pieces of ranges add up") {
    const Lines lines("one two\nthree_four(5)\n\nsixSeven\n");
    const auto sum = lines.pieces({0, 1}) + lines.pieces({1, 2}) + lines.pieces({2, 4});
    CHECK(lines.pieces({0, 4}) + 2 >= sum);
    CHECK(lines.pieces({0, 4}) <= sum + 2);
    CHECK(lines.pieces({2, 3}) == 0);
}

}  // namespace
}  // namespace ely::chunk
