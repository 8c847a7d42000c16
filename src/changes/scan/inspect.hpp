#pragma once

// What a repository holds, before anything of it is indexed: files, languages, frameworks, and what would be skipped
// and why. Reads every file of the newest commit as sync would, and writes nothing but mgit's own copy of the
// repository.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "changes/detect/inclusion.hpp"
#include "changes/git/mirror.hpp"
#include "changes/scan/records.hpp"
#include "model/progress.hpp"

namespace ely::scan {

struct InspectRequest {
    git::Remote remote;
    git::UpdateOptions update;
    detect::InclusionOptions inclusion;
    unsigned threads = 2;
    Path data;
};

struct LanguageCount {
    std::string name;
    std::string kind;  // "programming", "markup", "data", "prose"
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

struct FileSize {
    std::string path;
    std::uint64_t bytes = 0;
    std::string skip_reason;
};

struct InspectReport {
    std::string repository;
    std::string url;
    std::string default_branch;
    std::string branch;
    std::string commit;
    std::string tree;
    std::int64_t commit_time = 0;  // Unix seconds
    bool empty = false;
    std::uint64_t files = 0;
    std::uint64_t folders = 0;
    std::uint64_t bytes = 0;  // of all files, without secrets and submodules
    std::uint64_t indexable_files = 0;
    std::uint64_t indexable_bytes = 0;
    std::vector<LanguageCount> languages;                         // of indexable files, most bytes first
    std::string main_language;                                    // the programming language with the most bytes
    std::vector<std::string> frameworks;                          // those that most manifests name first
    std::vector<std::pair<std::string, ReasonTally>> exclusions;  // most files first
    std::vector<FileSize> largest;
    double seconds = 0;
};

[[nodiscard]] Result<InspectReport> inspect(const InspectRequest& request, model::Progress& progress,
                                            const std::stop_token& stop = {});

}  // namespace ely::scan
