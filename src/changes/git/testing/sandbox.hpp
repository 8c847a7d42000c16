#pragma once

// Real repositories for tests, made by the git program in a folder of their own that goes with the Sandbox. Nothing of
// the user's git configuration is seen, and every commit has the same author and time, so commit ids repeat.

#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"

namespace ely::git::testing {

// A folder that is removed at the end.
class Sandbox {
  public:
    Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;
    ~Sandbox();
    [[nodiscard]] const Path& path() const { return m_path; }
    [[nodiscard]] Path data() const { return m_path / "data"; }

  private:
    Path m_path;
};

class WorkTree {
  public:
    // `git init` with the branch main.
    explicit WorkTree(Path path);
    [[nodiscard]] const Path& path() const { return m_path; }
    [[nodiscard]] std::string file_url() const { return "file://" + m_path.string(); }

    // Runs git here; its output without the last newline. Fails the test when git fails.
    std::string git(const std::vector<std::string>& arguments) const;
    // Writes a file, folders too. The path is bytes.
    void write(std::string_view path, std::string_view content) const;
    // Nothing happens when there is no such file.
    void remove(std::string_view path) const;
    // Everything that is there, as a commit; its id.
    std::string commit(std::string_view message = "change") const;
    // git's own listing of HEAD: what every count is measured by.
    [[nodiscard]] std::vector<std::string> paths() const;

  private:
    Path m_path;
};

}  // namespace ely::git::testing
