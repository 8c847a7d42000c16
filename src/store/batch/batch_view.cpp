#include <cstring>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "model/schema_json.hpp"
#include "store/batch/arrow_types.hpp"
#include "store/batch/batch.hpp"

namespace ely::store {
namespace {

using model::DataType;

bool is_uuid(const arrow::DataType& type) {
    return type.id() == arrow::Type::FIXED_SIZE_BINARY &&
           static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width() == 16;
}

bool is_instant(const arrow::DataType& type) {
    return type.id() == arrow::Type::TIMESTAMP &&
           static_cast<const arrow::TimestampType&>(type).unit() == arrow::TimeUnit::MICRO;
}

std::optional<DataType> list_type_of(const arrow::DataType& element) {
    if (is_uuid(element)) return DataType::uuid_array;
    if (is_instant(element)) return DataType::date_array;
    switch (element.id()) {
        case arrow::Type::STRING:
            return DataType::text_array;
        case arrow::Type::INT64:
            return DataType::integer_array;
        case arrow::Type::DOUBLE:
            return DataType::number_array;
        case arrow::Type::BOOL:
            return DataType::boolean_array;
        default:
            return {};
    }
}

// Plain text, or a value with named parts.
DataType text_type_of(const arrow::Field& field) {
    const auto known = field.HasMetadata() ? field.metadata()->Get(k_type_key) : arrow::Result<std::string>();
    const auto type = known.ok() ? model::data_type_by_name(*known) : std::nullopt;
    return type && model::has_parts(*type) ? *type : DataType::text;
}

// The property type that a column stands for.
std::optional<DataType> property_type_of(const arrow::Field& field) {
    const auto& type = *field.type();
    if (is_uuid(type)) return DataType::uuid;
    if (is_instant(type)) return DataType::date;
    switch (type.id()) {
        case arrow::Type::STRING:
            return text_type_of(field);
        case arrow::Type::INT64:
            return DataType::integer;
        case arrow::Type::DOUBLE:
            return DataType::number;
        case arrow::Type::BOOL:
            return DataType::boolean;
        case arrow::Type::BINARY:
            return DataType::blob;
        case arrow::Type::LIST:
            return list_type_of(*static_cast<const arrow::ListType&>(type).value_type());
        default:
            return {};
    }
}

bool is_vector_column(const std::string& name, const arrow::DataType& type) {
    if (name != "_vector" && !name.starts_with("_vector:")) return false;
    return type.id() == arrow::Type::FIXED_SIZE_LIST &&
           static_cast<const arrow::FixedSizeListType&>(type).value_type()->id() == arrow::Type::FLOAT;
}

template <typename Array>
const Array& as(const arrow::Array& array) {
    return static_cast<const Array&>(array);
}

template <typename Array, typename Element>
std::vector<Element> list_at(const arrow::Array& lists, std::int64_t row) {
    const auto& array = as<arrow::ListArray>(lists);
    const auto& values = as<Array>(*array.values());
    std::vector<Element> out;
    for (auto i = array.value_offset(row); i < array.value_offset(row + 1); ++i) out.push_back(values.GetView(i));
    return out;
}

Cell with_raw(Cell cell, const arrow::Array* raws, std::int64_t row) {
    if (raws != nullptr && raws->IsValid(row)) cell.raw = as<arrow::StringArray>(*raws).GetView(row);
    return cell;
}

}  // namespace

std::string vector_column(const model::VectorConfig& vector) {
    return vector.name.empty() ? "_vector" : "_vector:" + vector.name;
}

struct BatchView::State {
    struct Column {
        std::string name;
        DataType type = DataType::text;
        const arrow::Array* values = nullptr;
        const arrow::Array* raw = nullptr;
    };
    Batch batch;
    const arrow::FixedSizeBinaryArray* ids = nullptr;
    const arrow::TimestampArray* created = nullptr;
    const arrow::TimestampArray* updated = nullptr;
    const arrow::FixedSizeListArray* vectors = nullptr;
    std::string vector_name;
    const float* vector_values = nullptr;
    std::uint32_t dimensions = 0;
    std::vector<Column> columns;
    std::vector<std::string> foreign;  // columns whose type the format does not have

    void add(const arrow::Field& field, const arrow::Array* array) {
        const auto& name = field.name();
        const auto& type = *array->type();
        const bool is_time = type.Equals(*time_type());
        if (name == "_id" && type.Equals(*id_type())) ids = &as<arrow::FixedSizeBinaryArray>(*array);
        if (name == "_created" && is_time) created = &as<arrow::TimestampArray>(*array);
        if (name == "_updated" && is_time) updated = &as<arrow::TimestampArray>(*array);
        if (is_vector_column(name, type)) {
            vectors = &as<arrow::FixedSizeListArray>(*array);
            vector_name = name;
            dimensions = static_cast<std::uint32_t>(as<arrow::FixedSizeListType>(type).list_size());
            vector_values = as<arrow::FloatArray>(*vectors->values()).raw_values();
        }
        if (name.starts_with('_')) return;
        const auto property = property_type_of(field);
        if (!property) {
            foreign.push_back(name);
            return;
        }
        columns.push_back({name, *property, array, nullptr});
    }

