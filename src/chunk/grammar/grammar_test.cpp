#include "chunk/grammar/grammar.hpp"

#include <doctest/doctest.h>

namespace ely::chunk {
namespace {

TEST_CASE("a header of C++ is read as C++") {
    CHECK(grammar_for("a/b.h", "C", "#pragma once\nnamespace a {\nclass B {};\n}\n")->name == "C++");
    CHECK(grammar_for("a/b.h", "C", "struct b { int class; };\n")->name == "C");
    CHECK(grammar_for("a/b.c", "C", "namespace a\n")->name == "C");
}

TEST_CASE("languages are known by the names that detection gives them") {
    for (const std::string_view name : {"Python", "JavaScript", "TypeScript", "TSX", "Go", "Rust", "Java", "C", "C++",
                                        "C#", "Ruby", "PHP", "Shell", "python", "bash", "golang"}) {
        CAPTURE(name);
        CHECK(grammar_by_language(name) != nullptr);
    }
    CHECK(grammar_by_language("") == nullptr);
    CHECK(grammar_by_language("COBOL") == nullptr);
}

TEST_CASE("each grammar fits the parser and knows the nodes it is asked about") {
    for (const auto& grammar : all_grammars()) {
        CAPTURE(grammar.name);
        auto& reader = reader_for(grammar);
        CHECK(&reader == &reader_for(grammar));
        CHECK(reader.parse("x") != nullptr);
        CHECK(reader.fields().name != 0);
    }
}

}  // namespace
}  // namespace ely::chunk
