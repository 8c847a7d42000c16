#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "model/schema_json.hpp"
#include "store/batch/arrow_types.hpp"
#include "store/batch/batch.hpp"

namespace ely::store {
namespace {

using model::DataType;

Error arrow_error(const arrow::Status& status) {
    return {Code::internal, "batch: " + status.ToString(), {}, {}, 0};
}

#define ELY_TRY_ARROW(...)                                                               \
    do {                                                                                 \
        if (auto status = (__VA_ARGS__); !status.ok()) return fail(arrow_error(status)); \
    } while (false)

template <typename Builder>
Builder& as(arrow::ArrayBuilder& builder) {
    return static_cast<Builder&>(builder);
}

template <typename Builder, typename Element>
arrow::Status append_list(arrow::ArrayBuilder& builder, const Cell& cell) {
    auto& list = as<arrow::ListBuilder>(builder);
    ARROW_RETURN_NOT_OK(list.Append());
    auto& values = as<Builder>(*list.value_builder());
    for (const auto value : std::get<std::vector<Element>>(cell.data)) ARROW_RETURN_NOT_OK(values.Append(value));
    return arrow::Status::OK();
}

std::shared_ptr<arrow::KeyValueMetadata> metadata_of(DataType type) {
    if (!model::has_parts(type)) return nullptr;
    return arrow::key_value_metadata({k_type_key}, {std::string(model::data_type_name(type))});
}

arrow::Status append_cell(DataType type, arrow::ArrayBuilder& builder, const Cell& cell) {
    if (cell.is_null()) return builder.AppendNull();
    switch (type) {
        case DataType::text:
            return as<arrow::StringBuilder>(builder).Append(std::get<std::string_view>(cell.data));
        case DataType::text_array:
            return append_list<arrow::StringBuilder, std::string_view>(builder, cell);
        case DataType::integer:
            return as<arrow::Int64Builder>(builder).Append(std::get<std::int64_t>(cell.data));
        case DataType::number:
            return as<arrow::DoubleBuilder>(builder).Append(std::get<double>(cell.data));
        case DataType::boolean:
            return as<arrow::BooleanBuilder>(builder).Append(std::get<bool>(cell.data));
        case DataType::date:
            return as<arrow::TimestampBuilder>(builder).Append(std::get<std::int64_t>(cell.data));
        case DataType::uuid:
            return as<arrow::FixedSizeBinaryBuilder>(builder).Append(std::get<std::string_view>(cell.data));
        case DataType::blob:
            return as<arrow::BinaryBuilder>(builder).Append(std::get<std::string_view>(cell.data));
        case DataType::geo_coordinates:
        case DataType::phone_number:
        case DataType::object:
        case DataType::object_array:
            return as<arrow::StringBuilder>(builder).Append(std::get<std::string_view>(cell.data));
        case DataType::integer_array:
            return append_list<arrow::Int64Builder, std::int64_t>(builder, cell);
        case DataType::number_array:
            return append_list<arrow::DoubleBuilder, double>(builder, cell);
        case DataType::boolean_array:
            return append_list<arrow::BooleanBuilder, bool>(builder, cell);
        case DataType::date_array:
            return append_list<arrow::TimestampBuilder, std::int64_t>(builder, cell);
        case DataType::uuid_array:
            return append_list<arrow::FixedSizeBinaryBuilder, std::string_view>(builder, cell);
    }
    return arrow::Status::Invalid("unknown type");
}

std::unique_ptr<arrow::ArrayBuilder> builder_of(const std::shared_ptr<arrow::DataType>& type) {
    auto built = arrow::MakeBuilder(type, arrow::default_memory_pool());
    return built.ok() ? std::move(*built) : nullptr;
}

arrow::Status append_time(arrow::ArrayBuilder& builder, const std::optional<Timestamp>& time) {
    if (!time) return builder.AppendNull();
    return as<arrow::TimestampBuilder>(builder).Append(time->time_since_epoch().count());
}

}  // namespace

struct BatchBuilder::State {
    model::CollectionSchema schema;
    bool with_vectors = true;
    std::size_t rows = 0;
    std::unique_ptr<arrow::ArrayBuilder> ids = builder_of(id_type());
    std::unique_ptr<arrow::ArrayBuilder> created = builder_of(time_type());
    std::unique_ptr<arrow::ArrayBuilder> updated = builder_of(time_type());
    std::vector<std::unique_ptr<arrow::ArrayBuilder>> properties;
    std::vector<std::unique_ptr<arrow::ArrayBuilder>> raws;  // beside each property; null until one is needed
    std::unique_ptr<arrow::ArrayBuilder> vectors;            // null until the dimensions are known
    std::uint32_t dimensions = 0;
    std::vector<OwnedCell> scratch;
    std::vector<Cell> cells;

    Result<void> start_vectors(std::uint32_t count) {
        dimensions = count;
        vectors = builder_of(vector_type(count));
        ELY_TRY_ARROW(vectors->AppendNulls(static_cast<std::int64_t>(rows)));
        return {};
    }

    Result<void> check_vector(std::span<const float> vector) {
        if (vector.empty()) return {};
        if (!with_vectors || schema.vectors.empty()) {
            return fail(Code::usage, fmt::format("collection '{}' has no vectors", schema.name));
        }
        if (dimensions != 0 && vector.size() != dimensions) {
            return fail(Code::usage, fmt::format("a vector of {} dimensions, where the collection '{}' has {}",
                                                 vector.size(), schema.name, dimensions));
        }
        if (dimensions == 0) ELY_TRY(start_vectors(static_cast<std::uint32_t>(vector.size())));
        return {};
    }

