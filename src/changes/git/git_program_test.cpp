#include "changes/git/git_program.hpp"

#include <doctest/doctest.h>

namespace ely::git {
namespace {

Code meaning(std::string_view errors) {
    return git_error(errors, 128, "git fetch failed").code;
}

TEST_CASE("git's words become error codes") {
    CHECK(
        meaning("fatal: '/x' does not appear to be a git repository\nfatal: Could not read from remote repository.") ==
        Code::not_found);
    CHECK(meaning("remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found") ==
          Code::not_found);
    CHECK(meaning("fatal: couldn't find remote ref refs/heads/x") == Code::not_found);
    CHECK(meaning("fatal: could not read Username for 'https://github.com': terminal prompts disabled") ==
          Code::unauthorized);
    CHECK(meaning("fatal: Authentication failed for 'https://example.org/a/'") == Code::unauthorized);
    CHECK(meaning("git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.") ==
          Code::unauthorized);
    CHECK(meaning("Host key verification failed.\nfatal: Could not read from remote repository.") ==
          Code::unauthorized);
    CHECK(meaning("fatal: unable to access 'https://x/': Could not resolve host: x") == Code::unavailable);
    CHECK(meaning("fatal: unable to access 'https://x/': Failed to connect to x port 443 after 0 ms: Couldn't connect "
                  "to server") == Code::unavailable);
    CHECK(meaning("fatal: unable to access 'https://x/': The requested URL returned error: 503") == Code::unavailable);
    CHECK(meaning("fatal: unable to access 'https://x/': The requested URL returned error: 429") == Code::rate_limited);
    CHECK(meaning("error: RPC failed; curl 18\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output") ==
          Code::unavailable);
    CHECK(meaning("fatal: write error: No space left on device\nfatal: index-pack failed") == Code::io);
    CHECK(meaning("error: refs/heads/main does not point to a valid object!\nfatal: bad object 1234") == Code::corrupt);
    CHECK(meaning("something new") == Code::io);
}

TEST_CASE("errors hold no credentials and no escape sequences") {
    const auto error =
        git_error("fatal: unable to access 'https://bob:s3cret@x/y/': \x1b[31mCould not resolve host", 128, "what");
    CHECK(error.message.find("s3cret") == std::string::npos);
    CHECK(error.message.find('\x1b') == std::string::npos);
    CHECK(error.message.find("Could not resolve host") != std::string::npos);
    CHECK_FALSE(error.hint.empty());
}

TEST_CASE("what ssh says is the reason when git only says that it could not read") {
    const auto error = git_error(
        "bob@x: Permission denied (publickey).\r\nfatal: Could not read from remote repository.\n\nPlease make sure "
        "you "
        "have the correct access rights\nand the repository exists.\n",
        128, "git ls-remote failed");
    CHECK(error.message == "git ls-remote failed: bob@x: Permission denied (publickey).");
    CHECK(git_error("fatal: Could not read from remote repository.", 128, "what").message ==
          "what: Could not read from remote repository.");
}

TEST_CASE("a failing command is an error, a missing repository not found") {
    const auto bad = run_git({{}, {"ls-remote", "--", "/does/not/exist"}, 30.0});
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == Code::not_found);
    CHECK(run_git({{}, {"--version"}, 30.0}));
}

}  // namespace
}  // namespace ely::git
