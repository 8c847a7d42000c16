#include "store/embedded/filter_evaluator.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/uuid.hpp"
#include "store/embedded/row_codec.hpp"

namespace ely::store::embedded {
namespace {

// The texts of an equal or any_of comparison.
std::vector<std::string> texts_of(const model::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return {*text};
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
    return {};
}

// What every text that the comparison holds for begins with.
std::string literal_prefix(const Filter& filter) {
    if (filter.comparison != Comparison::glob) return {};
    const auto* pattern = std::get_if<std::string>(&filter.value);
    // Patterns without an inner '/' match the last part of a path, wherever that begins.
    if (pattern == nullptr || pattern->find('/') == std::string::npos) return {};
    if (pattern->starts_with('/') || pattern->starts_with("./")) return {};
    return pattern->substr(0, pattern->find_first_of("*?[{\\"));
}

}  // namespace

std::optional<std::size_t> FilterEvaluator::property_index(std::string_view name) const {
    for (std::size_t i = 0; i < m_schema.properties.size(); ++i) {
        if (m_schema.properties[i].name == name) return i;
    }
    return std::nullopt;
}

FilterEvaluator::Cost FilterEvaluator::compare_cost(const Filter& filter) const {
    const auto comparison = filter.comparison;
    const bool equality =
        comparison == Comparison::equal || comparison == Comparison::any_of || comparison == Comparison::is_null;
    if (filter.property == "_vector") return Cost::lookup;
    if (filter.property == "_id") return equality ? Cost::lookup : Cost::rows;
    const auto* property = m_schema.find(filter.property);
    if (property == nullptr) return Cost::lookup;
    if (!has_value_keys(*property)) return Cost::rows;
    if (property->type == model::DataType::text_array) {
        const bool known = comparison == Comparison::contains || comparison == Comparison::is_null;
        return known ? Cost::lookup : Cost::rows;
    }
    return equality || comparison == Comparison::not_equal || comparison == Comparison::contains ? Cost::lookup
                                                                                                 : Cost::keys;
}

FilterEvaluator::Cost FilterEvaluator::cost(const Filter& filter) const {
    if (filter.kind == Filter::Kind::compare) return compare_cost(filter);
    auto out = Cost::lookup;
    for (const auto& operand : filter.operands) out = std::max(out, cost(operand));
    return out;
}

Result<Bits> FilterEvaluator::evaluate(const Filter& filter, const Bits& candidates) {
    switch (filter.kind) {
        case Filter::Kind::everything:
            return candidates;
        case Filter::Kind::compare:
            return compare(filter, candidates);
        case Filter::Kind::all:
            return all_of(filter, candidates);
        case Filter::Kind::any: {
            auto rest = candidates;
            for (const auto& operand : filter.operands) {
                ELY_TRY_ASSIGN(const auto found, evaluate(operand, rest));
                rest -= found;
            }
            auto out = candidates;
            out -= rest;
            return out;
        }
        case Filter::Kind::none: {
            auto out = candidates;
            for (const auto& operand : filter.operands) {
                ELY_TRY_ASSIGN(const auto found, evaluate(operand, out));
                out -= found;
            }
            return out;
        }
    }
    return candidates;
}

Result<Bits> FilterEvaluator::all_of(const Filter& filter, const Bits& candidates) {
    std::vector<const Filter*> operands;
    for (const auto& operand : filter.operands) operands.push_back(&operand);
    std::ranges::stable_sort(operands, {}, [&](const Filter* operand) { return cost(*operand); });
    auto out = candidates;
    for (const auto* operand : operands) {
        if (out.none()) break;
        ELY_TRY_ASSIGN(out, evaluate(*operand, out));
    }
    return out;
}

Result<Bits> FilterEvaluator::compare(const Filter& filter, const Bits& candidates) {
    if (filter.property == "_vector") return compare_vectors(filter, candidates);
    if (compare_cost(filter) == Cost::rows) return compare_rows(filter, candidates);
    if (filter.property == "_id") return compare_ids(filter, candidates);
    const auto property = property_index(filter.property);
    if (property) return compare_values(filter, *property, candidates);
    return filter.comparison == Comparison::is_null ? candidates : Bits(m_state.documents);
}

Result<Bits> FilterEvaluator::compare_vectors(const Filter& filter, const Bits& candidates) {
    if (filter.comparison != Comparison::is_null) return Bits(m_state.documents);
    auto out = candidates;
    if (m_schema.vectors.empty()) return out;
    ELY_TRY_ASSIGN(const auto vectors, m_cache.vectors(m_connection, m_row, m_schema.vectors[0], false));
    for (const auto& block : vectors->rows) {
        for (const auto ordinal : block->ordinals) {
            if (ordinal == k_no_ordinal) continue;
            if (const auto document = m_state.document(ordinal)) out.reset(*document);
        }
    }
    return out;
}

Result<Bits> FilterEvaluator::compare_ids(const Filter& filter, const Bits& candidates) {
    Bits out(m_state.documents);
    if (filter.comparison == Comparison::is_null) return out;
    ELY_TRY_ASSIGN(auto query, m_connection.query(
                                   fmt::format("SELECT ordinal FROM {} WHERE id=?", table_name(m_row.id, "objects"))));
    for (const auto& text : texts_of(filter.value)) {
        const auto id = Uuid::parse(text);
        // Compared as text: another spelling of the same id is not equal.
        if (!id || id->text() != text) continue;
        query->bind_blob(1, id->view());
        ELY_TRY_ASSIGN(const bool found, query->step());
        if (!found) continue;
        const auto document = m_state.document(static_cast<std::uint32_t>(query->integer(0)));
        if (document && candidates.get(*document)) out.set(*document);
        query->reset();
    }
    return out;
}

Result<Bits> FilterEvaluator::compare_values(const Filter& filter, std::size_t property, const Bits& candidates) {
    ELY_TRY_ASSIGN(const auto null, nulls(property));
    if (filter.comparison == Comparison::is_null) {
        auto out = candidates;
        return out &= null;
    }
    const bool array = m_schema.properties[property].type == model::DataType::text_array;
    if (std::holds_alternative<std::monostate>(filter.value)) return Bits(m_state.documents);
    if (filter.comparison == Comparison::contains && !array) return Bits(m_state.documents);
    Bits out(m_state.documents);
    const bool negated = filter.comparison == Comparison::not_equal;
    const bool listed = filter.comparison == Comparison::any_of;
    if (negated || filter.comparison == Comparison::equal || filter.comparison == Comparison::contains || listed) {
        const bool is_list = std::holds_alternative<std::vector<std::string>>(filter.value);
        if (is_list == listed) {
            ELY_TRY_ASSIGN(out, with_texts(property, filter.value));
        }
    } else {
        ELY_TRY_ASSIGN(out, with_values(property, filter));
    }
    // Values that are too long for a key: their objects have to be looked at.
    ELY_TRY_ASSIGN(auto unsure, with_key(property, KeyKind::long_value));
    unsure &= candidates;
    auto positive = filter;
    if (negated) positive.comparison = Comparison::equal;
    ELY_TRY_ASSIGN(const auto long_ones, compare_rows(positive, unsure));
    out |= long_ones;
    if (!negated) return out &= candidates;
    auto rest = candidates;
    rest -= null;
    return rest -= out;
}

Result<Bits> FilterEvaluator::with_texts(std::size_t property, const model::Value& texts) {
    Bits out(m_state.documents);
    for (const auto& text : texts_of(texts)) {
        if (text.size() > k_max_key_value) continue;
        ELY_TRY_ASSIGN(const auto found, with_key(property, KeyKind::value, text));
        out |= found;
    }
    return out;
}

Result<Bits> FilterEvaluator::with_values(std::size_t property, const Filter& filter) {
    const auto prefix = property_key(property, KeyKind::value);
    const auto literal = prefix + literal_prefix(filter);
    Bits out(m_state.documents);
    for (const auto& segment : m_state.segments) {
        const auto found = [&](std::string_view key, std::string_view postings) -> Result<bool> {
            if (!key.starts_with(literal)) return false;
            const model::Value value(std::string(key.substr(prefix.size())));
            if (value_matches(filter.comparison, value, filter.value)) ELY_TRY(add(segment, postings, out));
            return true;
        };
        ELY_TRY(m_tables.each_key(segment.row.id, literal, found));
    }
    return out;
}

Result<void> FilterEvaluator::add(const SegmentState& segment, std::string_view postings, Bits& out) const {
    bool inside = true;
    const bool good = decode_postings(postings, [&](const Posting& posting) {
        inside = inside && posting.document < segment.row.documents;
        if (inside) out.set(segment.base + posting.document);
    });
    if (!good || !inside) return fail(Code::corrupt, "postings of the lexical index are damaged");
    return {};
}

Result<Bits> FilterEvaluator::with_key(std::size_t property, KeyKind kind, std::string_view value) {
    Bits out(m_state.documents);
    const auto key = property_key(property, kind, value);
    for (const auto& segment : m_state.segments) {
        const auto found = [&](std::string_view, std::string_view postings) -> Result<bool> {
            ELY_TRY(add(segment, postings, out));
            return true;
        };
        ELY_TRY(m_tables.find(segment.row.id, key, found));
    }
    return out;
}

Result<Bits> FilterEvaluator::nulls(std::size_t property) {
    ELY_TRY_ASSIGN(auto out, with_key(property, KeyKind::null));
    for (const auto& segment : m_state.segments) {
        if (property < segment.documents->lengths.size()) continue;
        // Written before the property existed.
        for (std::uint32_t i = 0; i < segment.row.documents; ++i) out.set(segment.base + i);
    }
    return out;
}

Result<Bits> FilterEvaluator::compare_rows(const Filter& filter, const Bits& candidates) {
    Bits out(m_state.documents);
    std::vector<std::uint32_t> documents;
    candidates.for_each([&](std::size_t i) { documents.push_back(static_cast<std::uint32_t>(i)); });
    if (documents.empty()) return out;
    ELY_TRY_ASSIGN(auto query, m_connection.query(fmt::format("SELECT id, data FROM {} WHERE ordinal=?",
                                                              table_name(m_row.id, "objects"))));
    for (const auto document : documents) {
        query->bind(1, static_cast<std::int64_t>(m_state.ordinal(document)));
        ELY_TRY_ASSIGN(const bool row, query->step());
        if (!row) return fail(Code::corrupt, "the index has an object that is not there");
        Uuid id;
        std::ranges::copy(query->blob(0).substr(0, id.bytes.size()), id.bytes.begin());
        ELY_TRY_ASSIGN(const auto properties, decode_properties(m_schema, query->blob(1), {filter.property}));
        if (matches(filter, properties, id.text(), true)) out.set(document);
        query->reset();
    }
    return out;
}

}  // namespace ely::store::embedded
