#include "changes/scan/testing/receiver.hpp"

#include <algorithm>
#include <system_error>

#include "changes/stream/path_text.hpp"
#include "changes/stream/stream_reader.hpp"

namespace ely::scan::testing {

const model::Change* Stream::find(std::string_view path) const {
    const auto found =
        std::find_if(changes.begin(), changes.end(), [&](const auto& change) { return change.path == path; });
    return found == changes.end() ? nullptr : &*found;
}

std::string Stream::text() const {
    std::string out;
    for (const auto& change : changes) {
        out += std::string(model::operation_name(change.operation)) + " " + change.path;
        if (change.skip_index) out += " [" + change.skip_reason + "]";
        if (!change.renamed_from.empty()) out += " <- " + change.renamed_from;
        out += "\n";
    }
    return out;
}

Result<Stream> read_stream(const Path& file) {
    ELY_TRY_ASSIGN(const auto reader, stream::StreamReader::open(file));
    Stream out;
    bool complete = false;
    while (true) {
        ELY_TRY_ASSIGN(auto record, reader->next());
        if (!record) break;
        complete = std::holds_alternative<model::Changeset>(*record);
        if (auto* change = std::get_if<model::Change>(&*record)) out.changes.push_back(std::move(*change));
        if (auto* changeset = std::get_if<model::Changeset>(&*record)) out.changeset = std::move(*changeset);
        if (const auto* bad = std::get_if<stream::BadRecord>(&*record))
            return fail(Code::corrupt, "bad record: " + bad->reason);
    }
    if (!complete) return fail(Code::corrupt, file.string() + " has no changeset record at its end");
    if (out.changeset.records != out.changes.size()) return fail(Code::corrupt, file.string() + " has a wrong count");
    return out;
}

Result<void> Receiver::receive(const Stream& stream) {
    const auto& changeset = stream.changeset;
    if (!changeset.full && changeset.parent != m_commit && changeset.commit != m_commit) {
        return fail(Code::conflict, "the stream starts from " + changeset.parent + ", we are at " + m_commit);
    }
    if (changeset.full) m_files.clear();
    for (const auto& change : stream.changes) {
        if (change.operation == model::Operation::remove) {
            m_files.erase(change.path);
        } else {
            m_files[change.path] = change.content;
        }
    }
    m_commit = changeset.commit;
    return {};
}

Result<void> Receiver::take_all(const Path& folder) {
    std::vector<Path> files;
    std::error_code code;
    for (std::filesystem::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
        if (!it->path().filename().string().starts_with('.') && it->is_regular_file()) files.push_back(it->path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        ELY_TRY_ASSIGN(const auto stream, read_stream(file));
        ELY_TRY(receive(stream));
        std::filesystem::remove(file, code);
    }
    return {};
}

Files committed(const git::testing::WorkTree& tree) {
    Files out;
    for (const auto& path : tree.paths()) out[stream::to_path_text(path)] = *read_file(tree.path() / path);
    return out;
}

}  // namespace ely::scan::testing