    Result<void> append_vector(std::span<const float> vector) {
        if (vectors == nullptr) return {};
        if (vector.empty()) {
            ELY_TRY_ARROW(vectors->AppendNull());
            return {};
        }
        auto& list = as<arrow::FixedSizeListBuilder>(*vectors);
        ELY_TRY_ARROW(list.Append());
        ELY_TRY_ARROW(as<arrow::FloatBuilder>(*list.value_builder())
                          .AppendValues(vector.data(), static_cast<std::int64_t>(vector.size())));
        return {};
    }

    Result<void> append_raw(std::size_t column, std::string_view raw) {
        auto& builder = raws[column];
        if (builder == nullptr) {
            if (raw.empty()) return {};
            builder = builder_of(arrow::utf8());
            ELY_TRY_ARROW(builder->AppendNulls(static_cast<std::int64_t>(rows)));
        }
        ELY_TRY_ARROW(raw.empty() ? builder->AppendNull() : as<arrow::StringBuilder>(*builder).Append(raw));
        return {};
    }
};

BatchBuilder::BatchBuilder(std::unique_ptr<State> state) : m_state(std::move(state)) {}
BatchBuilder::BatchBuilder(BatchBuilder&&) noexcept = default;
BatchBuilder& BatchBuilder::operator=(BatchBuilder&&) noexcept = default;
BatchBuilder::~BatchBuilder() = default;

Result<BatchBuilder> BatchBuilder::create(const model::CollectionSchema& schema, bool with_vectors) {
    if (schema.vectors.size() > 1) return fail(Code::unsupported, "batches of several vectors are not supported yet");
    auto state = std::make_unique<State>();
    state->schema = schema;
    state->with_vectors = with_vectors;
    for (const auto& property : schema.properties) {
        state->properties.push_back(builder_of(property_type(property.type)));
    }
    state->raws.resize(schema.properties.size());
    state->scratch = std::vector<OwnedCell>(schema.properties.size());
    state->cells.resize(schema.properties.size());
    if (with_vectors && !schema.vectors.empty() && schema.vectors[0].dimensions != 0) {
        ELY_TRY(state->start_vectors(schema.vectors[0].dimensions));
    }
    return BatchBuilder(std::move(state));
}

Result<void> BatchBuilder::append(const Uuid& id, const model::Properties& properties, std::span<const float> vector,
                                  const ObjectTimes& times) {
    auto& state = *m_state;
    const auto& known = state.schema.properties;
    std::size_t found = 0;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const auto it = properties.find(known[i].name);
        if (it == properties.end()) {
            state.cells[i] = {};
            continue;
        }
        ++found;
        ELY_TRY(state.scratch[i].assign(known[i], it->second));
        state.cells[i] = state.scratch[i].cell();
    }
    if (found != properties.size()) {
        for (const auto& [name, value] : properties) {
            if (state.schema.find(name) == nullptr) {
                return fail(Code::usage, fmt::format("collection '{}' has no property '{}'", state.schema.name, name));
            }
        }
    }
    return append_cells(id, state.cells, vector, times);
}

Result<void> BatchBuilder::append_cells(const Uuid& id, std::span<const Cell> cells, std::span<const float> vector,
                                        const ObjectTimes& times) {
    auto& state = *m_state;
    ELY_TRY(state.check_vector(vector));
    ELY_TRY_ARROW(as<arrow::FixedSizeBinaryBuilder>(*state.ids).Append(id.bytes.data()));
    ELY_TRY_ARROW(append_time(*state.created, times.created));
    ELY_TRY_ARROW(append_time(*state.updated, times.updated));
    for (std::size_t i = 0; i < cells.size(); ++i) {
        ELY_TRY_ARROW(append_cell(state.schema.properties[i].type, *state.properties[i], cells[i]));
        ELY_TRY(state.append_raw(i, cells[i].raw));
    }
    ELY_TRY(state.append_vector(vector));
    ++state.rows;
    return {};
}

std::size_t BatchBuilder::rows() const {
    return m_state->rows;
}

Result<Batch> BatchBuilder::finish() {
    auto& state = *m_state;
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    const auto take = [&](const std::string& name, bool nullable, arrow::ArrayBuilder& builder,
                          std::shared_ptr<arrow::KeyValueMetadata> metadata = nullptr) -> Result<void> {
        auto array = builder.Finish();
        if (!array.ok()) return fail(arrow_error(array.status()));
        fields.push_back(arrow::field(name, (*array)->type(), nullable, std::move(metadata)));
        arrays.push_back(std::move(*array));
        return {};
    };
    ELY_TRY(take("_id", false, *state.ids));
    ELY_TRY(take("_created", true, *state.created));
    ELY_TRY(take("_updated", true, *state.updated));
    if (state.vectors != nullptr) ELY_TRY(take(vector_column(state.schema.vectors[0]), true, *state.vectors));
    for (std::size_t i = 0; i < state.properties.size(); ++i) {
        const auto& property = state.schema.properties[i];
        ELY_TRY(take(property.name, true, *state.properties[i], metadata_of(property.type)));
        if (state.raws[i] != nullptr) ELY_TRY(take("_raw:" + property.name, true, *state.raws[i]));
        state.raws[i].reset();
    }
    const auto rows = static_cast<std::int64_t>(std::exchange(state.rows, 0));
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(arrays));
}

}  // namespace ely::store
