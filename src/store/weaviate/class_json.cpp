#include "store/weaviate/class_json.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/schema_json.hpp"
#include "store/weaviate/names.hpp"

namespace ely::store::weaviate {
namespace {

using nlohmann::json;

constexpr std::string_view k_facts_mark = "elysiactl: ";
// What clients call the one vector of a collection; Elysia looks for it under this name.
constexpr const char* k_only_vector = "default";

// Weaviate's name for the euclidean distance; the others are called as here.
constexpr std::string_view k_euclidean = "l2-squared";

std::string_view server_distance(model::Distance distance) {
    return distance == model::Distance::euclidean ? k_euclidean : model::distance_name(distance);
}

model::Distance distance_from_server(const std::string& name) {
    if (name == k_euclidean) return model::Distance::euclidean;
    return model::distance_by_name(name).value_or(model::Distance::cosine);
}

bool is_text(model::DataType type) {
    return type == model::DataType::text || type == model::DataType::text_array;
}

json facts_of(const model::CollectionSchema& schema) {
    json out{{"format", 1}};
    if (schema.vectors.empty()) return out;
    const auto& vector = schema.vectors.front();
    out["vector"] = {{"dimensions", vector.dimensions}, {"vectorizer", vector.vectorizer}, {"model", vector.model}};
    return out;
}

json hidden_properties(const model::CollectionSchema& schema) {
    auto out = json::array();
    if (std::ranges::any_of(schema.properties, &model::Property::searchable)) {
        out.push_back(property_to_json({std::string(k_words_property), model::DataType::text, true, false,
                                        "Words within words, for search; written by elysiactl"}));
    }
    if (!schema.vectors.empty()) {
        out.push_back(property_to_json({std::string(k_has_vector_property), model::DataType::boolean, false, true,
                                        "Whether the object has a vector; written by elysiactl"}));
    }
    return out;
}

json vectorizer_to_json(const model::CollectionSchema& schema, const std::string& server_vectorizer) {
    if (server_vectorizer.empty()) return {{"none", json::object()}};
    const auto& vector = schema.vectors.front();
    json settings{{"vectorizeClassName", false}, {"properties", vectorized_properties(schema)}};
    if (!vector.model.empty() && vector.vectorizer == server_vectorizer) settings["model"] = vector.model;
    return {{server_vectorizer, settings}};
}

json vector_to_json(const model::CollectionSchema& schema, const std::string& server_vectorizer) {
    return {{"vectorizer", vectorizer_to_json(schema, server_vectorizer)},
            {"vectorIndexType", "hnsw"},
            {"vectorIndexConfig", {{"distance", server_distance(schema.vectors.front().distance)}}}};
}

// The facts at the end of a description, which is cut off before them; null when there are none.
json take_facts(std::string& description) {
    const auto at = description.rfind(k_facts_mark);
    if (at == std::string::npos || (at != 0 && description[at - 1] != '\n')) return {};
    auto facts = json::parse(description.substr(at + k_facts_mark.size()), nullptr, false);
    if (!facts.is_object() || !facts.contains("format")) return {};
    description.resize(at == 0 ? 0 : at - 1);
    return facts;
}

// None for a type that we do not have, or a part of such a type.
std::optional<model::Property> property_from_json(const json& property) {
    const auto& types = property.at("dataType");
    const auto type = types.size() == 1 ? model::data_type_by_name(types.front().get<std::string>()) : std::nullopt;
    if (!type) return std::nullopt;
    // A legacy class may leave these out: everything was indexed then.
    const bool searchable = is_text(*type) && property.value("indexSearchable", true);
    const bool filterable = *type != model::DataType::blob && property.value("indexFilterable", true);
    model::Property out{property.at("name").get<std::string>(), *type, searchable, filterable,
                        property.value("description", "")};
    for (const auto& part : property.value("nestedProperties", json::array())) {
        auto made = property_from_json(part);
        if (!made) return std::nullopt;
        out.nested.push_back(std::move(*made));
    }
    return out;
}

void read_property(const json& property, Class& out) {
    const auto name = property.at("name").get<std::string>();
    if (out.ours && (name == k_words_property || name == k_has_vector_property)) return;
    auto made = property_from_json(property);
    made ? out.schema.properties.push_back(std::move(*made)) : out.unknown_properties.push_back(name);
}

model::VectorConfig read_vector(const json& index, const json& vectorizer) {
    model::VectorConfig out;
    if (index.is_object()) out.distance = distance_from_server(index.value("distance", "cosine"));
    if (vectorizer.is_string()) out.vectorizer = vectorizer.get<std::string>();
    if (vectorizer.is_object() && !vectorizer.empty()) {
        out.vectorizer = vectorizer.begin().key();
        if (vectorizer.begin()->is_object()) out.model = vectorizer.begin()->value("model", "");
    }
    return out;
}

void read_vectors(const json& in, Class& out) {
    const auto named = in.find("vectorConfig");
    if (named != in.end() && named->is_object() && !named->empty()) {
        for (const auto& [name, config] : named->items()) {
            auto vector = read_vector(config.value("vectorIndexConfig", json()), config.value("vectorizer", json()));
            vector.name = named->size() == 1 ? "" : name;
            out.vector_name = name;
            out.schema.vectors.push_back(std::move(vector));
        }
        return;
    }
    // A class that was made without any vector in mind has this index all the same, switched off.
    const auto index = in.value("vectorIndexConfig", json());
    if (!index.is_object() || index.value("skip", false)) return;
    out.schema.vectors.push_back(read_vector(index, in.value("vectorizer", json())));
}

void read_facts(const json& facts, Class& out) {
    out.ours = true;
    const auto vector = facts.find("vector");
    if (vector == facts.end() || out.schema.vectors.empty()) return;
    auto& config = out.schema.vectors.front();
    config.dimensions = vector->value("dimensions", 0U);
    config.vectorizer = vector->value("vectorizer", config.vectorizer);
    config.model = vector->value("model", config.model);
}

}  // namespace

std::vector<std::string> vectorized_properties(const model::CollectionSchema& schema) {
    constexpr const char* k_content = "content";
    if (schema.find(k_content) != nullptr) return {k_content};
    std::vector<std::string> out;
    for (const auto& property : schema.properties) {
        if (property.searchable) out.push_back(property.name);
    }
    return out;
}

json property_to_json(const model::Property& property) {
    json out{{"name", property.name},
             {"description", property.description},
             {"dataType", {std::string(model::data_type_name(property.type))}},
             {"indexFilterable", property.filterable && property.type != model::DataType::blob}};
    if (is_text(property.type)) {
        out["indexSearchable"] = property.searchable;
        // A field is compared as a whole; what is searched is cut into words.
        out["tokenization"] = property.searchable ? "word" : "field";
    }
    for (const auto& part : property.nested) out["nestedProperties"].push_back(property_to_json(part));
    return out;
}

std::string description_with_facts(const model::CollectionSchema& schema) {
    return fmt::format("{}{}{}{}", schema.description, schema.description.empty() ? "" : "\n", k_facts_mark,
                       facts_of(schema).dump());
}

json class_to_json(const model::CollectionSchema& schema, std::uint32_t replicas,
                   const std::string& server_vectorizer) {
    json out{{"class", schema.name}, {"description", description_with_facts(schema)}};
    out["properties"] = json::array();
    for (const auto& property : schema.properties) out["properties"].push_back(property_to_json(property));
    for (auto& property : hidden_properties(schema)) out["properties"].push_back(std::move(property));
    out["invertedIndexConfig"] = {{"indexNullState", true}, {"stopwords", {{"preset", "none"}}}};
    // Else a node that was away never gets what was written meanwhile.
    out["replicationConfig"] = {{"factor", replicas}, {"asyncEnabled", replicas > 1}};
    if (schema.vectors.empty()) {
        out["vectorizer"] = "none";
        out["vectorIndexConfig"] = {{"skip", true}};
    } else {
        out["vectorConfig"] = {{k_only_vector, vector_to_json(schema, server_vectorizer)}};
    }
    return out;
}

Result<Class> class_from_json(const json& in) {
    try {
        Class out;
        out.schema.name = in.at("class").get<std::string>();
        out.schema.description = in.value("description", "");
        const auto facts = take_facts(out.schema.description);
        out.ours = facts.is_object();
        if (const auto properties = in.find("properties"); properties != in.end() && properties->is_array()) {
            for (const auto& property : *properties) read_property(property, out);
        }
        read_vectors(in, out);
        out.server_vectorizer = !out.schema.vectors.empty() && out.schema.vectors.front().vectorizer != "none";
        if (out.ours) read_facts(facts, out);
        const auto inverted = in.value("invertedIndexConfig", json::object());
        out.null_state = inverted.is_object() && inverted.value("indexNullState", false);
        const auto tenants = in.value("multiTenancyConfig", json::object());
        out.multi_tenant = tenants.is_object() && tenants.value("enabled", false);
        return out;
    } catch (const json::exception& error) {
        return fail(Code::corrupt, fmt::format("the server describes a collection in an unknown way: {}", error.what()),
                    "elysiactl cluster check says the server's version");
    }
}

}  // namespace ely::store::weaviate
