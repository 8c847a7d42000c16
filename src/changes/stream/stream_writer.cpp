#include "changes/stream/stream_writer.hpp"

#include "base/crash_point.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "changes/stream/json_text.hpp"
#include "changes/stream/path_text.hpp"
#include "model/skip_reason.hpp"

namespace ely::stream {
namespace {

constexpr std::uint64_t k_format = 1;
constexpr std::string_view k_format_field = R"("format":1,)";

// `name` comes with its quotes and colon, and with the comma before it unless it is the first.
void append_text(std::string& line, std::string_view name, std::string_view text) {
    line += name;
    if (is_valid_utf8(text)) {
        append_json_string(line, text);
    } else {
        append_json_string(line, to_valid_utf8(text));
    }
}

void append_text_if_any(std::string& line, std::string_view name, std::string_view text) {
    if (!text.empty()) append_text(line, name, text);
}

void append_path(std::string& line, std::string_view name, std::string_view path) {
    line += name;
    append_json_string(line, is_valid_utf8(path) ? std::string(path) : to_path_text(path));
}

void append_number(std::string& line, std::string_view name, std::uint64_t number) {
    line += name;
    line += std::to_string(number);
}

void append_content(std::string& line, std::string_view content) {
    if (is_valid_utf8(content)) {
        line += R"(,"content":)";
        append_json_string(line, content);
        return;
    }
    line += R"(,"content_base64":")";
    line += to_base64(content);
    line += '"';
}

// What a record says of a file that is there.
void append_file(std::string& line, const model::Change& change) {
    const bool secret = change.skip_index && change.skip_reason == model::skip::k_secret;
    if (!secret) {
        append_number(line, R"(,"size":)", change.size);
        append_text_if_any(line, R"(,"mime":)", change.mime);
        append_text_if_any(line, R"(,"language":)", change.language);
        append_text_if_any(line, R"(,"blob":)", change.blob_id);
        if (!change.renamed_from.empty()) append_path(line, R"(,"renamed_from":)", change.renamed_from);
    }
    if (change.skip_index) {
        line += R"(,"skip_index":true)";
        append_text_if_any(line, R"(,"skip_reason":)", change.skip_reason);
    } else if (change.content) {
        append_content(line, *change.content);
    }
}

}  // namespace

std::string to_line(const model::Change& change) {
    std::string line;
    line.reserve(256 + change.path.size() + (change.content ? change.content->size() * 9 / 8 : 0));
    append_text(line, R"({"repo":)", change.repository);
    append_text(line, R"(,"op":)", model::operation_name(change.operation));
    append_path(line, R"(,"path":)", change.path);
    if (change.operation != model::Operation::remove) append_file(line, change);
    line += "}\n";
    return line;
}

std::string to_line(const model::Changeset& changeset) {
    std::string line;
    append_text(line, R"({"repo":)", changeset.repository);
    append_text(line, R"(,"new_changeset":{"commit":)", changeset.commit);
    append_text_if_any(line, R"(,"parent":)", changeset.parent);
    append_text_if_any(line, R"(,"tree_hash":)", changeset.tree_hash);
    append_text_if_any(line, R"(,"branch":)", changeset.branch);
    append_text_if_any(line, R"(,"url":)", changeset.url);
    line += changeset.full ? R"(,"full":true)" : R"(,"full":false)";
    append_number(line, R"(,"records":)", changeset.records);
    append_number(line, R"(,"format":)", k_format);
    append_text_if_any(line, R"(,"generated_at":)", changeset.generated_at);
    line += "}}\n";
    return line;
}

Result<StreamWriter> StreamWriter::create(const Path& path) {
    ELY_TRY_ASSIGN(auto writer, open_writer(path, 0600));
    return StreamWriter(std::move(writer));
}

Result<void> StreamWriter::write_lines(std::string_view lines, std::uint64_t records) {
    if (lines.empty()) return {};
    if (m_records == 0) {
        ELY_TRY(m_writer->write("{"));
        ELY_TRY(m_writer->write(k_format_field));
        lines.remove_prefix(1);
    }
    m_records += records;
    return m_writer->write(lines);
}

Result<void> StreamWriter::finish(model::Changeset changeset, AtomicFile::Exists exists) {
    changeset.records = m_records;
    ELY_TRY(m_writer->write(to_line(changeset)));
    crash_point("stream.written");
    ELY_TRY(m_writer->commit(exists));
    crash_point("stream.appeared");
    return {};
}

}  // namespace ely::stream
