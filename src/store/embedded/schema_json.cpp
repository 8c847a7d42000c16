#include "store/embedded/schema_json.hpp"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "store/batch/cell.hpp"
#include "store/embedded/segment_builder.hpp"

namespace ely::store::embedded {
namespace {

using nlohmann::json;

constexpr std::uint32_t k_max_dimensions = 16384;

const char* distance_name(model::Distance distance) {
    switch (distance) {
        case model::Distance::cosine:
            return "cosine";
        case model::Distance::dot:
            return "dot";
        case model::Distance::euclidean:
            return "euclidean";
    }
    return "cosine";
}

model::Distance distance_by_name(const std::string& name) {
    if (name == "dot") return model::Distance::dot;
    return name == "euclidean" ? model::Distance::euclidean : model::Distance::cosine;
}

tl::unexpected<Error> conflict(std::string message) {
    return fail(Code::conflict, std::move(message), "create a new collection with the schema that is wanted");
}

}  // namespace

std::string schema_to_json(const model::CollectionSchema& schema) {
    json out{{"name", schema.name}, {"description", schema.description}};
    out["properties"] = json::array();
    for (const auto& property : schema.properties) {
        out["properties"].push_back({{"name", property.name},
                                     {"type", std::string(type_name(property.type))},
                                     {"searchable", property.searchable},
                                     {"filterable", property.filterable},
                                     {"description", property.description}});
    }
    out["vectors"] = json::array();
    for (const auto& vector : schema.vectors) {
        out["vectors"].push_back({{"name", vector.name},
                                  {"dimensions", vector.dimensions},
                                  {"distance", distance_name(vector.distance)},
                                  {"vectorizer", vector.vectorizer},
                                  {"model", vector.model}});
    }
    return out.dump();
}

Result<model::CollectionSchema> schema_from_json(std::string_view text) {
    try {
        const auto in = json::parse(text);
        model::CollectionSchema out;
        out.name = in.at("name").get<std::string>();
        out.description = in.at("description").get<std::string>();
        for (const auto& property : in.at("properties")) {
            const auto type = type_by_name(property.at("type").get<std::string>());
            if (!type) return fail(Code::corrupt, "a collection's schema has an unknown type");
            out.properties.push_back({property.at("name").get<std::string>(), *type,
                                      property.at("searchable").get<bool>(), property.at("filterable").get<bool>(),
                                      property.at("description").get<std::string>()});
        }
        for (const auto& vector : in.at("vectors")) {
            out.vectors.push_back({vector.at("name").get<std::string>(), vector.at("dimensions").get<std::uint32_t>(),
                                   distance_by_name(vector.at("distance").get<std::string>()),
                                   vector.at("vectorizer").get<std::string>(), vector.at("model").get<std::string>()});
        }
        return out;
    } catch (const json::exception& error) {
        return fail(Code::corrupt, fmt::format("a collection's schema is damaged: {}", error.what()));
    }
}

Result<void> check_schema(const model::CollectionSchema& schema) {
    if (schema.name.empty()) return fail(Code::usage, "a collection needs a name");
    std::set<std::string> names;
    for (const auto& property : schema.properties) {
        if (property.name.empty() || property.name.starts_with('_')) {
            return fail(Code::usage, fmt::format("'{}' cannot be a property's name", property.name));
        }
        if (!names.insert(property.name).second) {
            return fail(Code::usage, fmt::format("the property '{}' is there twice", property.name));
        }
    }
    if (schema.properties.size() > k_max_properties) {
        return fail(Code::unsupported, fmt::format("the embedded store takes at most {} properties", k_max_properties));
    }
    if (schema.vectors.size() > 1) {
        return fail(Code::unsupported, "the embedded store keeps one vector for each object");
    }
    if (!schema.vectors.empty() && schema.vectors[0].dimensions > k_max_dimensions) {
        return fail(Code::unsupported, fmt::format("vectors have at most {} dimensions", k_max_dimensions));
    }
    return {};
}

Result<model::CollectionSchema> altered_schema(const model::CollectionSchema& old_schema,
                                               const model::CollectionSchema& new_schema) {
    auto out = old_schema;
    out.description = new_schema.description;
    for (const auto& property : new_schema.properties) {
        auto* known = const_cast<model::Property*>(out.find(property.name));
        if (known == nullptr) {
            out.properties.push_back(property);
            continue;
        }
        if (known->type != property.type) {
            return conflict(fmt::format("property '{}' is of type {} and cannot become {}", property.name,
                                        type_name(known->type), type_name(property.type)));
        }
        if (known->searchable != property.searchable || known->filterable != property.filterable) {
            return conflict(fmt::format("how property '{}' is indexed cannot change", property.name));
        }
        known->description = property.description;
    }
    if (new_schema.vectors.empty()) return out;
    const auto& vector = new_schema.vectors[0];
    if (old_schema.vectors.empty()) {
        out.vectors = new_schema.vectors;
        return out;
    }
    auto& known = out.vectors[0];
    const bool other_dimensions =
        known.dimensions != 0 && vector.dimensions != 0 && known.dimensions != vector.dimensions;
    if (known.name != vector.name || known.distance != vector.distance || other_dimensions) {
        return conflict(
            fmt::format("the vector of '{}' cannot change its name, dimensions or distance", old_schema.name));
    }
    known.vectorizer = vector.vectorizer;
    known.model = vector.model;
    if (known.dimensions == 0) known.dimensions = vector.dimensions;
    return out;
}

}  // namespace ely::store::embedded
