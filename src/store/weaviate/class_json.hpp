#pragma once

// A collection's schema as Weaviate's JSON of a class, both ways. What Weaviate has no place for (that we made the
// collection, where its vectors come from, how long they are) stands in one line at the end of the class's description.

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "model/collection_schema.hpp"

namespace ely::store::weaviate {

// A class as the store works with it.
struct Class {
    // Without the properties that the store keeps for itself, and without those of types that it does not know.
    model::CollectionSchema schema;
    bool ours = false;        // made by this store: it has the properties of names.hpp
    std::string vector_name;  // on the wire; empty: the legacy unnamed vector
    bool null_state = false;  // whether the server can be asked for null values
    // The server gives objects that come without a vector one of its own.
    bool server_vectorizer = false;
    // Names of the properties of other types: scans and hits leave them out.
    std::vector<std::string> unknown_properties;
    bool multi_tenant = false;
};

// The JSON to create the class with. The schema's name is the class's. `replicas` at most the nodes there are.
// `server_vectorizer`: the module that gives vectors to objects without one and to queries; empty: none.
[[nodiscard]] nlohmann::json class_to_json(const model::CollectionSchema& schema, std::uint32_t replicas,
                                           const std::string& server_vectorizer);
// What a vectorizer of the server's makes a vector of: the content, or else all that can be searched.
[[nodiscard]] std::vector<std::string> vectorized_properties(const model::CollectionSchema& schema);
[[nodiscard]] nlohmann::json property_to_json(const model::Property& property);
// The description with its last line, for a class that is there already.
[[nodiscard]] std::string description_with_facts(const model::CollectionSchema& schema);

// corrupt when it is not what a server sends.
[[nodiscard]] Result<Class> class_from_json(const nlohmann::json& json);

}  // namespace ely::store::weaviate
