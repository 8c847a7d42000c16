#include "store/embedded/schema_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "store/batch/cell.hpp"

namespace ely::store::embedded {
namespace {

using nlohmann::json;

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

}  // namespace ely::store::embedded
