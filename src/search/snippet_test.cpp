#include "search/snippet.hpp"

#include <doctest/doctest.h>

using namespace ely::search;

TEST_CASE("the lines with the most words of the query are shown, with their marks") {
    const auto* text = "def unrelated():\n    pass\n\ndef schedule_retry(task):\n    retry(task)\n    return task\n";
    const auto lines = make_snippet(text, 10, "how are retries scheduled? schedule retry", 2);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].number == 13);
    CHECK(lines[0].text == "def schedule_retry(task):");
    REQUIRE(lines[0].marks.size() == 2);
    CHECK(lines[0].marks[0].start == 4);
    CHECK(lines[0].marks[0].size == 8);
    CHECK(lines[0].marks[1].start == 13);
}

TEST_CASE("without a match the first lines are shown") {
    const auto lines = make_snippet("a\nb\nc\n", 1, "zebra", 2);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].text == "a");
    CHECK(lines[0].marks.empty());
    CHECK(make_snippet("", 1, "x").empty());
}

TEST_CASE("a long line is cut between characters") {
    std::string text(399, 'a');
    text += "ää";
    const auto lines = make_snippet(text, 1, "a");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text.size() == 399);
}
