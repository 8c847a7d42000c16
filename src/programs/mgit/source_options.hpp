#pragma once

// The options that mgit's commands on a repository share: which one, which branch, which of its files.

#include <memory>
#include <string>
#include <vector>

#include "changes/detect/inclusion.hpp"
#include "changes/git/mirror.hpp"
#include "programs/command.hpp"

namespace ely::programs {

struct SourceOptions {
    std::string address;
    std::vector<std::string> patterns;  // behind the address; included like --include-pattern
    std::string branch;
    bool history = false;
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    unsigned threads = 0;  // 0: as many as there are cores

    [[nodiscard]] Result<git::Remote> remote(git::Existence existence = git::Existence::needed) const;
    [[nodiscard]] git::UpdateOptions update() const;
    [[nodiscard]] detect::InclusionOptions inclusion(const Context& context) const;
    [[nodiscard]] unsigned thread_count() const;
};

void add_source_options(CommandLine& line, SourceOptions& options);

}  // namespace ely::programs
