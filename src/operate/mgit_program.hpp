#pragma once

// mgit as elysiactl drives it: a subprocess whose last line of output is one JSON object (`--json`). Nothing here knows
// how mgit does it; doc/mgit.md has the objects' keys.

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"
#include "model/repo_entry.hpp"

namespace ely::operate {

struct LanguageShare {
    std::string language;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

struct Exclusion {
    std::string reason;
    std::uint64_t files = 0;
    std::vector<std::string> examples;
};

// What a repository has, before anything is added.
struct Discovery {
    std::string url;         // without credentials
    std::string repository;  // canonical name
    std::string name;        // the last part of it
    std::string branch;
    std::string commit;
    std::uint64_t files = 0;
    std::uint64_t folders = 0;
    std::uint64_t bytes = 0;
    std::uint64_t indexable_files = 0;
    std::uint64_t indexable_bytes = 0;
    std::vector<LanguageShare> languages;  // most bytes first
    std::vector<std::string> frameworks;
    std::vector<Exclusion> exclusions;  // most files first
};

struct Delivery {
    bool changed = false;  // false: nothing new, no stream was written
    std::string file;      // of the stream
    std::string branch;
    std::string commit;
    bool full = false;
    std::string full_reason;  // why a full stream was needed, in a line
    std::uint64_t records = 0;
    double seconds = 0;
};

// A subprocess that ran, as the log remembers it: nothing secret in it.
struct ProcessRecord {
    std::string command;
    int exit_status = 0;
    double seconds = 0;
};

class MgitProgram {
  public:
    // `config_file`: the configuration in use; empty when there is none. `log` hears of every run.
    MgitProgram(std::string program, Path data, Path config_file, std::function<void(const ProcessRecord&)> log)
        : m_program(std::move(program)),
          m_data(std::move(data)),
          m_config_file(std::move(config_file)),
          m_log(std::move(log)) {}

    [[nodiscard]] Result<Discovery> inspect(const model::RepoEntry& entry, std::stop_token stop = {}) const;
    // A stream into the collection's spool folder, when there is something to deliver.
    [[nodiscard]] Result<Delivery> sync(const model::RepoEntry& entry, const Path& spool_root, bool full,
                                        std::stop_token stop = {}) const;
    // Drops mgit's copy of the repository and what it remembers of its deliveries into the collection.
    [[nodiscard]] Result<void> forget(const model::RepoEntry& entry, std::stop_token stop = {}) const;

  private:
    [[nodiscard]] Result<std::string> run(std::vector<std::string> arguments, const std::stop_token& stop) const;
    std::string m_program;
    Path m_data;
    Path m_config_file;
    std::function<void(const ProcessRecord&)> m_log;
};

}  // namespace ely::operate
