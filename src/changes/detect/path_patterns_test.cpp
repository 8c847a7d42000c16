#include "changes/detect/path_patterns.hpp"

#include <doctest/doctest.h>

namespace ely::detect {
namespace {

Match match(std::string_view lines, std::string_view path, std::string_view folder = {}) {
    PathPatterns patterns;
    patterns.add_lines(lines, folder);
    return patterns.match(path);
}
bool yes(std::string_view lines, std::string_view path, std::string_view folder = {}) {
    return match(lines, path, folder) == Match::yes;
}

TEST_CASE("patterns mean what they mean in .gitignore") {
    CHECK(yes("*.py", "a.py"));
    CHECK(yes("*.py", "a/b/c.py"));
    CHECK_FALSE(yes("*.py", "a.pyc"));
    CHECK(yes("build", "build"));
    CHECK(yes("build", "a/build/x.c"));
    CHECK(yes("build/", "a/build/x.c"));
    CHECK_FALSE(yes("build/", "a/build"));
    CHECK(yes("/build", "build/x"));
    CHECK_FALSE(yes("/build", "a/build/x"));
    CHECK(yes("doc/*.txt", "doc/a.txt"));
    CHECK_FALSE(yes("doc/*.txt", "doc/b/a.txt"));
    CHECK_FALSE(yes("doc/*.txt", "x/doc/a.txt"));
    CHECK(yes("**/foo", "a/b/foo"));
    CHECK(yes("**/foo", "foo"));
    CHECK(yes("a/**/b", "a/b"));
    CHECK(yes("a/**/b", "a/x/y/b"));
    CHECK(yes("abc/**", "abc/x/y"));
    CHECK(yes("*.{ts,tsx}", "src/a.tsx"));
    CHECK(yes("file[0-9].c", "file7.c"));
    CHECK(yes("./src/", "src/x"));
    CHECK_FALSE(yes("", "a"));
    CHECK_FALSE(yes("/", "a"));
}

TEST_CASE("comments, blanks, escapes") {
    CHECK_FALSE(yes("#a", "#a"));
    CHECK(yes("\\#a", "#a"));
    CHECK(yes("a  \r\n", "a"));
    CHECK(yes("\\!a", "!a"));
    CHECK(yes("\xEF\xBB\xBF*.log", "x.log"));
}

TEST_CASE("the last match decides, a folder cannot be opened again from below") {
    CHECK(match("*.log\n!keep.log", "keep.log") == Match::taken_back);
    CHECK(match("!keep.log\n*.log", "keep.log") == Match::yes);
    CHECK(match("logs/\n!logs/keep.log", "logs/keep.log") == Match::yes);
    CHECK(match("logs/*\n!logs/keep.log", "logs/keep.log") == Match::taken_back);
    CHECK(match("!vendor/ours/", "vendor/ours/a/b.c") == Match::taken_back);
    CHECK(match("!vendor/ours/", "vendor/theirs/b.c") == Match::none);
}

TEST_CASE("patterns hold below the folder of their file") {
    CHECK(yes("*.py", "a/b/c.py", "a/"));
    CHECK_FALSE(yes("*.py", "b/c.py", "a/"));
    CHECK(yes("/x", "a/x", "a/"));
    CHECK_FALSE(yes("/x", "x", "a/"));
}

}  // namespace
}  // namespace ely::detect
