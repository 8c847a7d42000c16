#include "store/weaviate/object_codec.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "store/batch/cell.hpp"
#include "store/weaviate/names.hpp"
#include "store/weaviate/value_codec.hpp"
#include "store/weaviate/value_json.hpp"
#include "store/words/candidates.hpp"

namespace ely::store::weaviate {
namespace {

static_assert(std::endian::native == std::endian::little, "vectors travel as little-endian float32");

constexpr std::size_t k_value_overhead = 16;  // of a property beside its name and text, on the wire

const wire::Value* find_value(const wire::SearchResult& result, const std::string& property) {
    const auto& fields = result.properties().non_ref_props().fields();
    const auto found = fields.find(property);
    if (found == fields.end() || found->second.kind_case() == wire::Value::kNullValue ||
        found->second.kind_case() == wire::Value::KIND_NOT_SET) {
        return nullptr;
    }
    return &found->second;
}

std::vector<std::string> list_of(const wire::Value& value) {
    const auto& texts = value.list_value().text_values().values();
    return {texts.begin(), texts.end()};
}

std::int64_t whole_number(const wire::Value& value) {
    return value.kind_case() == wire::Value::kIntValue ? value.int_value()
                                                       : static_cast<std::int64_t>(value.number_value());
}

model::Value to_value(const model::Property& property, const wire::Value& value) {
    switch (property.type) {
        case model::DataType::text:
            return value.text_value();
        case model::DataType::text_array:
            return list_of(value);
        case model::DataType::integer:
            return whole_number(value);
        case model::DataType::number:
            return value.kind_case() == wire::Value::kIntValue ? static_cast<double>(value.int_value())
                                                               : value.number_value();
        case model::DataType::boolean:
            return value.bool_value();
        case model::DataType::date:
            return value.date_value();
        case model::DataType::uuid:
            return value.uuid_value();
        case model::DataType::blob:
            return value.blob_value();
        default: {
            std::deque<std::string> owned;
            return store::to_value(property.type, received_cell(property, value, owned));
        }
    }
}

}  // namespace

ObjectEncoder::ObjectEncoder(const Class& target, const BatchView& view) : m_target(target), m_view(view) {
    for (const auto& property : target.schema.properties) {
        const auto column = view.column(property.name);
        if (!column) continue;
        m_columns.push_back({&property, *column});
        if (property.searchable) m_searchable.push_back({&property, *column});
    }
}

Result<void> ObjectEncoder::add_value(const Column& column, const Cell& cell, wire::BatchObject& object) {
    const auto& property = *column.property;
    m_bytes += property.name.size() + k_value_overhead;
    auto& properties = *object.mutable_properties();
    if (is_list_or_parts(property.type)) {
        ELY_TRY_ASSIGN(auto sent, sent_cell(property, cell));
        m_bytes += sent.ByteSizeLong();
        if (sent.has_list_value() && sent.list_value().values().empty()) {
            properties.add_empty_list_props(property.name);
        } else {
            (*properties.mutable_non_ref_properties()->mutable_fields())[property.name] = std::move(sent);
        }
        return {};
    }
    if (const auto* list = std::get_if<std::vector<std::string_view>>(&cell.data)) {
        if (list->empty()) {
            properties.add_empty_list_props(property.name);
            return {};
        }
        auto& out = *properties.add_text_array_properties();
        out.set_prop_name(property.name);
        for (const auto text : *list) {
            out.add_values(std::string(text));
            m_bytes += text.size() + 2;
        }
        return {};
    }
    auto& value = (*properties.mutable_non_ref_properties()->mutable_fields())[property.name];
    if (const auto* boolean = std::get_if<bool>(&cell.data)) value.set_bool_value(*boolean);
    if (const auto* number = std::get_if<double>(&cell.data)) {
        if (!std::isfinite(*number)) return fail(Code::usage, fmt::format("'{}' is no finite number", property.name));
        value.set_number_value(*number);
    }
    if (const auto* integer = std::get_if<std::int64_t>(&cell.data)) {
        if (property.type == model::DataType::date) {
            value.set_string_value(cell.raw.empty() ? instant_text(*integer) : std::string(cell.raw));
            return {};
        }
        if (!survives_float64(*integer)) {
            return fail(float64_changes(property.name, *integer));
        }
        value.set_number_value(static_cast<double>(*integer));
    }
    if (const auto* text = std::get_if<std::string_view>(&cell.data)) {
        m_bytes += text->size();
        if (property.type == model::DataType::uuid) {
            value.set_string_value(uuid_text(*text));
        } else if (property.type == model::DataType::blob) {
            value.set_string_value(to_base64(*text));
        } else {
            value.set_string_value(std::string(*text));
        }
    }
    return {};
}

Result<void> ObjectEncoder::add_vector(std::span<const float> vector, wire::BatchObject& object) {
    const auto& schema = m_target.schema;
    if (m_target.ours && !schema.vectors.empty()) {
        auto& fields = *object.mutable_properties()->mutable_non_ref_properties()->mutable_fields();
        fields[std::string(k_has_vector_property)].set_bool_value(!vector.empty() || m_target.server_vectorizer);
    }
    if (vector.empty()) return {};
    if (!std::ranges::all_of(vector, [](float value) { return std::isfinite(value); })) {
        return fail(Code::usage, "the vector has an element that is no finite number");
    }
    m_bytes += vector.size_bytes();
    if (m_target.vector_name.empty()) {
        object.set_vector_bytes(vector_bytes(vector));
        return {};
    }
    auto& out = *object.add_vectors();
    out.set_name(m_target.vector_name);
    out.set_vector_bytes(vector_bytes(vector));
    return {};
}

void ObjectEncoder::add_words(std::size_t row, wire::BatchObject& object) {
    if (!m_target.ours || m_searchable.empty()) return;
    std::vector<Cell> cells;
    std::vector<std::string_view> texts;
    for (const auto& column : m_searchable) cells.push_back(m_view.cell(row, column.index));
    for (const auto& cell : cells) {
        if (const auto* list = std::get_if<std::vector<std::string_view>>(&cell.data)) {
            texts.insert(texts.end(), list->begin(), list->end());
        } else if (!cell.is_null()) {
            texts.push_back(cell.bytes());
        }
    }
    auto within = words::words_within(texts);
    if (within.empty()) return;
    m_bytes += within.size();
    auto& fields = *object.mutable_properties()->mutable_non_ref_properties()->mutable_fields();
    fields[std::string(k_words_property)].set_string_value(std::move(within));
}

Result<void> ObjectEncoder::add(std::size_t row) {
    constexpr std::size_t k_object_overhead = 80;
    auto& object = *m_encoded->add_objects();
    const auto encode = [&]() -> Result<void> {
        object.set_uuid(m_view.id(row).text());
        object.set_collection(m_target.schema.name);
        object.mutable_properties()->mutable_non_ref_properties();
        m_bytes += k_object_overhead;
        for (const auto& column : m_columns) {
            const auto cell = m_view.cell(row, column.index);
            if (!cell.is_null()) ELY_TRY(add_value(column, cell, object));
        }
        ELY_TRY(add_vector(m_view.vector(row), object));
        add_words(row, object);
        return {};
    };
    auto done = encode();
    if (!done) m_encoded->mutable_objects()->RemoveLast();
    return done;
}

EncodedObjects ObjectEncoder::take() {
    m_bytes = 0;
    return std::exchange(m_encoded, {});
}

Result<Uuid> ObjectDecoder::id(const wire::SearchResult& result) {
    return Uuid::parse(result.metadata().id());
}

Cell ObjectDecoder::to_cell(const model::Property& property, const wire::Value& value) {
    switch (property.type) {
        case model::DataType::text:
            return {std::string_view(value.text_value()), {}};
        case model::DataType::text_array: {
            const auto& texts = value.list_value().text_values().values();
            return {std::vector<std::string_view>(texts.begin(), texts.end()), {}};
        }
        case model::DataType::integer:
            return {whole_number(value), {}};
        case model::DataType::number:
            return {std::get<double>(weaviate::to_value(property, value)), {}};
        case model::DataType::boolean:
            return {value.bool_value(), {}};
        case model::DataType::date: {
            const auto instant = parse_instant(value.date_value());
            if (!instant) return {};
            const bool plain = instant_text(*instant) == value.date_value();
            return {*instant, plain ? std::string_view() : std::string_view(value.date_value())};
        }
        case model::DataType::uuid: {
            const auto id = Uuid::parse(value.uuid_value());
            if (!id) return {};
            return {std::string_view(m_owned.emplace_back(id->view())), {}};
        }
        case model::DataType::blob: {
            auto bytes = from_base64(value.blob_value());
            if (!bytes) return {};
            return {std::string_view(m_owned.emplace_back(std::move(*bytes))), {}};
        }
        default:
            return received_cell(property, value, m_owned);
    }
}

std::span<const Cell> ObjectDecoder::cells(const wire::SearchResult& result) {
    m_owned.clear();
    m_cells.clear();
    for (const auto& property : m_source.schema.properties) {
        const auto* value = find_value(result, property.name);
        m_cells.push_back(value == nullptr ? Cell{} : to_cell(property, *value));
    }
    return m_cells;
}

std::span<const float> ObjectDecoder::vector(const wire::SearchResult& result) {
    const auto& metadata = result.metadata();
    const std::string* bytes = &metadata.vector_bytes();
    if (!m_source.vector_name.empty()) {
        bytes = nullptr;
        for (const auto& candidate : metadata.vectors()) {
            if (candidate.name() == m_source.vector_name) bytes = &candidate.vector_bytes();
        }
    }
    m_vector.resize(bytes == nullptr ? 0 : bytes->size() / sizeof(float));
    if (!m_vector.empty()) std::memcpy(m_vector.data(), bytes->data(), m_vector.size() * sizeof(float));
    return m_vector;
}

ObjectTimes ObjectDecoder::times(const wire::SearchResult& result) {
    const auto& metadata = result.metadata();
    const auto at = [](std::int64_t milliseconds) { return Timestamp(std::chrono::milliseconds(milliseconds)); };
    ObjectTimes out;
    if (metadata.creation_time_unix_present()) out.created = at(metadata.creation_time_unix());
    if (metadata.last_update_time_unix_present()) out.updated = at(metadata.last_update_time_unix());
    return out;
}

model::Properties ObjectDecoder::properties(const wire::SearchResult& result,
                                            const std::vector<std::string>& names) const {
    model::Properties out;
    for (const auto& property : m_source.schema.properties) {
        if (!names.empty() && std::ranges::find(names, property.name) == names.end()) continue;
        const auto* value = find_value(result, property.name);
        if (value != nullptr) out.emplace(property.name, weaviate::to_value(property, *value));
    }
    return out;
}

std::string vector_bytes(std::span<const float> vector) {
    return {reinterpret_cast<const char*>(vector.data()), vector.size_bytes()};
}

std::string_view text_of(const wire::SearchResult& result, const std::string& property) {
    const auto* value = find_value(result, property);
    return value == nullptr ? std::string_view() : std::string_view(value->text_value());
}

}  // namespace ely::store::weaviate
