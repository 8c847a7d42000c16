#include "changes/detect/language.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace ely::detect {
namespace {

std::string_view name(std::string_view path, std::string_view start = {}) {
    const auto* language = language_of(path, start);
    return language != nullptr ? language->name : "-";
}

TEST_CASE("languages are told by extension and name") {
    CHECK(name("a/b.py") == "Python");
    CHECK(name("a.PY") == "Python");
    CHECK(name("x.tsx") == "TSX");
    CHECK(name("x.d.ts") == "TypeScript");
    CHECK(name("x.spec.ts") == "TypeScript");
    CHECK(name("x.jsx") == "JavaScript");
    CHECK(name("x.cs") == "C#");
    CHECK(name("x.hpp") == "C++");
    CHECK(name("x.kt") == "Kotlin");
    CHECK(name("x.ps1") == "PowerShell");
    CHECK(name("x.yml") == "YAML");
    CHECK(name("view.blade.php") == "Blade");
    CHECK(name("Dockerfile") == "Dockerfile");
    CHECK(name("docker/Dockerfile.alpine") == "Dockerfile");
    CHECK(name("app.dockerfile") == "Dockerfile");
    CHECK(name("CMakeLists.txt") == "CMake");
    CHECK(name("notes.txt") == "Text");
    CHECK(name("Makefile") == "Makefile");
    CHECK(name("Gemfile") == "Ruby");
    CHECK(name("go.mod") == "Go Module");
    CHECK(name(".gitignore") == "Ignore List");
    CHECK(name("LICENSE") == "Text");
    CHECK(name("README.md") == "Markdown");
    CHECK(name("unknown.qqq") == "-");
    CHECK(name("noextension") == "-");
    CHECK(name("py/unknown") == "-");
}

TEST_CASE("scripts without an extension are told by their first line") {
    CHECK(name("bin/x", "#!/bin/sh\n") == "Shell");
    CHECK(name("bin/x", "#!/usr/bin/env python3\n") == "Python");
    CHECK(name("bin/x", "#! /usr/bin/env -S FOO=1 node --x\n") == "JavaScript");
    CHECK(name("bin/x", "#!/usr/bin/python3.11\n") == "Python");
    CHECK(name("bin/x", "#!/usr/bin/perl -w") == "Perl");
    CHECK(name("bin/x", "#!\n") == "-");
    CHECK(name("bin/x", "#!/usr/bin/env\n") == "-");
    CHECK(name("x", "<?xml version=\"1.0\"?>") == "XML");
}

TEST_CASE("names that languages share are settled by the text") {
    CHECK(name("a.h", "#ifndef A_H\nvoid f(int);\n") == "C");
    CHECK(name("a.h", "#pragma once\nnamespace a {\n}\n") == "C++");
    CHECK(name("a.h", "@interface Foo\n") == "Objective-C");
    CHECK(name("a.m", "#import <Foundation/Foundation.h>\n") == "Objective-C");
    CHECK(name("a.m", "function y = f(x)\n  y = x;\n") == "MATLAB");
    CHECK(name("tr.ts", "<?xml version=\"1.0\"?>\n<TS>") == "XML");
}

TEST_CASE("the table is sound") {
    CHECK(languages().size() >= 150);
    for (const auto& language : languages()) {
        CHECK(!language.name.empty());
        CHECK(language.mime.find('/') != std::string_view::npos);
        CHECK(language_by_name(language.name) == &language);
        for (const auto extension : split(language.extensions, ' ')) {
            CHECK_MESSAGE(to_lower_ascii(extension) == extension, extension);
        }
    }
    CHECK(language_by_name("emacs-lisp")->name == "Emacs Lisp");
    CHECK(language_by_name("c++")->name == "C++");
    CHECK(language_by_name("nonsense") == nullptr);
}

TEST_CASE("media types") {
    CHECK(mime_of("a.py", language_by_name("Python"), true) == "text/x-python");
    CHECK(mime_of("a.png", nullptr, false) == "image/png");
    CHECK(mime_of("a.svg", language_by_name("SVG"), true) == "image/svg+xml");
    CHECK(mime_of("a.qqq", nullptr, true) == "text/plain");
    CHECK(mime_of("a.qqq", nullptr, false) == "application/octet-stream");
    CHECK(mime_of("config.json", language_by_name("JSON"), true) == "application/json");
}

}  // namespace
}  // namespace ely::detect
