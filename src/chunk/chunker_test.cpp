#include "chunk/chunker.hpp"

#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "base/files.hpp"
#include "chunk/lines.hpp"
#include "chunk/outline.hpp"
#include "chunk/testing/checks.hpp"

namespace ely::chunk {
namespace {

const std::vector<std::string> k_languages{
    "Python", "JavaScript", "TypeScript",       "TSX",  "Go", "Rust", "Java", "C", "C++", "C#", "Ruby", "PHP",
    "Shell",  "Markdown",   "reStructuredText", "YAML", ""};

std::vector<model::Chunk> chunked(std::string_view language, std::string_view content, const Options& options = {}) {
    auto out = chunk_document("a/file.h", language, content, options);
    const auto wrong = testing::fault(content, out);
    INFO(language);
    INFO(std::string(content.substr(0, 2000)));
    CHECK_MESSAGE(!wrong, wrong.value_or(""));
    return out;
}

// One chunk a line: "method Flask.route 3-7".
std::string listed(const std::vector<model::Chunk>& chunks) {
    std::string out;
    for (const auto& c : chunks) out += fmt::format("{} {} {}-{}\n", c.kind, c.symbol, c.start_line, c.end_line);
    return out;
}

std::string repeated(std::string_view line, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += line;
    return out;
}

const Options k_little_merging{.max_pieces = 220, .merge_pieces = 100, .max_lines = 100};

// A statement of about eight pieces.
constexpr std::string_view k_statement = "    total = total + value * factor\n";

TEST_CASE("a small file is one chunk") {
    CHECK(listed(chunked("Python", "import os\n\ndef a():\n    return 1\n\ndef b():\n    return 2\n")) ==
          "function a, b 1-7\n");
    CHECK(listed(chunked("Python", "x = 1\ny = 2\n")) == "lines  1-2\n");
}

TEST_CASE("functions that fit stay whole, with what belongs to them") {
    const auto content =
        "import os, sys\nfrom other.place import something, another_thing, third_thing\n\n# About a.\n@decorated\ndef "
        "a():\n" +
        repeated(k_statement, 18) + "\n\ndef b():\n" + repeated(k_statement, 18);
    CHECK(listed(chunked("Python", content, k_little_merging)) == "lines  1-2\nfunction a 4-24\nfunction b 27-45\n");
}

TEST_CASE("a long function is divided at blank lines and keeps its symbol") {
    const auto content =
        "def a():\n" + repeated(k_statement, 22) + "\n" + repeated(k_statement, 22) + "\n" + repeated(k_statement, 22);
    CHECK(listed(chunked("Python", content)) == "function a 1-23\nfunction a 25-46\nfunction a 48-69\n");
}

TEST_CASE("a class that does not fit is divided at its members") {
    const auto method = [](std::string_view name) {
        return fmt::format("    def {}(self):\n{}\n", name, repeated("    " + std::string(k_statement), 18));
    };
    const auto content = "class Store:\n    \"\"\"Keeps things.\"\"\"\n    size = 1\n    other = size + size\n\n" +
                         method("get") + method("put") + "    def tiny(self): pass\n    def small(self): pass\n";
    CHECK(listed(chunked("Python", content, k_little_merging)) ==
          "class Store 1-4\nmethod Store.get 6-24\nmethod Store.put, Store.tiny, Store.small 26-47\n");
}

TEST_CASE("a closing brace is no chunk of its own") {
    const auto content =
        "class A {\n  void f() {\n" + repeated("    total = total + value * factor;\n", 22) + "  }\n}\n";
    const Options options{.max_pieces = 205, .merge_pieces = 100, .max_lines = 100};
    CHECK(listed(chunked("Java", content, options)) == "class A 1-1\nmethod A.f 2-26\n");
}

TEST_CASE("parts are of about equal size") {
    const auto chunks = chunked("YAML", repeated("key: some value here\n", 100));
    REQUIRE(chunks.size() > 1);
    const auto pieces = [](const model::Chunk& c) {
        const Lines lines(c.text);
        return lines.pieces(lines.all());
    };
    CHECK(pieces(chunks.back()) * 2 > pieces(chunks.front()));
}

TEST_CASE("chunks stay below the limit, but for longer lines") {
    const Options options{.max_pieces = 40, .merge_pieces = 20, .max_lines = 7};
    for (const auto& language : k_languages) {
        const auto content = repeated("class A {\n  int get() { return 1; }\n\n};\n\n", 20) + repeated("word ", 90);
        for (const auto& chunk : chunked(language, content, options)) {
            const Lines lines(chunk.text);
            CHECK(lines.count() <= 7);
            if (lines.count() > 1) CHECK(lines.pieces(lines.all()) <= 50);
        }
    }
}

TEST_CASE("Markdown is divided at its headings") {
    const auto text = repeated("Some words that say something about it.\n", 16);
    const auto content = "---\ntitle: x\n---\n" + text + "# Guide #\n" + text + "## Install\n" + text +
                         "```sh\n# no heading\n" + text + "```\n### From `source`\n" + text + "Use\n---\n" + text +
                         "#hashtag\n" + text + "# End\n" + text;
    std::string symbols;
    for (const auto& c : chunked("Markdown", content)) {
        CHECK(c.kind == "section");
        if (!symbols.ends_with(c.symbol + "\n")) symbols += c.symbol + "\n";
    }
    CHECK(symbols == "\nGuide\nGuide > Install\nGuide > Install > From `source`\nGuide > Use\nEnd\n");
}

TEST_CASE("reStructuredText is divided at its titles") {
    const auto text = repeated("Some words that say something about it.\n", 16);
    const auto content = "=====\nGuide\n=====\n\n" + text + "\nInstall\n=======\n\n" + text +
                         "\nFrom source\n-----------\n\n" + text + "\nUse\n===\n" + text;
    std::string symbols;
    for (const auto& c : chunked("reStructuredText", content)) {
        if (!symbols.ends_with(c.symbol + "\n")) symbols += c.symbol + "\n";
    }
    CHECK(symbols == "Guide\nGuide > Install\nGuide > Install > From source\nGuide > Use\n");
}

TEST_CASE("odd texts") {
    for (const auto& language : k_languages) {
        CHECK(chunked(language, "").empty());
        CHECK(chunked(language, "\n\n  \n").empty());
        CHECK(chunked(language, "\xEF\xBB\xBF").empty());
        CHECK(chunked(language, "x").size() == 1);
        (void)chunked(language, std::string("a\0b\n\0\nc", 7));
        (void)chunked(language, "\xEF\xBB\xBFint a;\r\n\r\nint b() {\r\n  return 1;\r\n}\r\n");
        (void)chunked(language, "\xFF\xFE{\x80(\n\xC0");
        (void)chunked(language, "def f(\nclass {\nfunction (\n'\"`/*\n<?php\n#if\n");
        (void)chunked(language, "}\n}\n{\n#else\n#endif\n{\n");
    }
}

TEST_CASE("deep nesting and long lines") {
    std::vector<std::string> texts;
    for (const std::string_view unit : {"(", "{", "[", "class A { ", "namespace a { ", "if (x) { ", "`${", "- ", "'",
                                        "\"", "/*", "<", "def a(\n", "#if x\n", "\\", "a.b(function () { "}) {
        texts.push_back(repeated(unit, static_cast<int>(8'000 / unit.size())));
    }
    std::string deep;
    for (int i = 0; i < 300; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "class A:\n";
    texts.push_back(deep);
    for (const auto& language : k_languages) {
        for (const auto& text : texts) (void)chunked(language, text);
    }
}

// Read to the end each of these takes minutes: the cost grows with the square of the length.
TEST_CASE("text that a parser cannot get through is given up and chunked by lines") {
    const std::pair<std::string_view, std::string_view> texts[] = {
        {"Python", "def a(\n"}, {"JavaScript", "'"}, {"Shell", "<"}};
    for (const auto& [language, unit] : texts) {
        const auto text = repeated(unit, static_cast<int>(400'000 / unit.size()));
        const auto* grammar = grammar_by_language(language);
        REQUIRE(grammar != nullptr);
        CAPTURE(language);
        CHECK_FALSE(outline(*grammar, text, Lines(text)).has_value());
        for (const auto& chunk : chunked(language, text)) CHECK(chunk.kind == "lines");
    }
}

TEST_CASE("random bytes") {
    rc::check("chunks of anything keep their promises", [] {
        const auto language = *rc::gen::elementOf(k_languages);
        const auto content = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        const auto chunks = chunk_document("x.h", language, content);
        RC_ASSERT(!testing::fault(content, chunks));
    });
}

TEST_CASE("random code") {
    const std::vector<std::string> words{"class ",
                                         "def ",
                                         "function ",
                                         "fn ",
                                         "func ",
                                         "impl ",
                                         "namespace ",
                                         "struct ",
                                         "enum ",
                                         "{",
                                         "}",
                                         "(",
                                         ")",
                                         "[",
                                         "]",
                                         ";",
                                         ":",
                                         ",",
                                         "\n",
                                         "\n    ",
                                         "\n\n",
                                         "\r\n",
                                         "\t",
                                         "'",
                                         "\"",
                                         "`",
                                         "/*",
                                         "*/",
                                         "//",
                                         "#",
                                         "#if 1\n",
                                         "#else\n",
                                         "#endif\n",
                                         "=>",
                                         "=",
                                         "->",
                                         "<",
                                         ">",
                                         "end\n",
                                         "do\n",
                                         "a",
                                         "Store",
                                         "self.x",
                                         "42",
                                         "return ",
                                         "<?php ",
                                         "?>",
                                         "<<<EOT\n",
                                         "EOT\n",
                                         "\"\"\"",
                                         "@",
                                         "$",
                                         "R\"(",
                                         ")\"",
                                         "r#\"",
                                         "${",
                                         "## ",
                                         "---\n",
                                         "```\n",
                                         "template <",
                                         "if (",
                                         "else ",
                                         "export ",
                                         "export default ",
                                         "async ",
                                         "extern \"C\" {",
                                         "macro_rules! ",
                                         "\xC3\xA9"};
    rc::check("chunks of what looks like code keep their promises, twice", [&] {
        const auto language = *rc::gen::elementOf(k_languages);
        const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(words));
        std::string content;
        for (const auto& part : parts) content += part;
        const Options options{*rc::gen::inRange(1U, 60U), *rc::gen::inRange(0U, 60U), *rc::gen::inRange(1U, 30U)};
        const auto chunks = chunk_document("x.h", language, content, options);
        RC_ASSERT(!testing::fault(content, chunks));
        RC_ASSERT(listed(chunks) == listed(chunk_document("x.h", language, content, options)));
    });
}

TEST_CASE("real code, mutated") {
    // Tests run in the project's folder: its own sources are the code.
    std::vector<std::pair<std::string, std::string>> sources;
    for (const Path path : {"src/chunk/outline.cpp", "src/chunk/skim/literals.cpp", "src/chunk/outline_test.cpp",
                            "src/base/sqlite.hpp", "tools/check_layers.py", "tools/setup", "CONTRIBUTING.md"}) {
        auto text = read_file(path);
        REQUIRE(text.has_value());
        const auto language = path.extension() == ".py"   ? "Python"
                              : path.extension() == ".md" ? "Markdown"
                              : path.extension().empty()  ? "Shell"
                                                          : "C++";
        sources.emplace_back(language, std::move(*text));
    }
    rc::check("chunks of damaged code keep their promises", [&] {
        auto [language, content] = *rc::gen::elementOf(sources);
        for (auto cuts = *rc::gen::inRange(0, 12); cuts > 0; --cuts) {
            const auto from = *rc::gen::inRange<std::size_t>(0, content.size());
            content.erase(from, *rc::gen::inRange<std::size_t>(0, 40));
            const auto to = *rc::gen::inRange<std::size_t>(0, content.size());
            content.insert(to, *rc::gen::element<std::string>("{", "}", "\"", "'", "/*", "(", "\n", "#if 1\n", "R\"("));
        }
        RC_ASSERT(!testing::fault(content, chunk_document("x.h", language, content)));
    });
}

TEST_CASE("threads chunk side by side with the same outcome") {
    const auto content = repeated("class A:\n    def a(self):\n" + repeated("    " + std::string(k_statement), 12), 20);
    const auto expected = listed(chunked("Python", content));
    std::vector<std::string> found(4);
    {
        std::vector<std::jthread> threads;
        for (auto& slot : found) {
            threads.emplace_back([&slot, &content] { slot = listed(chunk_document("a.py", "Python", content)); });
        }
    }
    for (const auto& one : found) CHECK(one == expected);
}

TEST_CASE("what is embedded") {
    CHECK(embedding_text("src/a.py", "Store.get", "def get(): pass") == "src/a.py Store.get\ndef get(): pass");
    CHECK(embedding_text("src/a.py", "a, b", "x") == "src/a.py a b\nx");
    CHECK(embedding_text("README", "", "Hello") == "README\nHello");
}

}  // namespace
}  // namespace ely::chunk
