#pragma once

// Which Arrow type stands for which property (doc/formats/object-batch.md). Includes Arrow: for .cpp files only.

#include <memory>

#include <arrow/type.h>

#include "model/collection_schema.hpp"

namespace ely::store {

inline std::shared_ptr<arrow::DataType> id_type() {
    return arrow::fixed_size_binary(16);
}
inline std::shared_ptr<arrow::DataType> time_type() {
    return arrow::timestamp(arrow::TimeUnit::MILLI, "UTC");
}
inline std::shared_ptr<arrow::DataType> vector_type(std::uint32_t dimensions) {
    return arrow::fixed_size_list(arrow::field("element", arrow::float32(), false),
                                  static_cast<std::int32_t>(dimensions));
}

inline std::shared_ptr<arrow::DataType> list_type(std::shared_ptr<arrow::DataType> element) {
    return arrow::list(arrow::field("element", std::move(element), false));
}

// Values with named parts are JSON text; a field's metadata says which of those types it is.
inline constexpr const char* k_type_key = "elysiactl.type";

inline std::shared_ptr<arrow::DataType> property_type(model::DataType type) {
    switch (type) {
        case model::DataType::text:
            return arrow::utf8();
        case model::DataType::text_array:
            return list_type(arrow::utf8());
        case model::DataType::integer:
            return arrow::int64();
        case model::DataType::number:
            return arrow::float64();
        case model::DataType::boolean:
            return arrow::boolean();
        case model::DataType::date:
            return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
        case model::DataType::uuid:
            return arrow::fixed_size_binary(16);
        case model::DataType::blob:
            return arrow::binary();
        case model::DataType::integer_array:
            return list_type(arrow::int64());
        case model::DataType::number_array:
            return list_type(arrow::float64());
        case model::DataType::boolean_array:
            return list_type(arrow::boolean());
        case model::DataType::date_array:
            return list_type(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"));
        case model::DataType::uuid_array:
            return list_type(arrow::fixed_size_binary(16));
        case model::DataType::geo_coordinates:
        case model::DataType::phone_number:
        case model::DataType::object:
        case model::DataType::object_array:
            return arrow::utf8();
    }
    return arrow::utf8();
}

}  // namespace ely::store
