#include "search/query_words.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

using namespace ely;
using namespace ely::search;

TEST_CASE("words that say nothing are left out, unless nothing else is there") {
    CHECK(trim(without_stop_words("how are retries scheduled?")) == "retries scheduled?");
    CHECK(without_stop_words("to be or not to be") == "to be or not to be");
    CHECK(without_stop_words("") == "");
    CHECK(without_stop_words("is_valid the isValid") == "is_valid  isValid");
}

TEST_CASE("identifiers are shown by their parts too") {
    CHECK(words_to_show("the parseHTTPHeader_x2 of Foo") ==
          std::vector<std::string>{"foo", "header", "http", "parse", "parsehttpheader_x2", "x2"});
}
