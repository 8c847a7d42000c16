#include "base/text.hpp"

#include <random>

#include <doctest/doctest.h>

#include "base/clock.hpp"

namespace ely {
namespace {

// What the stars mean, the slow and obvious way.
bool naive(std::string_view pattern, std::string_view text, bool at_part = true) {
    if (pattern.empty()) return text.empty();
    if (pattern.starts_with("**")) {
        auto rest = pattern;
        while (rest.starts_with('*')) rest.remove_prefix(1);
        const bool by_folder = at_part && rest.starts_with('/');
        if (by_folder) rest.remove_prefix(1);
        for (std::size_t i = 0; i <= text.size(); ++i) {
            const bool here = !by_folder || i == 0 || text[i - 1] == '/';
            if (here && naive(rest, text.substr(i), by_folder)) return true;
        }
        return false;
    }
    if (pattern.front() == '*') {
        for (std::size_t i = 0;; ++i) {
            if (naive(pattern.substr(1), text.substr(i), false)) return true;
            if (i >= text.size() || text[i] == '/') return false;
        }
    }
    if (text.empty()) return false;
    if (pattern.front() == '?' ? text.front() == '/' : pattern.front() != text.front()) return false;
    return naive(pattern.substr(1), text.substr(1), pattern.front() == '/');
}

TEST_CASE("wildmatch says what the slow and obvious way says") {
    std::mt19937 random(7);
    const auto spelled = [&](std::string_view alphabet, std::size_t longest) {
        std::string out(random() % (longest + 1), ' ');
        for (char& c : out) c = alphabet[random() % alphabet.size()];
        return out;
    };
    int matched = 0;
    for (int i = 0; i < 100000; ++i) {
        const auto pattern = spelled("ab/**?", 9);
        const auto text = spelled("ab/", 8);
        const bool expected = naive(pattern, text);
        if (expected) ++matched;
        if (wildmatch(pattern, text) != expected) FAIL(pattern << " against " << text);
    }
    CHECK(matched > 2000);
}

TEST_CASE("classes, escapes and alternatives") {
    CHECK(wildmatch("[a-c]x", "bx"));
    CHECK_FALSE(wildmatch("[a-c]x", "dx"));
    CHECK(wildmatch("[!a]", "b"));
    CHECK(wildmatch("[]]", "]"));
    CHECK_FALSE(wildmatch("a[^b]c", "a/c"));
    CHECK(wildmatch("[", "["));
    CHECK(wildmatch("\\*", "*"));
    CHECK_FALSE(wildmatch("\\*", "a"));
    CHECK(wildmatch("*.{c,h}{,pp}", "a.hpp"));
    CHECK(wildmatch("*.{c,h}{,pp}", "a.c"));
    CHECK(wildmatch("{a,b/{c,d}}/e", "b/d/e"));
    CHECK_FALSE(wildmatch("{a,b}", "{a,b}"));
    CHECK(wildmatch("{a,b", "{a,b"));
    CHECK(wildmatch("\\{a,b}", "{a,b}"));
    CHECK(glob_match("*.py", "a/b.py"));
    CHECK(glob_match("docs/", "docs/a/b"));
    CHECK_FALSE(glob_match("/a", "b/a"));
    for (const auto* good : {"", "*.py", "a[bc]d", "[]]", "[!]a]", "\\[a", "a\\", "{a,[b]}", "a]"}) {
        CHECK_MESSAGE(check_glob(good), good);
    }
    for (const auto* bad : {"[", "a[bc", "[]", "[!]", "[a]/[b", "[a\\]"}) {
        const auto checked = check_glob(bad);
        REQUIRE_MESSAGE(!checked, bad);
        CHECK(checked.error().code == Code::usage);
    }
}

TEST_CASE("no pattern takes long") {
    std::string stars;
    for (int i = 0; i < 60; ++i) stars += "*a";
    std::string folders;
    for (int i = 0; i < 60; ++i) folders += "**/a/";
    std::string choices;
    for (int i = 0; i < 40; ++i) choices += "{a,b}";
    const Stopwatch watch;
    CHECK_FALSE(wildmatch(stars + "b", std::string(2000, 'a')));
    CHECK_FALSE(wildmatch(folders + "b", [] {
        std::string path;
        for (int i = 0; i < 1000; ++i) path += "a/";
        return path;
    }()));
    static_cast<void>(wildmatch(choices, std::string(40, 'c')));
    CHECK(watch.seconds() < 20);
}

TEST_CASE("foreign text cannot drive a terminal, nor turn its reader around") {
    CHECK(printable("plain é 😀\ttext") == "plain é 😀\ttext");
    CHECK(printable("a\x1b[2Jb\n\x7f") == "a\\x1b[2Jb\\x0a\\x7f");
    // One-character forms of the escape sequences, and what makes text read in another order than it has.
    CHECK(printable("\u009b2J\u0085") == "\\x9b2J\\x85");
    CHECK(printable("\u00a0\u00ff") == "\u00a0\u00ff");
    CHECK(printable("\u202egpj.exe\u2066x\u2069\u200e") == "\\u202egpj.exe\\u2066x\\u2069\\u200e");
    CHECK(printable("\u2028") == "\\u2028");
    CHECK(printable("\u2027\u2030\u206a") == "\u2027\u2030\u206a");
    CHECK(printable("\xff") == "\uFFFD");
}

}  // namespace
}  // namespace ely
