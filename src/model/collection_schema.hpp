#pragma once

// What a collection is made of: properties with their types, how they are indexed, and the vector. Plain values; the
// names of types are Weaviate's.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ely::model {

enum class DataType {
    text,
    text_array,
    integer,
    number,
    boolean,
    date,
    uuid,
    blob,
    integer_array,
    number_array,
    boolean_array,
    date_array,
    uuid_array,
    geo_coordinates,
    phone_number,
    object,
    object_array,
};

// Values with named parts. They are handled as JSON text (doc/formats/object-batch.md).
[[nodiscard]] constexpr bool has_parts(DataType type) {
    return type == DataType::geo_coordinates || type == DataType::phone_number || type == DataType::object ||
           type == DataType::object_array;
}

struct Property {
    std::string name;
    DataType type = DataType::text;
    // Text that queries look into (the lexical index has it as a field of its own).
    bool searchable = false;
    // Values that filters compare; a store may keep an index on them.
    bool filterable = true;
    std::string description;
    // What an object, or each of an object[], has; empty for other types.
    std::vector<Property> nested = {};
};

enum class Distance { cosine, dot, euclidean };

struct VectorConfig {
    std::string name;              // empty: the collection's one unnamed vector
    std::uint32_t dimensions = 0;  // 0: not known before the first vector
    Distance distance = Distance::cosine;
    std::string vectorizer = "none";  // "none", "local", "text2vec-openai", ...
    std::string model;                // "all-MiniLM-L6-v2"
};

struct CollectionSchema {
    std::string name;
    std::string description;
    std::vector<Property> properties;
    std::vector<VectorConfig> vectors;

    [[nodiscard]] const Property* find(std::string_view property) const {
        for (const auto& candidate : properties) {
            if (candidate.name == property) return &candidate;
        }
        return nullptr;
    }
};

}  // namespace ely::model
