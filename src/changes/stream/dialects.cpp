#include "changes/stream/dialects.hpp"

#include <array>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "changes/stream/json_text.hpp"
#include "changes/stream/path_text.hpp"
#include "changes/stream/reference.hpp"
#include "model/skip_reason.hpp"

namespace ely::stream {
namespace {

namespace skip = model::skip;
using model::Change;
using model::Operation;

std::vector<Record> bad(std::string path, std::string reason) {
    std::vector<Record> out;
    out.emplace_back(BadRecord{0, std::move(path), std::move(reason)});
    return out;
}

std::optional<Operation> operation_of(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, Operation>, 15> k_words{{
        {"add", Operation::add},
        {"modify", Operation::modify},
        {"delete", Operation::remove},
        {"added", Operation::add},
        {"created", Operation::add},
        {"copied", Operation::add},
        {"untracked", Operation::add},
        {"modified", Operation::modify},
        {"updated", Operation::modify},
        {"update", Operation::modify},
        {"changed", Operation::modify},
        {"renamed", Operation::modify},
        {"deleted", Operation::remove},
        {"remove", Operation::remove},
        {"removed", Operation::remove},
    }};
    for (const auto& [name, operation] : k_words) {
        if (name == word) return operation;
    }
    return std::nullopt;
}

// --- contents ---------------------------------------------------------------------------------------------------

struct SkipFile {
    std::string reason;
};
struct Unusable {
    std::string reason;
};
using Content = std::variant<std::string, SkipFile, Unusable>;

Content limited(const Dialect& dialect, std::string content) {
    if (content.size() > dialect.options.max_content_bytes) return SkipFile{std::string(skip::k_too_large)};
    return content;
}

Content read_file_of(const Path& name, const Path& folder, const Dialect& dialect) {
    const ReferenceRules rules{folder, dialect.options.allow_any_reference, dialect.options.max_content_bytes};
    auto bytes = read_referenced(name, rules);
    if (!bytes) return Unusable{bytes.error().message};
    if (!*bytes) return SkipFile{std::string(skip::k_too_large)};
    return std::move(**bytes);
}

Content read_reference(const Dialect& dialect, std::string_view raw) {
    constexpr std::string_view k_cache = "${MGIT_CACHE_DIR}/";
    const auto name = decode_json_string(raw);
    if (!name || name->find('\0') != std::string::npos) return Unusable{"content_ref is not a valid string"};
    if (name->starts_with(k_cache)) {
        return read_file_of(Path(name->substr(k_cache.size())), dialect.options.cache_folder, dialect);
    }
    return read_file_of(Path(*name), dialect.options.reference_folder, dialect);
}

// In the order that the documented stream gives its ways of carrying a content; nothing when there is none.
std::optional<Content> carried_content(const Dialect& dialect, const RecordFields& fields) {
    if (fields.content) {
        auto text = decode_json_string(*fields.content);
        if (!text) return Unusable{"content is not a valid string"};
        return limited(dialect, std::move(*text));
    }
    if (fields.content_base64) {
        const auto text = decode_json_string(*fields.content_base64);
        if (!text) return Unusable{"content_base64 is not a valid string"};
        auto bytes = from_base64(*text);
        if (!bytes) return Unusable{"content_base64: " + bytes.error().message};
        return limited(dialect, std::move(*bytes));
    }
    if (fields.content_ref) return read_reference(dialect, *fields.content_ref);
    return std::nullopt;
}

// mgit 0.13 puts summaries and samples where the content belongs; the hash is always that of the file.
bool is_trusted(const RecordFields& fields, const std::string& content) {
    if (fields.is_truncated) return false;
    std::string_view hash = fields.content_hash;
    if (hash.empty()) return true;
    if (hash.starts_with("sha256:")) hash.remove_prefix(7);
    return to_lower_ascii(hash) == to_hex(sha256(content));
}

Content content_of(const Dialect& dialect, const RecordFields& fields, const std::string& path) {
    if (fields.skip_index) {
        if (fields.skip_reason.empty()) return SkipFile{std::string(skip::k_unspecified)};
        if (fields.skip_reason == "vendor_directory") return SkipFile{std::string(skip::k_vendored)};
        return SkipFile{fields.skip_reason};
    }
    const bool has_content = fields.content || fields.content_base64 || fields.content_ref;
    if (!dialect.with_content && has_content && !fields.is_truncated) return std::string();
    if (auto content = carried_content(dialect, fields)) {
        const auto* const bytes = std::get_if<std::string>(&*content);
        if (bytes == nullptr || is_trusted(fields, *bytes)) return std::move(*content);
    }
    if (dialect.with_content && !dialect.options.source_folder.empty()) {
        return read_file_of(Path(from_path_text(path)), dialect.options.source_folder, dialect);
    }
    return SkipFile{std::string(skip::k_no_content)};
}

// --- paths ------------------------------------------------------------------------------------------------------

// git's porcelain text: a name, or two with an arrow between them, each C-quoted where needed.
struct PorcelainPath {
    std::string path;
    std::string renamed_from;
};

// The first name in `text`, taken from its front; nullopt when its quoting is broken.
struct TakenName {
    std::string name;
    std::string_view rest;
};

std::optional<TakenName> take_name(std::string_view text) {
    constexpr std::string_view k_arrow = " -> ";
    if (!text.starts_with('"')) {
        const auto arrow = text.find(k_arrow);
        const auto name = text.substr(0, arrow);
        return TakenName{std::string(name), text.substr(name.size())};
    }
    std::size_t end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return std::nullopt;
    const auto name = unquote_git_path(text.substr(0, end + 1));
    if (!name) return std::nullopt;
    return TakenName{to_path_text(*name), text.substr(end + 1)};
}

std::optional<PorcelainPath> parse_porcelain(std::string_view text) {
    auto first = take_name(text);
    if (!first) return std::nullopt;
    if (first->rest.empty()) return PorcelainPath{std::move(first->name), {}};
    if (!first->rest.starts_with(" -> ")) return std::nullopt;
    auto second = take_name(first->rest.substr(4));
    if (!second || !second->rest.empty()) return std::nullopt;
    return PorcelainPath{std::move(second->name), std::move(first->name)};
}

bool is_porcelain(const Dialect& dialect, const RecordFields& fields) {
    if (dialect.ours || fields.event || fields.has_documented_facts) return false;
    if (fields.content_base64 || fields.content_ref) return false;
    return !fields.content || !fields.content_hash.empty();
}

// As it is kept, or nullopt when it cannot be a file's. Our own writer gives plain paths only.
std::optional<std::string> clean_path(const Dialect& dialect, std::string path) {
    if (!dialect.ours) {
        while (path.starts_with("./")) path.erase(0, 2);
        const auto& source = dialect.options.source_folder;
        if (path.starts_with('/') && !source.empty()) {
            auto relative = Path(path).lexically_relative(source.lexically_normal()).string();
            if (is_repository_path(relative)) path = std::move(relative);
        }
        if (path.starts_with('/') && is_repository_path(std::string_view(path).substr(1))) return path;
    }
    if (!is_repository_path(path)) return std::nullopt;
    return path;
}

// --- records ----------------------------------------------------------------------------------------------------

Change change_of(const RecordFields& fields, Operation operation, std::string path) {
    Change change;
    change.operation = operation;
    change.repository = fields.repository.value_or(std::string());
    change.path = std::move(path);
    if (operation == Operation::remove) return change;
    change.size = fields.size.value_or(0);
    change.mime = fields.mime;
    change.language = fields.language;
    change.blob_id = fields.blob;
    change.renamed_from = fields.renamed_from;
    return change;
}

Record file_record(const Dialect& dialect, const RecordFields& fields, Operation operation, std::string path) {
    auto change = change_of(fields, operation, std::move(path));
    if (operation == Operation::remove) return change;
    auto content = content_of(dialect, fields, change.path);
    if (auto* const unusable = std::get_if<Unusable>(&content)) {
        return BadRecord{0, std::move(change.path), std::move(unusable->reason)};
    }
    if (auto* const skipped = std::get_if<SkipFile>(&content)) {
        change.skip_index = true;
        change.skip_reason = std::move(skipped->reason);
        return change;
    }
    if (!dialect.with_content) return change;
    change.content = std::move(std::get<std::string>(content));
    change.size = change.content->size();
    return change;
}

std::vector<Record> file_records(const Dialect& dialect, RecordFields fields, Operation operation) {
    auto written = std::move(*fields.path);
    PorcelainPath path{written, {}};
    if (is_porcelain(dialect, fields)) {
        auto parsed = parse_porcelain(written);
        if (!parsed) return bad(std::move(written), "its path is quoted like git's and cannot be unquoted");
        path = std::move(*parsed);
    }
    if (!dialect.ours && path.path.ends_with('/')) {
        return bad(std::move(written), "it names a folder, and not what is in it");
    }
    auto now = clean_path(dialect, std::move(path.path));
    if (!now) return bad(std::move(written), "its path cannot be one of a repository's files");
    std::vector<Record> out;
    const bool is_rename = !path.renamed_from.empty() && operation != Operation::add;
    if (is_rename) {
        auto before = clean_path(dialect, std::move(path.renamed_from));
        if (!before) return bad(std::move(written), "its path cannot be one of a repository's files");
        out.emplace_back(change_of(fields, Operation::remove, *before));
        fields.renamed_from = std::move(*before);
    }
    out.push_back(file_record(dialect, fields, operation, std::move(*now)));
    return out;
}

std::vector<Record> changeset_record(RecordFields fields, ChangesetFields facts) {
    if (!facts.commit) return bad({}, "a changeset without a commit");
    model::Changeset out;
    out.repository = std::move(fields.repository).value_or(std::string());
    out.url = std::move(facts.url);
    out.branch = std::move(facts.branch);
    out.commit = std::move(*facts.commit);
    out.parent = std::move(facts.parent);
    out.tree_hash = std::move(facts.tree_hash);
    out.full = facts.full;
    out.records = facts.records;
    out.format = facts.format.value_or(0);
    out.generated_at = std::move(facts.generated_at);
    std::vector<Record> records;
    records.emplace_back(std::move(out));
    return records;
}

// --- event envelopes --------------------------------------------------------------------------------------------

enum class Event { add, modify, skip, remove, error, complete, repository_removed, nothing, unknown };

Event event_of(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, Event>, 15> k_events{{
        {"file_indexed", Event::add},
        {"file_updated", Event::modify},
        {"file_skipped", Event::skip},
        {"file_deleted", Event::remove},
        {"file_error", Event::error},
        {"repo_sync_error", Event::error},
        {"repo_sync_complete", Event::complete},
        {"repo_removed", Event::repository_removed},
        {"repo_discovered", Event::nothing},
        {"repo_sync_start", Event::nothing},
        {"repo_sync_progress", Event::nothing},
        {"batch_start", Event::nothing},
        {"batch_complete", Event::nothing},
        {"system_health", Event::nothing},
        {"config_changed", Event::nothing},
    }};
    for (const auto& [known, event] : k_events) {
        if (known == name) return event;
    }
    return name.starts_with("custom_") ? Event::nothing : Event::unknown;
}

std::vector<Record> event_records(const Dialect& dialect, RecordFields fields) {
    const auto event = event_of(*fields.event);
    auto path = fields.path.value_or(std::string());
    if (event == Event::unknown) return bad(std::move(path), "an unknown event, " + printable(*fields.event));
    if (event == Event::nothing) return {};
    if (!fields.data || !fields.has_timestamp) return bad(std::move(path), "an event without timestamp or data");
    const bool is_of_file =
        event == Event::add || event == Event::modify || event == Event::skip || event == Event::remove;
    if (is_of_file && !fields.path) return bad({}, "an event of a file without its path");
    switch (event) {
        case Event::add:
            return file_records(dialect, std::move(fields), Operation::add);
        case Event::modify:
            return file_records(dialect, std::move(fields), Operation::modify);
        case Event::skip:
            fields.skip_index = true;
            return file_records(dialect, std::move(fields), Operation::modify);
        case Event::remove:
            return file_records(dialect, std::move(fields), Operation::remove);
        case Event::error:
            return bad(std::move(path), "the writer failed: " + printable(fields.error_message));
        case Event::complete: {
            auto facts = std::move(*fields.data);
            return changeset_record(std::move(fields), std::move(facts));
        }
        case Event::repository_removed:
            return bad({}, "a stream does not remove repositories; elysiactl repo remove does");
        case Event::nothing:
        case Event::unknown:
            break;
    }
    return {};
}

}  // namespace

std::vector<Record> interpret(const Dialect& dialect, RecordFields fields) {
    if (fields.changeset) {
        auto facts = std::move(*fields.changeset);
        return changeset_record(std::move(fields), std::move(facts));
    }
    if (fields.event && !dialect.ours) return event_records(dialect, std::move(fields));
    if (!fields.path) return bad({}, "neither a change nor a changeset");
    const auto word = fields.operation.value_or("modify");
    const auto operation = operation_of(word);
    if (!operation) return bad(std::move(*fields.path), "an unknown operation, " + printable(word));
    return file_records(dialect, std::move(fields), *operation);
}

std::vector<Record> interpret_path(const Dialect& dialect, std::string path) {
    RecordFields fields;
    fields.path = std::move(path);
    fields.has_documented_facts = true;  // the path is meant as it stands
    return file_records(dialect, std::move(fields), Operation::modify);
}

}  // namespace ely::stream
