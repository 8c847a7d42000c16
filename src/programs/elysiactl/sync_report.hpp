#pragma once

// What repo add and repo sync end with, as one JSON object and as lines: the same keys and the same sums for both.

#include <nlohmann/json_fwd.hpp>

#include "model/repo_entry.hpp"
#include "operate/sync/sync.hpp"
#include "programs/command.hpp"

namespace ely::programs {

// {name, collection, commit, documents, objects, indexed, unchanged, removed, skipped, failed, seconds, stages, …}
[[nodiscard]] nlohmann::ordered_json sync_json(const model::RepoEntry& entry, const operate::SyncReport& report);

void print_ingest(Context& context, const model::IngestReport& report);

// partial when a file failed.
[[nodiscard]] int ingest_status(const model::IngestReport& report);

// The repository of that name; not_found lists the names there are. usage when --cluster says that it is elsewhere.
[[nodiscard]] Result<model::RepoEntry> require_repository(operate::Workspace& workspace, const std::string& name);

}  // namespace ely::programs
