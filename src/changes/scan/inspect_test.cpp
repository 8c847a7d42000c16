#include "changes/scan/inspect.hpp"

#include <doctest/doctest.h>

#include "changes/git/testing/sandbox.hpp"

namespace ely::scan {
namespace {

using git::testing::Sandbox;
using git::testing::WorkTree;

Result<InspectReport> look(const Sandbox& sandbox, const WorkTree& tree, const InspectRequest& options = {}) {
    auto request = options;
    request.remote = *git::parse_remote(tree.file_url(), "/");
    request.data = sandbox.data();
    model::NoProgress progress;
    return inspect(request, progress);
}

TEST_CASE("a repository is counted as git has it") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    tree.write("src/app.py", "import flask\n");
    tree.write("src/deep/er/util.py", "x = 1\n");
    tree.write("README.md", "# Read me\n");
    tree.write("requirements.txt", "flask\ncelery\n");
    tree.write("tests/fixtures/requirements.txt", "django\n");
    tree.write("vendor/lib.c", "int x;\n");
    tree.write("vendor/lib.h", "int y;\n");
    tree.write("big.txt", std::string(3000, 'x') + "\n");
    tree.write(".env", "PASSWORD=hunter2hunter2\n");
    const auto commit = tree.commit();
    InspectRequest options;
    options.inclusion.max_file_size = 2000;
    const auto report = look(sandbox, tree, options);
    REQUIRE(report);
    CHECK(report->commit == commit);
    CHECK(report->branch == "main");
    CHECK(report->default_branch == "main");
    CHECK(report->commit_time == 1767225600);
    CHECK(report->files == tree.paths().size());
    CHECK(report->folders == 6);  // src, src/deep, src/deep/er, tests, tests/fixtures, vendor
    CHECK(report->indexable_files == 5);
    CHECK(report->indexable_bytes == 13 + 6 + 10 + 13 + 7);
    CHECK(report->bytes == report->indexable_bytes + 14 + 3001);
    CHECK(report->main_language == "Python");
    REQUIRE(report->languages.size() == 3);
    CHECK(report->languages[0].name == "Pip Requirements");
    CHECK(report->languages[0].files == 2);
    CHECK(report->languages[1].name == "Python");
    CHECK(report->languages[1].bytes == 19);
    CHECK(report->frameworks == std::vector<std::string>{"Celery", "Flask"});
    std::uint64_t left_out = 0;
    for (const auto& [reason, tally] : report->exclusions) left_out += tally.files;
    CHECK(left_out + report->indexable_files == report->files);
    REQUIRE(report->exclusions.size() == 3);
    CHECK(report->exclusions[0].first == "vendored");
    CHECK(report->exclusions[0].second.files == 2);
    CHECK(report->exclusions[0].second.examples == std::vector<std::string>{"vendor/lib.c", "vendor/lib.h"});
    REQUIRE_FALSE(report->largest.empty());
    CHECK(report->largest[0].path == "big.txt");
    CHECK(report->largest[0].skip_reason == "too_large");
}

TEST_CASE("an empty repository, another branch, a missing one") {
    const Sandbox sandbox;
    const WorkTree tree(sandbox.path() / "r");
    CHECK(look(sandbox, tree)->empty);
    tree.write("a.go", "package a\n");
    tree.commit();
    tree.git({"checkout", "--quiet", "-b", "side"});
    tree.write("b.go", "package b\n");
    tree.commit();
    tree.git({"checkout", "--quiet", "main"});
    CHECK(look(sandbox, tree)->files == 1);
    InspectRequest options;
    options.update.branch = "side";
    CHECK(look(sandbox, tree, options)->files == 2);
    options.update.branch = "none";
    CHECK(look(sandbox, tree, options).error().code == Code::not_found);
}

}  // namespace
}  // namespace ely::scan
