#include "base/yaml.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace ely {
namespace {

constexpr std::string_view k_text = R"(# my settings
store:
  path: /x/store.db   # on the fast disk

  # how much
search:
    limit: 10
patterns: [a, b]

# the end
)";

std::string with(std::string_view text, std::string_view key, std::string_view value) {
    auto out = with_yaml_value(text, key, value);
    REQUIRE_MESSAGE(out, out.error().message);
    return *out;
}

}  // namespace

TEST_CASE("settings are read as dotted keys with their lines") {
    const auto entries = read_yaml_entries(k_text, "config.yaml");
    REQUIRE(entries);
    REQUIRE(entries->size() == 3);
    CHECK(entries->at(0).key == "store.path");
    CHECK(entries->at(0).value == "/x/store.db");
    CHECK(entries->at(0).line == 3);
    CHECK(entries->at(1).key == "search.limit");
    CHECK(entries->at(1).line == 7);
    CHECK(entries->at(2).value == "a,b");
    CHECK(read_yaml_entries("", "x")->empty());
    CHECK(read_yaml_entries("a:\n", "x")->empty());
}

TEST_CASE("what is wrong is told with file and line") {
    const auto message = [](std::string_view text) {
        const auto entries = read_yaml_entries(text, "c.yaml");
        REQUIRE(!entries);
        CHECK(entries.error().code == Code::usage);
        return entries.error().message;
    };
    CHECK(message("a: 1\nb: [1, [2]]\n").starts_with("c.yaml:2: "));
    CHECK(message("a: 1\nb: {\n").starts_with("c.yaml:"));
    CHECK(message("- a\n").starts_with("c.yaml:1: "));
    CHECK(message("a:\n  b: 1\na:\n  b: 2\n") == "c.yaml:4: a.b stands here again, first in line 2");
}

TEST_CASE("a value is set where it stands; comments and order stay") {
    CHECK(with(k_text, "store.path", "/y") == R"(# my settings
store:
  path: /y   # on the fast disk

  # how much
search:
    limit: 10
patterns: [a, b]

# the end
)");
    CHECK(with(k_text, "search.limit", "20").find("    limit: 20\n") != std::string::npos);
}

TEST_CASE("a missing value is added at its section's end, a missing section at the file's") {
    CHECK(with(k_text, "search.mode", "lexical").find("    limit: 10\n    mode: lexical\npatterns") !=
          std::string::npos);
    CHECK(with(k_text, "mgit.data", "~/m").ends_with("# the end\nmgit:\n  data: \"~/m\"\n"));
    CHECK(with("", "a.b", "1") == "a:\n  b: 1\n");
    CHECK(with("a: 1", "b", "2") == "a: 1\nb: 2\n");
}

TEST_CASE("an edit that would change anything else is refused") {
    const auto refused = with_yaml_value("store: {path: /x, other: 1}\n", "store.path", "/y");
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::unsupported);
    CHECK(!with_yaml_value("search:\n  text: |\n    limit: 3\n    b\n  limit: >\n    5\n", "search.limit", "2"));
}

TEST_CASE("any text can be set and read back") {
    CHECK(rc::check("set, then read", [](const std::vector<std::uint8_t>& bytes) {
        std::string value;
        for (const auto byte : bytes) value += static_cast<char>(' ' + byte % 95);
        const auto text = with_yaml_value(k_text, "store.path", value);
        RC_ASSERT(text.has_value());
        RC_ASSERT(read_yaml_entries(*text, "x")->at(0).value == value);
        RC_ASSERT(text->find("# on the fast disk") != std::string::npos);
    }));
}

}  // namespace ely