    template <typename T>
    static const T& as(const arrow::DataType& type) {
        return static_cast<const T&>(type);
    }
    template <typename T>
    static const T& as(const arrow::Array& array) {
        return static_cast<const T&>(array);
    }
};

BatchView::BatchView(Batch batch) : m_state(std::make_unique<State>()) {
    auto& state = *m_state;
    state.batch = std::move(batch);
    const auto& schema = *state.batch->schema();
    for (int i = 0; i < schema.num_fields(); ++i) state.add(*schema.field(i), state.batch->column(i).get());
    for (auto& column : state.columns) {
        const auto raw = schema.GetFieldIndex("_raw:" + column.name);
        if (raw >= 0 && schema.field(raw)->type()->id() == arrow::Type::STRING) {
            column.raw = state.batch->column(raw).get();
        }
    }
}
BatchView::BatchView(BatchView&&) noexcept = default;
BatchView& BatchView::operator=(BatchView&&) noexcept = default;
BatchView::~BatchView() = default;

Result<void> BatchView::check(const model::CollectionSchema& schema) const {
    const auto& state = *m_state;
    if (state.ids == nullptr || state.ids->null_count() != 0) {
        return fail(Code::usage, "the batch has no '_id' column of 16 bytes without nulls");
    }
    if (!state.foreign.empty()) {
        return fail(Code::usage, fmt::format("column '{}' has a type that no property has", state.foreign.front()));
    }
    for (const auto& column : state.columns) {
        const auto* property = schema.find(column.name);
        if (property == nullptr) {
            return fail(Code::usage, fmt::format("collection '{}' has no property '{}'", schema.name, column.name));
        }
        if (property->type != column.type) {
            return fail(Code::usage,
                        fmt::format("property '{}' is of type {}, the batch's column is {}", column.name,
                                    model::data_type_name(property->type), model::data_type_name(column.type)));
        }
    }
    if (state.vectors == nullptr) return {};
    if (schema.vectors.empty() || vector_column(schema.vectors[0]) != state.vector_name) {
        return fail(Code::usage, fmt::format("collection '{}' has no vector for '{}'", schema.name, state.vector_name));
    }
    const auto expected = schema.vectors[0].dimensions;
    if (expected != 0 && expected != state.dimensions) {
        return fail(Code::usage, fmt::format("vectors of {} dimensions, where the collection '{}' has {}",
                                             state.dimensions, schema.name, expected));
    }
    return {};
}

std::size_t BatchView::rows() const {
    return static_cast<std::size_t>(m_state->batch->num_rows());
}

Uuid BatchView::id(std::size_t row) const {
    Uuid out;
    std::memcpy(out.bytes.data(), m_state->ids->GetValue(static_cast<std::int64_t>(row)), out.bytes.size());
    return out;
}

ObjectTimes BatchView::times(std::size_t row) const {
    const auto at = [&](const arrow::TimestampArray* array) -> std::optional<Timestamp> {
        const auto i = static_cast<std::int64_t>(row);
        if (array == nullptr || array->IsNull(i)) return std::nullopt;
        return Timestamp(std::chrono::milliseconds(array->Value(i)));
    };
    return {at(m_state->created), at(m_state->updated)};
}

model::Properties BatchView::properties(std::size_t row) const {
    model::Properties out;
    for (std::size_t i = 0; i < m_state->columns.size(); ++i) {
        const auto value = cell(row, i);
        if (!value.is_null()) out.emplace(m_state->columns[i].name, to_value(m_state->columns[i].type, value));
    }
    return out;
}

std::string_view BatchView::text(std::size_t row, std::string_view property) const {
    const auto found = column(property);
    if (!found || m_state->columns[*found].type != DataType::text) return {};
    return cell(row, *found).bytes();
}

std::optional<std::size_t> BatchView::column(std::string_view property) const {
    for (std::size_t i = 0; i < m_state->columns.size(); ++i) {
        if (m_state->columns[i].name == property) return i;
    }
    return std::nullopt;
}

Cell BatchView::cell(std::size_t row, std::size_t column) const {
    const auto& from = m_state->columns[column];
    const auto i = static_cast<std::int64_t>(row);
    if (from.values->IsNull(i)) return {};
    switch (from.type) {
        case DataType::text:
            return {as<arrow::StringArray>(*from.values).GetView(i), {}};
        case DataType::text_array:
            return {list_at<arrow::StringArray, std::string_view>(*from.values, i), {}};
        case DataType::integer:
            return {as<arrow::Int64Array>(*from.values).Value(i), {}};
        case DataType::number:
            return {as<arrow::DoubleArray>(*from.values).Value(i), {}};
        case DataType::boolean:
            return {as<arrow::BooleanArray>(*from.values).Value(i), {}};
        case DataType::date:
            return with_raw({as<arrow::TimestampArray>(*from.values).Value(i), {}}, from.raw, i);
        case DataType::uuid:
            return {as<arrow::FixedSizeBinaryArray>(*from.values).GetView(i), {}};
        case DataType::blob:
            return {as<arrow::BinaryArray>(*from.values).GetView(i), {}};
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array:
            return {as<arrow::StringArray>(*from.values).GetView(i), {}};
        case DataType::integer_array:
            return {list_at<arrow::Int64Array, std::int64_t>(*from.values, i), {}};
        case DataType::number_array:
            return {list_at<arrow::DoubleArray, double>(*from.values, i), {}};
        case DataType::boolean_array:
            return {list_at<arrow::BooleanArray, bool>(*from.values, i), {}};
        case DataType::date_array:
            return with_raw({list_at<arrow::TimestampArray, std::int64_t>(*from.values, i), {}}, from.raw, i);
        case DataType::uuid_array:
            return {list_at<arrow::FixedSizeBinaryArray, std::string_view>(*from.values, i), {}};
    }
    return {};
}

std::span<const float> BatchView::vector(std::size_t row) const {
    const auto& state = *m_state;
    const auto i = static_cast<std::int64_t>(row);
    if (state.vectors == nullptr || state.vectors->IsNull(i)) return {};
    return {state.vector_values + state.vectors->value_offset(i), state.dimensions};
}

std::uint32_t BatchView::dimensions() const {
    return m_state->dimensions;
}

}  // namespace ely::store
