#include "store/schema_change.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "model/schema_json.hpp"

namespace ely::store {
namespace {

constexpr std::uint32_t k_max_dimensions = 16384;

tl::unexpected<Error> conflict(std::string message) {
    return fail(Code::conflict, std::move(message), "create a new collection with the schema that is wanted");
}

// Names that come twice, objects without parts, parts that no server takes.
Result<void> check_nested(const model::Property& property, const std::string& path) {
    using enum model::DataType;
    const bool is_object = property.type == object || property.type == object_array;
    if (is_object == property.nested.empty()) {
        return fail(Code::usage, is_object ? fmt::format("the object '{}' needs properties of its own", path)
                                           : fmt::format("'{}' is no object and has no properties of its own", path));
    }
    std::set<std::string> names;
    for (const auto& part : property.nested) {
        const auto below = path + "." + part.name;
        if (part.name.empty() || !names.insert(part.name).second) {
            return fail(Code::usage, fmt::format("'{}' cannot be a property's name, or is there twice", below));
        }
        if (part.type == geo_coordinates || part.type == phone_number) {
            return fail(Code::usage, fmt::format("'{}': an object has no {}", below, model::data_type_name(part.type)));
        }
        ELY_TRY(check_nested(part, below));
    }
    return {};
}

bool same_parts(const std::vector<model::Property>& left, const std::vector<model::Property>& right) {
    return std::ranges::is_permutation(left, right, [](const model::Property& a, const model::Property& b) {
        return a.name == b.name && a.type == b.type && same_parts(a.nested, b.nested);
    });
}

}  // namespace

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
        ELY_TRY(check_nested(property, property.name));
    }
    if (schema.properties.size() > k_max_properties) {
        return fail(Code::unsupported, fmt::format("a collection has at most {} properties", k_max_properties));
    }
    if (schema.vectors.size() > 1) {
        return fail(Code::unsupported, "a collection keeps one vector for each object");
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
                                        model::data_type_name(known->type), model::data_type_name(property.type)));
        }
        if (known->searchable != property.searchable || known->filterable != property.filterable) {
            return conflict(fmt::format("how property '{}' is indexed cannot change", property.name));
        }
        if (!same_parts(known->nested, property.nested)) {
            return conflict(fmt::format("the properties of the object '{}' cannot change", property.name));
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

std::string hint_for_missing(std::string_view name, std::span<const std::string> names) {
    if (names.empty()) return "elysiactl repo add URL";
    if (const auto meant = nearest(name, names)) return fmt::format("did you mean '{}'?", *meant);
    return "there are: " + join({names.begin(), names.end()}, ", ");
}

}  // namespace ely::store
