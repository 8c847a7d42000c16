#pragma once

// Which files of a commit are indexed, and why the others are not: the user's patterns, the repository's own rule files
// (.elysiaignore, .gitattributes), and the defaults for secrets, binaries, vendored and generated code. Reasons are the
// words of model/skip_reason.hpp. A path is judged first, so that most skipped files need not be read. .gitignore has
// no say: what is committed is not ignored, for git neither.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "changes/detect/attributes.hpp"
#include "changes/detect/language.hpp"
#include "changes/detect/path_patterns.hpp"

namespace ely::detect {

// What the user asked for. Patterns as in .gitignore.
struct InclusionOptions {
    std::vector<std::string> include;  // empty: everything
    std::vector<std::string> exclude;
    std::uint64_t max_file_size = 1U << 20U;
};

// The number of the built-in rules: when it changes, streams written by older rules are followed by full ones.
inline constexpr int k_rules_version = 2;

// Does a file of this path change how others are judged?
[[nodiscard]] bool is_rule_file(std::string_view path);

// What is known of a path before its content is read.
struct PathVerdict {
    std::string_view skip_reason;  // empty: the content decides
    bool kept = false;             // .elysiaignore takes it back ("!vendor/ours/"): no default skips it
    FileAttributes attributes;
};

struct FileVerdict {
    std::string_view skip_reason;  // empty: include
    std::string_view secret_kind;  // with the reason "secret"
    const Language* language = nullptr;
    std::string_view mime;
};

class Inclusion {
  public:
    explicit Inclusion(const InclusionOptions& options);
    // A rule file of the commit; is_rule_file(path) must be true.
    void add_rule_file(std::string_view path, std::string_view text);

    [[nodiscard]] PathVerdict judge_path(std::string_view path) const;
    // The whole answer for a file that judge_path let pass.
    [[nodiscard]] FileVerdict judge_content(std::string_view path, const PathVerdict& verdict,
                                            std::string_view content) const;
    // The answer for a file that is skipped without being read.
    [[nodiscard]] FileVerdict skipped(std::string_view path, const PathVerdict& verdict, std::string_view reason) const;
    [[nodiscard]] std::uint64_t max_file_size() const { return m_max_file_size; }

  private:
    [[nodiscard]] static const Language* language(std::string_view path, const PathVerdict& verdict,
                                                  std::string_view content);
    PathPatterns m_include;
    PathPatterns m_exclude;
    PathPatterns m_ignore;
    Attributes m_attributes;
    std::uint64_t m_max_file_size;
};

}  // namespace ely::detect
