#include "changes/git/remote.hpp"

#include <doctest/doctest.h>

#include "changes/git/testing/sandbox.hpp"

namespace ely::git {
namespace {

std::string name_of(std::string_view text) {
    const auto remote = parse_remote(text, "/nowhere");
    return remote ? remote->name : std::string(code_name(remote.error().code));
}

TEST_CASE("one repository has one name whatever the spelling") {
    for (const auto* text :
         {"https://github.com/pallets/flask", "https://github.com/pallets/flask.git",
          "https://github.com/pallets/flask/", "https://user@GitHub.com:443/pallets/flask.git",
          "http://github.com:80/pallets/flask", "ssh://git@github.com/pallets/flask.git",
          "ssh://git@github.com:22/pallets/flask.git", "git@github.com:pallets/flask.git", "github.com:pallets/flask",
          "git://github.com/pallets/flask", "github.com/pallets/flask",
          "https://github.com//pallets/flask.git?private_token=abc#x", "  https://github.com/pallets/flask "}) {
        CHECK_MESSAGE(name_of(text) == "github.com/pallets/flask", text);
    }
    CHECK(name_of("https://git.example.org:8443/a/b/c.git") == "git.example.org:8443/a/b/c");
    CHECK(name_of("https://example.org/a%20b") == "example.org/a b");
    CHECK(name_of("https://[::1]:9000/a/b") == "[::1]:9000/a/b");
}

TEST_CASE("what is no address of a repository is refused") {
    for (const auto* text :
         {"", "https://github.com", "https://github.com/", "ext::sh -c 'touch /tmp/x'", "--upload-pack=x",
          "ftp://example.org/a", "https://-oProxyCommand=x/y", "a\nb", "file://relative/path"}) {
        CHECK_MESSAGE(name_of(text) == "usage", text);
    }
    CHECK(name_of("ssh://-oProxyCommand=touch/y") == "usage");
    CHECK(name_of("./not-there") == "not_found");
    CHECK(name_of("/not/there") == "not_found");
    // What was known once may be gone.
    CHECK(parse_remote("/not/there", "/", Existence::not_needed)->name.starts_with("local/there-"));
}

TEST_CASE("credentials are for git alone") {
    const auto remote = parse_remote("https://bob@example.org/a/b?token=abc", "/");
    REQUIRE(remote);
    CHECK(remote->url == "https://bob@example.org/a/b?token=abc");
    CHECK(remote->shown == "https://example.org/a/b");
    CHECK(remote->name == "example.org/a/b");
    CHECK_FALSE(remote->local);
    const auto bad = parse_remote("ftp://bob:s3cret@example.org/a", "/");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().text().find("s3cret") == std::string::npos);
    CHECK(parse_remote("git@example.org:a/b", "/")->shown == "git@example.org:a/b");
    // Without the user's name ssh would come as somebody else; a name alone may be a token elsewhere.
    CHECK(parse_remote("ssh://alice@example.org:2222/a/b.git", "/")->shown == "ssh://alice@example.org:2222/a/b.git");
    for (const auto* text :
         {"https://bob:s3cret@example.org/a/b", "ssh://alice:s3cret@example.org/a/b",
          "https://s3cret_0123456789abcdef0123@example.org/a/b", "https://:s3cret@example.org/a/b"}) {
        CAPTURE(text);
        const auto refused = parse_remote(text, "/");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::usage);
        CHECK((refused.error().text() + refused.error().hint).find("s3cret") == std::string::npos);
        CHECK(refused.error().hint.find("example.org/a/b") != std::string::npos);
    }
    CHECK(parse_remote("https://ghp_token@example.org/a/b", "/")->shown == "https://example.org/a/b");
}

TEST_CASE("a folder has a name that its path makes unique") {
    const testing::Sandbox sandbox;
    const testing::WorkTree one(sandbox.path() / "one" / "project");
    const testing::WorkTree two(sandbox.path() / "two" / "project");
    const auto first = parse_remote(one.path().string(), "/");
    const auto second = parse_remote(two.path().string(), "/");
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->name.starts_with("local/project-"));
    CHECK(first->name != second->name);
    CHECK(first->local);
    for (const auto& spelling : {one.path().string() + "/", one.path().string() + "/.git", one.file_url(),
                                 "file://localhost" + one.path().string(), std::string("project")}) {
        const auto same = parse_remote(spelling, sandbox.path() / "one");
        REQUIRE(same);
        CHECK(same->name == first->name);
    }
}

}  // namespace
}  // namespace ely::git
