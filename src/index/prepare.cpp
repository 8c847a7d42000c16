#include "index/prepare.hpp"

#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "index/code_schema.hpp"

namespace ely::index {
namespace {

constexpr std::string_view k_object_layout = "1";

model::Document to_document(const model::Change& change, const PrepareContext& context) {
    model::Document document;
    document.repository = change.repository;
    document.branch = context.branch;
    document.commit = context.commit;
    document.path = change.path;
    document.language = change.language;
    document.blob_id = change.blob_id;
    document.content = to_valid_utf8(*change.content);
    return document;
}

std::vector<model::Chunk> chunks_of(const model::Document& document, const PrepareContext& context) {
    if (context.options->ids == IdRule::chunk) {
        return chunk::chunk_document(document.path, document.language, document.content, context.options->chunking);
    }
    // The predecessors stored a file as one object.
    model::Chunk whole;
    whole.kind = "file";
    whole.text = document.content;
    whole.end_line = 1;
    for (const char c : document.content) whole.end_line += c == '\n' ? 1U : 0U;
    if (document.content.ends_with('\n') && whole.end_line > 1) --whole.end_line;
    return {whole};
}

std::string_view text_property(const model::Properties& properties, std::string_view name) {
    const auto found = properties.find(name);
    if (found == properties.end()) return {};
    const auto* text = std::get_if<std::string>(&found->second);
    return text != nullptr ? std::string_view(*text) : std::string_view();
}

void add_objects(PreparedDocument& out, const model::Document& document, const PrepareContext& context) {
    std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> occurrences;
    const auto chunks = chunks_of(document, context);
    out.objects.reserve(chunks.size());
    for (const auto& chunk : chunks) {
        PreparedObject object;
        if (context.options->ids == IdRule::legacy) {
            object.id = legacy_id(context.collection, document.path);
        } else {
            const auto occurrence = occurrences[{chunk.symbol, chunk.text}]++;
            object.id =
                chunk_id({document.repository, document.branch, document.path, chunk.symbol, chunk.text, occurrence});
        }
        object.properties = chunk_properties(document, chunk);
        out.entry.ids.push_back(object.id);
        out.objects.push_back(std::move(object));
    }
}

}  // namespace

std::string rules_text(const IngestOptions& options) {
    return fmt::format("{}/{}/{}/{}-{}-{}", k_object_layout, chunk::chunker_version(),
                       options.ids == IdRule::chunk ? "chunk" : "legacy", options.chunking.max_pieces,
                       options.chunking.merge_pieces, options.chunking.max_lines);
}

std::string rules_of(const model::Change& change, const std::string& rules) {
    return change.skip_index ? rules : rules + "/" + change.language;
}

std::string embedded_text(const model::Properties& properties) {
    return chunk::embedding_text(text_property(properties, "path"), text_property(properties, "symbol"),
                                 text_property(properties, "content"));
}

PreparedDocument unreadable_document(std::string path, std::string reason) {
    PreparedDocument out;
    out.entry.path = std::move(path);
    out.entry.outcome = Outcome::failed;
    out.entry.reason = std::move(reason);
    return out;
}

PreparedDocument prepare_document(const model::Change& change, const PrepareContext& context) {
    PreparedDocument out;
    out.entry.path = change.path;
    out.entry.blob_id = change.blob_id;
    out.entry.rules = rules_of(change, context.rules);
    out.bytes = change.content ? change.content->size() : 0;
    if (change.operation == model::Operation::remove) {
        out.removed = true;
        return out;
    }
    if (change.skip_index) {
        out.entry.outcome = Outcome::skipped;
        out.entry.reason = change.skip_reason.empty() ? "skip_index" : change.skip_reason;
        return out;
    }
    if (!change.content) {
        out.entry.outcome = Outcome::failed;
        out.entry.reason = "its record has no content";
        return out;
    }
    add_objects(out, to_document(change, context), context);
    return out;
}

}  // namespace ely::index
