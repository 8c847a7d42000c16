#include "index/code_schema.hpp"

namespace ely::index {
namespace {

std::vector<model::Property> code_properties() {
    using enum model::DataType;
    return {
        {"repository", text, false, true, "Canonical name of the repository: github.com/owner/name"},
        {"branch", text, false, true, "Branch the file was read from"},
        {"commit", text, false, false, "Commit at which this version of the file was indexed"},
        {"path", text, true, true, "Path of the file within the repository"},
        {"language", text, false, true, "Programming language of the file"},
        {"symbol", text, true, false, "Function, method, class or section, qualified"},
        {"kind", text, false, true, "function, class, method, section, lines or file"},
        {"start_line", integer, false, false, "First line of the chunk, from 1"},
        {"end_line", integer, false, false, "Last line of the chunk, inclusive"},
        {"content", text, true, false, "The lines as they stand in the file"},
        {"blob_id", text, false, false, "Git object id of the file's content"},
    };
}

}  // namespace

model::CollectionSchema code_schema(std::string_view name, std::string_view vectorizer, std::string_view model,
                                    std::uint32_t dimensions) {
    model::CollectionSchema schema;
    schema.name = std::string(name);
    schema.description = "Source code and documentation, one object per function, class, section or run of lines";
    schema.properties = code_properties();
    if (vectorizer != "none") {
        schema.vectors.push_back(
            {"", dimensions, model::Distance::cosine, std::string(vectorizer), std::string(model)});
    }
    return schema;
}

std::string missing_for_code(const model::CollectionSchema& schema) {
    for (const auto& wanted : code_properties()) {
        const auto* present = schema.find(wanted.name);
        if (present == nullptr) return "it has no property \"" + wanted.name + "\"";
        if (present->type != wanted.type) return "its property \"" + wanted.name + "\" has another type";
    }
    return {};
}

model::Properties chunk_properties(const model::Document& document, const model::Chunk& chunk) {
    model::Properties out;
    out.emplace("repository", document.repository);
    out.emplace("branch", document.branch);
    out.emplace("commit", document.commit);
    out.emplace("path", document.path);
    out.emplace("language", document.language);
    out.emplace("symbol", chunk.symbol);
    out.emplace("kind", chunk.kind);
    out.emplace("start_line", static_cast<std::int64_t>(chunk.start_line));
    out.emplace("end_line", static_cast<std::int64_t>(chunk.end_line));
    out.emplace("content", chunk.text);
    out.emplace("blob_id", document.blob_id);
    return out;
}

}  // namespace ely::index
