#include "programs/mgit/source_options.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>

#include "base/text.hpp"

namespace ely::programs {

Result<git::Remote> SourceOptions::remote(git::Existence existence) const {
    std::error_code code;
    const auto folder = std::filesystem::current_path(code);
    if (code) return fail(errno_error(code.value(), "cannot tell the current folder"));
    return git::parse_remote(address, folder, existence);
}

git::UpdateOptions SourceOptions::update() const {
    git::UpdateOptions out;
    out.branch = branch;
    out.history = history;
    return out;
}

detect::InclusionOptions SourceOptions::inclusion(const Context& context) const {
    detect::InclusionOptions out;
    out.include = include;
    for (const auto& pattern : patterns) {
        for (auto& part : split_list(pattern)) out.include.push_back(std::move(part));
    }
    out.exclude = exclude;
    out.max_file_size = context.settings.max_file_size();
    return out;
}

unsigned SourceOptions::thread_count() const {
    constexpr unsigned k_most = 8;
    return threads > 0 ? threads : std::clamp(std::thread::hardware_concurrency(), 1U, k_most);
}

void add_source_options(CommandLine& line, SourceOptions& options) {
    line.add_option("URL", options.address, "the repository: https, ssh, git@host:a/b or file address, or a path")
        ->required();
    line.add_option("PATTERN", options.patterns, "files to include; the same as --include-pattern");
    line.add_option("-b,--branch", options.branch, "a branch or a tag (default: the remote's default branch)");
    line.add_list("--include-pattern", options.include, "only files that match, \"*.py,*.md\"");
    line.add_list("--exclude-pattern", options.exclude, "no files that match");
    line.add_setting("--max-file-size", "index.max_file_size", "leave out larger files");
    line.add_flag("--history", options.history, "copy all history, not the last commit only");
    line.add_option("--threads", options.threads, "how many threads read files (default: one a core)");
}

}  // namespace ely::programs
