#include "chunk/grammar/grammar.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "base/text.hpp"

namespace ely::chunk {
namespace {

// What parsing may cost, measured alike on every machine. Error recovery can copy the children of an ever larger node
// for each token: that shows in what is allocated, some 14 bytes for each byte of ordinary text, 170 in the worst of
// some 4,000 files. A scanner may look ahead to the end of the text for each token: that shows in what is decoded.
constexpr std::size_t k_free_allocation = 16U << 20U;
constexpr std::size_t k_allocation_per_byte = 300;
constexpr std::size_t k_free_decoding = 4U << 20U;
constexpr std::size_t k_decoding_per_byte = 100;

struct Limit {
    std::size_t allocated;
    std::size_t decoded;
};

constexpr std::int32_t k_decode_error = -1;

thread_local std::size_t t_allocated = 0;
thread_local std::size_t t_decoded = 0;

void* counted_malloc(std::size_t size) {
    t_allocated += size;
    return std::malloc(size);
}

void* counted_calloc(std::size_t count, std::size_t size) {
    t_allocated += count * size;
    return std::calloc(count, size);
}

void* counted_realloc(void* pointer, std::size_t size) {
    t_allocated += size;
    return std::realloc(pointer, size);
}

bool is_spent(TSParseState* state) {
    const auto& limit = *static_cast<const Limit*>(state->payload);
    return t_allocated > limit.allocated || t_decoded > limit.decoded;
}

// One code point of UTF-8.
std::uint32_t decode(const std::uint8_t* text, std::uint32_t length, std::int32_t* code_point) {
    ++t_decoded;
    const std::uint32_t first = text[0];
    if (first < 0x80) {
        *code_point = static_cast<std::int32_t>(first);
        return 1;
    }
    const std::uint32_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    std::uint32_t value = size == 0 ? 0 : first & (0x7FU >> size);
    for (std::uint32_t i = 1; i < size && i < length; ++i) value = (value << 6U) | (text[i] & 0x3FU);
    const bool whole = size > 0 && size <= length &&
                       std::all_of(text + 1, text + size, [](std::uint8_t byte) { return (byte & 0xC0U) == 0x80U; });
    *code_point = whole && value <= 0x10FFFF ? static_cast<std::int32_t>(value) : k_decode_error;
    return whole ? size : 1;
}

const char* read_text(void* payload, std::uint32_t at, TSPoint /*position*/, std::uint32_t* bytes_read) {
    const auto& text = *static_cast<const std::string_view*>(payload);
    if (at >= text.size()) {
        *bytes_read = 0;
        return "";
    }
    *bytes_read = static_cast<std::uint32_t>(text.size() - at);
    return text.data() + at;
}

struct Alias {
    std::string_view name;
    std::string_view language;
};

// Other names under which a language may come, in lower case.
constexpr std::array k_aliases{
    Alias{"bash", "Shell"}, Alias{"sh", "Shell"}, Alias{"jsx", "JavaScript"},
    Alias{"csharp", "C#"},  Alias{"cpp", "C++"},  Alias{"golang", "Go"},
};

// A header is C++ when a line of it starts with a word that only C++ starts lines with.
bool looks_like_cpp(std::string_view content) {
    for (std::size_t at = 0; at < content.size();) {
        const auto line = content.substr(at, std::min(content.find('\n', at), content.size()) - at);
        for (const std::string_view word : {"class ", "namespace ", "template <", "template<", "using namespace "}) {
            if (line.starts_with(word)) return true;
        }
        at += line.size() + 1;
    }
    return false;
}

}  // namespace

Reader::Reader(const Grammar& grammar) : m_grammar(&grammar), m_parser(ts_parser_new()) {
    const auto* language = grammar.load();
    if (!ts_parser_set_language(m_parser.get(), language)) {
        throw std::logic_error("the grammar of " + std::string(grammar.name) + " does not fit the parser");
    }
    const auto field = [&](std::string_view name) {
        return ts_language_field_id_for_name(language, name.data(), static_cast<std::uint32_t>(name.size()));
    };
    m_fields = {field("name"),     field("declarator"), field("type"),     field("body"),
                field("receiver"), field("object"),     field("value"),    field("key"),
                field("left"),     field("right"),      field("property"), field("operator")};
    std::unordered_map<std::string_view, Role> roles;
    for (const auto& list : grammar.roles) {
        for (const auto node : split(list.nodes, ' ')) roles.emplace(node, list.role);
    }
    m_roles.assign(ts_language_symbol_count(language), Role::loose);
    for (std::size_t i = 0; i < m_roles.size(); ++i) {
        const auto symbol = static_cast<TSSymbol>(i);
        if (ts_language_symbol_type(language, symbol) != TSSymbolTypeRegular) continue;
        const auto found = roles.find(ts_language_symbol_name(language, symbol));
        if (found != roles.end()) m_roles[i] = found->second;
    }
}

Reader::Tree Reader::parse(std::string_view text) {
    Limit limit{t_allocated + k_free_allocation + text.size() * k_allocation_per_byte,
                t_decoded + k_free_decoding + text.size() * k_decoding_per_byte};
    const TSInput input{&text, read_text, TSInputEncodingCustom, decode};
    Tree tree(ts_parser_parse_with_options(m_parser.get(), nullptr, input, {&limit, is_spent}));
    if (tree == nullptr) ts_parser_reset(m_parser.get());
    return tree;
}

const Grammar* grammar_by_language(std::string_view language) {
    for (const auto& grammar : all_grammars()) {
        if (grammar.name == language) return &grammar;
    }
    const auto lower = to_lower_ascii(language);
    for (const auto& alias : k_aliases) {
        if (alias.name == lower) return grammar_by_language(alias.language);
    }
    for (const auto& grammar : all_grammars()) {
        if (to_lower_ascii(grammar.name) == lower) return &grammar;
    }
    return nullptr;
}

const Grammar* grammar_for(std::string_view path, std::string_view language, std::string_view content) {
    const auto* grammar = grammar_by_language(language);
    if (grammar == nullptr || grammar->lexis != Lexis::c || !path.ends_with(".h")) return grammar;
    return looks_like_cpp(content) ? grammar_by_language("C++") : grammar;
}

Reader& reader_for(const Grammar& grammar) {
    static std::once_flag counting;
    std::call_once(counting, [] { ts_set_allocator(counted_malloc, counted_calloc, counted_realloc, std::free); });
    thread_local std::vector<std::unique_ptr<Reader>> readers(all_grammars().size());
    auto& reader = readers[static_cast<std::size_t>(&grammar - all_grammars().data())];
    if (reader == nullptr) reader = std::make_unique<Reader>(grammar);
    return *reader;
}

}  // namespace ely::chunk
