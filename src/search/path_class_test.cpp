#include "search/path_class.hpp"

#include <doctest/doctest.h>

using namespace ely::search;

TEST_CASE("paths are told apart by their folders and names") {
    for (const auto* path :
         {"tests/unit/a.py", "src/app_test.go", "src/test_app.py", "web/App.spec.ts", "src/FooTest.java", "conftest.py",
          "examples/hello.rs", "core/test-data/x.json", "t/basic.sh", "tokio-test/src/io.rs"}) {
        CHECK_MESSAGE(classify_path(path) == PathClass::test, path);
    }
    for (const auto* path : {"README.md", "docs/index.rst", "doc/conf.py", "CHANGELOG", "site/style.css", "NEWS.txt"}) {
        CHECK_MESSAGE(classify_path(path) == PathClass::document, path);
    }
    for (const auto* path : {"go.mod", "Makefile", "config/app.yaml", "package.json"}) {
        CHECK_MESSAGE(classify_path(path) == PathClass::other, path);
    }
    for (const auto* path :
         {"src/latest.py", "lib/contest.rb", "src/Latest.java", "history.go", "attestation/sign.ts"}) {
        CHECK_MESSAGE(classify_path(path) == PathClass::source, path);
    }
}

TEST_CASE("a query that asks for tests, documents or a file by its name gets them unweighted") {
    CHECK(class_weight("tests/a.py", "how is the parser built") < 1);
    CHECK(class_weight("tests/a.py", "tests of the parser") == 1);
    CHECK(class_weight("README.md", "install it") < 1);
    CHECK(class_weight("README.md", "what does the readme say") == 1);
    CHECK(class_weight("go.mod", "which version is in go.mod") == 1);
    CHECK(class_weight("config/app.yaml", "yaml settings") == 1);
    CHECK(class_weight("src/a.py", "anything") == 1);
}
