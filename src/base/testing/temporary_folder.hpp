#pragma once

// A folder for the length of a test, removed with everything in it.

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "base/files.hpp"

namespace ely::testing {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "ely-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
        m_path = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code code;
        std::filesystem::remove_all(m_path, code);
    }
    [[nodiscard]] const Path& path() const { return m_path; }

  private:
    Path m_path;
};

}  // namespace ely::testing
