#include "changes/stream/record_fields.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include <simdjson.h>

#include "base/text.hpp"
#include "changes/stream/json_text.hpp"

namespace ely::stream {
namespace {

namespace json = simdjson::ondemand;

static_assert(k_line_padding >= simdjson::SIMDJSON_PADDING);

// Why a line cannot be used; empty when it can.
using Failure = std::optional<std::string>;

// A value as it stands in the line.
struct Token {
    std::string_view text;

    [[nodiscard]] bool is_null() const { return text == "null"; }
    [[nodiscard]] bool is_true() const { return text == "true"; }
    // What is between the quotes; nullopt when it is no string.
    [[nodiscard]] std::optional<std::string_view> raw_string() const {
        if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
        return text.substr(1, text.size() - 2);
    }
    [[nodiscard]] std::optional<std::string> string() const {
        const auto raw = raw_string();
        return raw ? decode_json_string(*raw) : std::nullopt;
    }
    [[nodiscard]] std::string string_or_empty() const { return string().value_or(std::string()); }
    [[nodiscard]] std::optional<std::uint64_t> number() const {
        std::uint64_t out = 0;
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
        return out;
    }
};

// The facts found so far. A canonical name wins over its aliases, wherever in the object it stands.
struct Found {
    RecordFields fields;
    bool has_repository = false;
    bool has_path = false;
};

Failure not_a_string(std::string_view name) {
    return std::string(name) + " is not a valid string";
}

Failure read_repository(Found& found, const Token& token, bool canonical) {
    auto text = token.string();
    if (!text) return not_a_string("repo");
    if (canonical || !found.has_repository) found.fields.repository = std::move(text);
    found.has_repository = found.has_repository || canonical;
    return {};
}

Failure read_path(Found& found, const Token& token, bool canonical) {
    auto text = token.string();
    if (!text) return not_a_string("path");
    if (canonical || !found.has_path) found.fields.path = std::move(text);
    found.has_path = found.has_path || canonical;
    return {};
}

// Fields that decide something: one of the wrong type makes the line unusable.
struct RecordRule {
    std::string_view name;
    Failure (*read)(Found&, const Token&);
};

constexpr std::array k_record_rules{
    RecordRule{"repo", [](Found& f, const Token& token) { return read_repository(f, token, true); }},
    RecordRule{"repo_id", [](Found& f, const Token& token) { return read_repository(f, token, false); }},
    RecordRule{"repository", [](Found& f, const Token& token) { return read_repository(f, token, false); }},
    RecordRule{"path", [](Found& f, const Token& token) { return read_path(f, token, true); }},
    RecordRule{"file_path", [](Found& f, const Token& token) { return read_path(f, token, false); }},
    RecordRule{"op",
               [](Found& f, const Token& token) {
                   f.fields.operation = token.string();
                   return f.fields.operation ? Failure() : not_a_string("op");
               }},
    RecordRule{"event",
               [](Found& f, const Token& token) {
                   f.fields.event = token.string();
                   return f.fields.event ? Failure() : not_a_string("event");
               }},
    RecordRule{"content",
               [](Found& f, const Token& token) {
                   f.fields.content = token.raw_string();
                   return f.fields.content ? Failure() : not_a_string("content");
               }},
    RecordRule{"content_base64",
               [](Found& f, const Token& token) {
                   f.fields.content_base64 = token.raw_string();
                   return f.fields.content_base64 ? Failure() : not_a_string("content_base64");
               }},
    RecordRule{"content_ref",
               [](Found& f, const Token& token) {
                   f.fields.content_ref = token.raw_string();
                   return f.fields.content_ref ? Failure() : not_a_string("content_ref");
               }},
};

// Fields that only inform: one of the wrong type is as if it were not there.
struct FactRule {
    std::string_view name;
    void (*read)(RecordFields&, const Token&);
};

constexpr std::array k_fact_rules{
    FactRule{"format", [](RecordFields& f, const Token& token) { f.format = token.number(); }},
    FactRule{"size",
             [](RecordFields& f, const Token& token) {
                 f.has_documented_facts = true;
                 if (const auto number = token.number()) f.size = number;
             }},
    FactRule{"size_bytes",
             [](RecordFields& f, const Token& token) {
                 if (!f.size) f.size = token.number();
             }},
    FactRule{"mime",
             [](RecordFields& f, const Token& token) {
                 f.has_documented_facts = true;
                 f.mime = token.string_or_empty();
             }},
    FactRule{"mime_type",
             [](RecordFields& f, const Token& token) {
                 if (f.mime.empty()) f.mime = token.string_or_empty();
             }},
    FactRule{"language", [](RecordFields& f, const Token& token) { f.language = token.string_or_empty(); }},
    FactRule{"blob", [](RecordFields& f, const Token& token) { f.blob = token.string_or_empty(); }},
    FactRule{"blob_id",
             [](RecordFields& f, const Token& token) {
                 if (f.blob.empty()) f.blob = token.string_or_empty();
             }},
    FactRule{"renamed_from", [](RecordFields& f, const Token& token) { f.renamed_from = token.string_or_empty(); }},
    FactRule{"skip_index", [](RecordFields& f, const Token& token) { f.skip_index = token.is_true(); }},
    FactRule{"skip_reason", [](RecordFields& f, const Token& token) { f.skip_reason = token.string_or_empty(); }},
    FactRule{"content_hash", [](RecordFields& f, const Token& token) { f.content_hash = token.string_or_empty(); }},
    FactRule{"is_truncated", [](RecordFields& f, const Token& token) { f.is_truncated = token.is_true(); }},
    FactRule{"error_message", [](RecordFields& f, const Token& token) { f.error_message = token.string_or_empty(); }},
    FactRule{"timestamp", [](RecordFields& f, const Token&) { f.has_timestamp = true; }},
};

struct ChangesetRule {
    std::string_view name;
    void (*read)(ChangesetFields&, const Token&);
};

constexpr std::array k_changeset_rules{
    ChangesetRule{"commit", [](ChangesetFields& c, const Token& token) { c.commit = token.string(); }},
    ChangesetRule{"commit_sha",
                  [](ChangesetFields& c, const Token& token) {
                      if (!c.commit) c.commit = token.string();
                  }},
    ChangesetRule{"parent", [](ChangesetFields& c, const Token& token) { c.parent = token.string_or_empty(); }},
    ChangesetRule{"tree_hash", [](ChangesetFields& c, const Token& token) { c.tree_hash = token.string_or_empty(); }},
    ChangesetRule{"branch", [](ChangesetFields& c, const Token& token) { c.branch = token.string_or_empty(); }},
    ChangesetRule{"url", [](ChangesetFields& c, const Token& token) { c.url = token.string_or_empty(); }},
    ChangesetRule{"repo_url",
                  [](ChangesetFields& c, const Token& token) {
                      if (c.url.empty()) c.url = token.string_or_empty();
                  }},
    ChangesetRule{"full", [](ChangesetFields& c, const Token& token) { c.full = token.is_true(); }},
    ChangesetRule{"records", [](ChangesetFields& c, const Token& token) { c.records = token.number().value_or(0); }},
    ChangesetRule{"format", [](ChangesetFields& c, const Token& token) { c.format = token.number(); }},
    ChangesetRule{"generated_at",
                  [](ChangesetFields& c, const Token& token) { c.generated_at = token.string_or_empty(); }},
};

template <typename Rule, std::size_t N>
const Rule* find_rule(const std::array<Rule, N>& rules, std::string_view name) {
    const auto* const at = std::ranges::find(rules, name, &Rule::name);
    return at == rules.end() ? nullptr : at;
}

Token token_of(json::value& value) {
    return {trim(value.raw_json_token())};
}

std::string json_failure(simdjson::error_code code) {
    return std::string("not valid JSON: ") + simdjson::error_message(code);
}

// Calls `use(name, value)` for each field of an object until one fails.
template <typename Use>
Failure for_each_field(json::object object, const Use& use) {
    for (auto result : object) {
        json::field field;
        if (const auto code = std::move(result).get(field)) return json_failure(code);
        std::string_view name;
        if (const auto code = field.unescaped_key().get(name)) return json_failure(code);
        if (auto failure = use(name, field.value())) return failure;
    }
    return {};
}

void read_changeset_fact(ChangesetFields& changeset, std::string_view name, const Token& token) {
    const auto* const rule = find_rule(k_changeset_rules, name);
    if (rule != nullptr && !token.is_null()) rule->read(changeset, token);
}

Failure read_changeset(Found& found, json::value& value) {
    if (token_of(value).is_null()) return {};
    json::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return "new_changeset is not an object";
    auto& changeset = found.fields.changeset.emplace();
    return for_each_field(object, [&](std::string_view name, json::value& fact) -> Failure {
        read_changeset_fact(changeset, name, token_of(fact));
        return {};
    });
}

Failure read_simple_field(Found& found, std::string_view name, const Token& token) {
    if (token.is_null()) return {};
    if (const auto* const rule = find_rule(k_record_rules, name)) return rule->read(found, token);
    if (const auto* const rule = find_rule(k_fact_rules, name)) rule->read(found.fields, token);
    return {};
}

// The `data` of an event envelope: a record's fields, and a changeset's among them.
Failure read_data(Found& found, json::value& value) {
    json::object object;
    if (!found.fields.event || value.get_object().get(object) != simdjson::SUCCESS) return {};
    auto& changeset = found.fields.data.emplace();
    return for_each_field(object, [&](std::string_view name, json::value& field) -> Failure {
        if (name == "event" || name == "format") return {};
        const auto token = token_of(field);
        read_changeset_fact(changeset, name, token);
        return read_simple_field(found, name, token);
    });
}

Failure read_record(Found& found, json::object object) {
    return for_each_field(object, [&](std::string_view name, json::value& value) -> Failure {
        if (name == "new_changeset") return read_changeset(found, value);
        if (name == "data") return read_data(found, value);
        return read_simple_field(found, name, token_of(value));
    });
}

}  // namespace

struct RecordParser::State {
    json::parser parser;
    Found found;

