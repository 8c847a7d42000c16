#pragma once

// One file of a commit: what it is, whether it is indexed, and its bytes if so. Joins what git has with what detect
// knows. Belongs to one thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "changes/detect/inclusion.hpp"
#include "changes/git/repository.hpp"

namespace ely::scan {

struct JudgedFile {
    detect::FileVerdict verdict;
    std::uint64_t size = 0;
    git::Blob blob;  // empty for skipped files
};

// What a blob that cannot be read means: the copy has to be fetched again (an error, corrupt), or, when that has been
// done, that the repository itself lacks it (the file is skipped as unreadable).
enum class Unreadable { error, skip };

class FileJudge {
  public:
    FileJudge(git::Repository repository, const detect::Inclusion& inclusion, Unreadable unreadable)
        : m_repository(std::move(repository)), m_inclusion(&inclusion), m_unreadable(unreadable) {}
    [[nodiscard]] Result<JudgedFile> judge(const git::Entry& entry) const;
    [[nodiscard]] const git::Repository& repository() const { return m_repository; }

  private:
    [[nodiscard]] Result<JudgedFile> judge_readable(const git::Entry& entry) const;
    git::Repository m_repository;
    const detect::Inclusion* m_inclusion;
    Unreadable m_unreadable;
};

// The rules that hold in a commit: the user's and those of its rule files.
[[nodiscard]] Result<detect::Inclusion> rules_of(const git::Repository& repository,
                                                 const std::vector<git::Entry>& entries,
                                                 const detect::InclusionOptions& options, Unreadable unreadable);

}  // namespace ely::scan
