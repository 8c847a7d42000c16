// wildmatch() against git's own, asked through check-ignore.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/process.hpp"
#include "base/testing/temporary_folder.hpp"
#include "base/text.hpp"

namespace ely {
namespace {

// The paths that git ignores by this pattern, one a line.
std::string ignored_by_git(const Path& repository, const std::string& pattern, const std::vector<std::string>& paths) {
    RC_ASSERT(write_file_atomic(repository / ".gitignore", "/" + pattern + "\n").has_value());
    ProcessOptions options;
    options.arguments = {"git", "-C", repository.string(), "check-ignore", "--no-index", "--stdin"};
    options.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_CONFIG_NOSYSTEM", "1"}};
    for (const auto& path : paths) options.input += path + "\n";
    const auto result = run_process(options);
    RC_ASSERT(result.has_value());
    RC_ASSERT(result->exit_status <= 1);
    return result->output;
}

// git ignores what is below an ignored folder as well.
bool is_ignored(const std::string& pattern, std::string_view path) {
    for (auto end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1)) {
        if (wildmatch(pattern, path.substr(0, end))) return true;
    }
    return wildmatch(pattern, path);
}

TEST_CASE("wildmatch says what git says") {
    const testing::TemporaryFolder folder;
    ProcessOptions init;
    init.arguments = {"git", "init", "-q", folder.path().string()};
    REQUIRE(run_process(init).has_value());
    // "**" stands between slashes or at an end of the pattern; elsewhere git takes it for "*", and we don't.
    const std::vector<std::string> pieces{"a", "b", "ab", "*", "?", "[ab]", "[!a]", "[a-c]", "\\*", ".x", "a*", "*b"};
    const std::vector<std::string> names{"a", "b", "ab", "ba", "abc", "c", ".x", "a.x", "*", "aa", "x"};
    rc::check([&] {
        const auto part = rc::gen::map(
            rc::gen::resize(
                3, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)))),
            [](const std::vector<std::string>& p) {
                const auto text = join(p, "");
                return text.find("**") == std::string::npos ? text : std::string("**");
            });
        const auto pattern =
            join(*rc::gen::resize(4, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(part))), "/");
        RC_PRE(pattern != "**");
        std::vector<std::string> paths;
        for (int i = 0; i < 40; ++i) {
            paths.push_back(join(*rc::gen::resize(4, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
                                                         rc::gen::elementOf(names)))),
                                 "/"));
        }
        std::string ours;
        for (const auto& path : paths) {
            if (is_ignored(pattern, path)) ours += path + "\n";
        }
        RC_LOG() << pattern;
        RC_ASSERT(ours == ignored_by_git(folder.path(), pattern, paths));
    });
}

}  // namespace
}  // namespace ely
