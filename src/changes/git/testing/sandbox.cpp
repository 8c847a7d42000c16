#include "changes/git/testing/sandbox.hpp"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "base/process.hpp"
#include "base/text.hpp"

namespace ely::git::testing {

Sandbox::Sandbox() {
    auto pattern = (std::filesystem::temp_directory_path() / "mgit-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    m_path = pattern;
    // For git as the code under test runs it.
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
}

Sandbox::~Sandbox() {
    std::error_code code;
    std::filesystem::remove_all(m_path, code);
}

WorkTree::WorkTree(Path path) : m_path(std::move(path)) {
    std::filesystem::create_directories(m_path);
    git({"init", "--quiet", "--initial-branch=main"});
}

std::string WorkTree::git(const std::vector<std::string>& arguments) const {
    ProcessOptions options;
    options.arguments = {
        "git", "-c", "core.autocrlf=false", "-c", "core.quotePath=false", "-c", "protocol.file.allow=always"};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    options.working_directory = m_path;
    options.environment = {{"GIT_AUTHOR_NAME", "A"},
                           {"GIT_AUTHOR_EMAIL", "a@example.org"},
                           {"GIT_COMMITTER_NAME", "A"},
                           {"GIT_COMMITTER_EMAIL", "a@example.org"},
                           {"GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"},
                           {"GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"},
                           {"GIT_CONFIG_NOSYSTEM", "1"},
                           {"GIT_CONFIG_GLOBAL", "/dev/null"}};
    const auto result = run_process(options);
    if (!result) throw std::runtime_error(result.error().text());
    if (!result->ok()) throw std::runtime_error(redacted_command(options.arguments) + ": " + result->errors);
    auto out = result->output;
    if (out.ends_with('\n')) out.pop_back();
    return out;
}

void WorkTree::write(std::string_view path, std::string_view content) const {
    const auto file = m_path / path;
    std::filesystem::create_directories(file.parent_path());
    const auto written = write_file_atomic(file, content);
    if (!written) throw std::runtime_error(written.error().text());
}

void WorkTree::remove(std::string_view path) const {
    std::error_code code;
    std::filesystem::remove_all(m_path / path, code);
}

std::string WorkTree::commit(std::string_view message) const {
    git({"add", "--all", "--force", "."});
    git({"commit", "--quiet", "--allow-empty", "--message", std::string(message)});
    return git({"rev-parse", "HEAD"});
}

std::vector<std::string> WorkTree::paths() const {
    std::vector<std::string> out;
    const auto listing = git({"ls-tree", "-r", "-z", "--name-only", "HEAD"});
    for (const auto path : split(listing, '\0')) {
        if (!path.empty()) out.emplace_back(path);
    }
    return out;
}

}  // namespace ely::git::testing
