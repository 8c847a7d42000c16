#include "operate/waiting_streams.hpp"

#include "changes/stream/spool.hpp"
#include "changes/stream/stream_reader.hpp"
#include "model/report_json.hpp"

namespace ely::operate {

Result<std::string> repository_of_stream(const Path& file) {
    ELY_TRY_ASSIGN(auto reader, stream::StreamReader::open(file, {}));
    while (true) {
        ELY_TRY_ASSIGN(const auto record, reader->next());
        if (!record) return std::string();
        if (const auto* change = std::get_if<model::Change>(&*record)) return change->repository;
        if (const auto* end = std::get_if<model::Changeset>(&*record)) return end->repository;
    }
}

Result<std::uint64_t> set_aside_streams(Workspace& workspace, const model::RepoEntry& entry,
                                        const std::string& reason) {
    ELY_TRY_ASSIGN(const auto spool,
                   stream::Spool::open(workspace.settings().spool_root(), entry.address().folder_name()));
    const auto is_its = [&](const Path& file) {
        // One that cannot be read is left to the next sync, which says why.
        const auto repository = repository_of_stream(file);
        return repository && *repository == entry.repository;
    };
    return spool.set_aside(is_its, model::to_json_text(Error{Code::not_found, reason, {}, {}, 0}));
}

Result<void> clear_applied_streams(Workspace& workspace, const model::CollectionAddress& collection,
                                   std::chrono::seconds keep) {
    ELY_TRY_ASSIGN(const auto spool, stream::Spool::open(workspace.settings().spool_root(), collection.folder_name()));
    ELY_TRY(spool.sweep(workspace.clock(), keep));
    return {};
}

}  // namespace ely::operate