    Failure read(std::string_view line);
};

Failure RecordParser::State::read(std::string_view line) {
    found = {};
    if (parser.capacity() < line.size()) {
        const auto capacity = std::bit_ceil(std::max(line.size(), std::size_t{1} << 16U));
        if (const auto code = parser.allocate(capacity)) return json_failure(code);
    }
    json::document document;
    const simdjson::padded_string_view text(line.data(), line.size(), line.size() + k_line_padding);
    if (const auto code = parser.iterate(text).get(document)) return json_failure(code);
    json::object object;
    if (const auto code = document.get_object().get(object)) return json_failure(code);
    if (auto failure = read_record(found, object)) return failure;
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return "not valid JSON: more behind its end";
    return {};
}

RecordParser::RecordParser() : m_state(std::make_unique<State>()) {}
RecordParser::~RecordParser() = default;
RecordParser::RecordParser(RecordParser&&) noexcept = default;
RecordParser& RecordParser::operator=(RecordParser&&) noexcept = default;

tl::expected<RecordFields, FieldError> RecordParser::parse(std::string_view line) {
    auto failure = m_state->read(line);
    auto& fields = m_state->found.fields;
    if (failure) {
        return tl::unexpected(FieldError{std::move(*failure), std::move(fields.path).value_or(std::string())});
    }
    return std::move(fields);
}

}  // namespace ely::stream
