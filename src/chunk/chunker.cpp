#include "chunk/chunker.hpp"

#include "chunk/grammar/grammar.hpp"
#include "chunk/lines.hpp"
#include "chunk/outline.hpp"
#include "chunk/pack.hpp"
#include "chunk/sections.hpp"

namespace ely::chunk {
namespace {

// A larger text is chunked by lines: its tree would take hundreds of megabytes.
constexpr std::size_t k_largest_parsed = 4U << 20U;

std::string_view kind_name(Kind kind) {
    switch (kind) {
        case Kind::function:
            return "function";
        case Kind::method:
            return "method";
        case Kind::type:
            return "class";
        case Kind::scope:
            return "module";
    }
    return {};
}

// An outline as units that tile the text: definitions that fit or have no parts, and the lines between them.
class UnitLister {
  public:
    UnitLister(const Outline& outline, const Lines& lines, const Options& options)
        : m_outline(outline), m_lines(lines), m_options(options) {}

    std::vector<Unit> run() {
        list(m_lines.all(), 0, static_cast<std::uint32_t>(m_outline.size()), nullptr);
        return std::move(m_units);
    }

  private:
    // The lines of one owner (null at the top) and the definitions first .. end-1, with their descendants, inside them.
    // Recursion is as deep as definitions nest, which the outline bounds.
    void list(LineRange range, std::uint32_t first, std::uint32_t end, const Definition* owner) {
        const std::string_view owner_symbol = owner == nullptr ? std::string_view() : owner->symbol;
        auto at = range.first;
        for (auto i = first; i < end; i = m_outline[i].descendants_end) {
            const auto& definition = m_outline[i];
            // What is before a class's first member is the class; what is between members is just lines.
            const bool heads = owner != nullptr && i == first;
            add({at, definition.lines.first}, owner_symbol, owner_symbol, heads ? kind_name(owner->kind) : "");
            at = definition.lines.end;
            const bool has_parts = definition.descendants_end > i + 1;
            if (has_parts && m_lines.pieces(definition.lines) > m_options.max_pieces) {
                list(definition.lines, i + 1, definition.descendants_end, &definition);
            } else {
                add(definition.lines, definition.symbol, owner_symbol, kind_name(definition.kind));
            }
        }
        add({at, range.end}, owner_symbol, owner_symbol, {});
    }

    void add(LineRange range, std::string_view symbol, std::string_view owner, std::string_view kind) {
        if (!range.empty()) m_units.push_back({range, symbol, owner, kind});
    }

    const Outline& m_outline;
    const Lines& m_lines;
    const Options& m_options;
    std::vector<Unit> m_units;
};

std::vector<model::Chunk> chunk_sections(const Lines& lines, const std::vector<Section>& sections,
                                         const Options& options) {
    std::vector<Unit> units;
    units.reserve(sections.size());
    for (const auto& section : sections) units.push_back({section.lines, section.path, section.owner, "section"});
    return pack(lines, units, options);
}

}  // namespace

std::vector<model::Chunk> chunk_document(std::string_view path, std::string_view language, std::string_view content,
                                         const Options& options) {
    const Lines lines(content);
    if (language == "Markdown") return chunk_sections(lines, markdown_sections(lines), options);
    if (language == "reStructuredText") return chunk_sections(lines, rst_sections(lines), options);
    const auto* grammar = grammar_for(path, language, content);
    if (grammar == nullptr || content.size() > k_largest_parsed) return pack_lines(lines, options);
    const auto found = outline(*grammar, content, lines);
    if (!found) return pack_lines(lines, options);
    return pack(lines, UnitLister(*found, lines, options).run(), options);
}

std::string embedding_text(std::string_view path, std::string_view symbol, std::string_view text) {
    std::string out;
    out.reserve(path.size() + symbol.size() + text.size() + 2);
    out += path;
    if (!symbol.empty()) out += ' ';
    for (std::size_t i = 0; i < symbol.size(); ++i) {
        // Symbols of a chunk with several definitions are told apart by ", "; the model needs no commas.
        if (symbol[i] != ',' || i + 1 == symbol.size() || symbol[i + 1] != ' ') out += symbol[i];
    }
    out += '\n';
    out += text;
    return out;
}

bool has_grammar(std::string_view language) {
    return grammar_by_language(language) != nullptr;
}

std::string_view chunker_version() {
    return "1";
}

}  // namespace ely::chunk
