#include "elysia/metadata_object.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "elysia/names.hpp"
#include "model/schema_json.hpp"

namespace ely::elysia {
namespace {

using nlohmann::json;

// What a front end shows of any object, with the property of ours that fills it. The kind "document" is left out on
// purpose: for it Elysia cuts long texts up and adds a reference to the collection.
struct FrontField {
    const char* name;
    const char* property;
};
constexpr std::array<FrontField, 10> k_generic{{{"title", "path"},
                                                {"subtitle", "symbol"},
                                                {"content", "content"},
                                                {"url", ""},
                                                {"id", ""},
                                                {"author", ""},
                                                {"timestamp", ""},
                                                {"tags", ""},
                                                {"category", "language"},
                                                {"subcategory", "kind"}}};

json nested(const char* name, const char* type) {
    return {{"name", name}, {"dataType", {type}}};
}

json object_property(const char* name, const char* type, std::vector<json> properties) {
    return {{"name", name}, {"dataType", {type}}, {"nestedProperties", std::move(properties)}};
}

json mappings_property(const model::CollectionSchema& table) {
    std::vector<json> generic;
    for (const auto& field : k_generic) generic.push_back(nested(field.name, "text"));
    std::vector<json> columns;
    for (const auto& property : table.properties) columns.push_back(nested(property.name.c_str(), "text"));
    std::vector<json> kinds{object_property("generic", "object", std::move(generic))};
    if (!columns.empty()) kinds.push_back(object_property("table", "object", std::move(columns)));
    return object_property("mappings", "object", std::move(kinds));
}

// "text2vec-transformers" as Weaviate's Python client names it, and Elysia with it.
std::string client_name(std::string_view module) {
    if (module == "text2vec-palm") return "TEXT2VEC_GOOGLE";
    std::string out;
    for (const char c : module) out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

bool works(std::string_view module, const std::vector<std::string>& server_modules) {
    return module != "none" && std::ranges::find(server_modules, module) != server_modules.end();
}

// The module of a named vector and its settings; empty when the vectors are brought by others, or nobody is there.
struct Vectorizer {
    std::string module;
    json settings = json::object();
};

Vectorizer vectorizer_of(const json& config, const std::vector<std::string>& server_modules) {
    const auto vectorizer = config.value("vectorizer", json::object());
    if (!vectorizer.is_object() || vectorizer.empty()) return {};
    Vectorizer out{vectorizer.begin().key()};
    if (!works(out.module, server_modules)) return {};
    if (vectorizer.begin()->is_object()) out.settings = *vectorizer.begin();
    return out;
}

// What the module was told; of vectors that are ours too, the model that made those.
std::string model_of(const json& settings, const model::CollectionSchema& schema) {
    if (const auto model = settings.find("model"); model != settings.end() && model->is_string()) return *model;
    return schema.vectors.empty() ? std::string() : schema.vectors.front().model;
}

// Of each vector that the server embeds queries for; null when there is none.
json named_vectors(const CollectionFacts& facts) {
    auto out = json::array();
    const auto vectors = facts.stored_class.value("vectorConfig", json::object());
    for (const auto& [name, config] : vectors.items()) {
        const auto vectorizer = vectorizer_of(config, facts.server_modules);
        if (vectorizer.module.empty()) continue;
        out.push_back({{"name", name},
                       {"vectorizer", client_name(vectorizer.module)},
                       {"model", model_of(vectorizer.settings, facts.schema)},
                       {"source_properties", vectorizer.settings.value("properties", json::array())},
                       {"enabled", true},
                       {"description", ""}});
    }
    return out.empty() ? json() : out;
}

json legacy_vectorizer(const CollectionFacts& facts) {
    const auto module = facts.stored_class.value("vectorizer", "none");
    if (!works(module, facts.server_modules)) return {};
    const auto modules = facts.stored_class.value("moduleConfig", json::object());
    return {{"vectorizer", client_name(module)},
            {"model", model_of(modules.value(module, json::object()), facts.schema)}};
}

json index_properties(const json& stored_class) {
    const auto index = stored_class.value("invertedIndexConfig", json::object());
    return {{"isNullIndexed", index.value("indexNullState", false)},
            {"isLengthIndexed", index.value("indexPropertyLength", false)},
            {"isTimestampIndexed", index.value("indexTimestamps", false)}};
}

json field_to_json(const FieldStatistics& field) {
    const auto* type = field.type == model::DataType::number ? "float" : nullptr;
    json out{{"name", field.name},    {"type", type != nullptr ? type : std::string(model::data_type_name(field.type))},
             {"description", ""},     {"range", nullptr},
             {"mean", nullptr},       {"groups", nullptr},
             {"date_range", nullptr}, {"date_median", nullptr}};
    if (field.range) out["range"] = {field.range->first, field.range->second};
    if (field.mean) out["mean"] = *field.mean;
    if (field.date_range) out["date_range"] = {field.date_range->first, field.date_range->second};
    if (field.date_median) out["date_median"] = *field.date_median;
    if (!field.groups) return out;
    out["groups"] = json::array();
    for (const auto& group : *field.groups) out["groups"].push_back({{"value", group.value}, {"count", group.count}});
    return out;
}

json first_fields(const CollectionFacts& facts) {
    auto out = json::array();
    for (const auto& field : facts.statistics.fields) {
        out.push_back(field_to_json(field));
        if (const auto* property = facts.schema.find(field.name)) out.back()["description"] = property->description;
    }
    return out;
}

// The first so many groups of a field, "Python (12), Markdown (3)"; empty when there are none.
std::string groups_text(const CollectionStatistics& statistics, std::string_view name, bool counts) {
    constexpr std::size_t k_shown = 5;
    const auto* field = statistics.find(name);
    if (field == nullptr || !field->groups) return {};
    std::vector<std::string> out;
    for (const auto& group : *field->groups) {
        if (group.value.empty() || group.value == k_no_group || out.size() == k_shown) continue;
        out.push_back(counts ? fmt::format("{} ({})", group.value, group.count) : group.value);
    }
    return join(out, ", ");
}

std::string summary(const CollectionFacts& facts) {
    const auto languages = groups_text(facts.statistics, "language", true);
    const auto kinds = groups_text(facts.statistics, "kind", false);
    auto out = fmt::format("Source code and documentation of the repository {}, cut into objects of some lines each",
                           facts.repository);
    if (!kinds.empty()) out += fmt::format(" (by `kind`: {})", kinds);
    out += fmt::format(". When it was first described, there were {} objects", facts.statistics.length);
    if (!languages.empty()) out += ", by `language`: " + languages;
    out +=
        ". The lines themselves are in `content`, the file they come from in `path`, the function, method, class or "
        "section that they are in `symbol`. A whole file is all objects with the same `path`, in the order of "
        "`start_line`. Names of functions and files are best searched as words.";
    return out;
}

json mappings(const model::CollectionSchema& schema) {
    auto generic = json::object();
    for (const auto& field : k_generic) {
        generic[field.name] = schema.find(field.property) != nullptr ? field.property : "";
    }
    auto table = json::object();
    for (const auto& property : schema.properties) table[property.name] = property.name;
    return {{"generic", std::move(generic)}, {"table", std::move(table)}};
}

json prompts(const CollectionFacts& facts) {
    const auto slash = facts.repository.rfind('/');
    const auto name = slash == std::string::npos ? facts.repository : facts.repository.substr(slash + 1);
    auto out = json::array({fmt::format("What is {} for, and how is it installed?", name),
                            fmt::format("What are the main parts of {}, and in which files are they?", name),
                            fmt::format("How does {} handle errors?", name)});
    if (const auto* languages = facts.statistics.find("language"); languages != nullptr && languages->groups) {
        out.push_back("How many objects are there of each language?");
        const auto& first = languages->groups->front().value;
        if (!first.empty() && first != k_no_group)
            out.push_back(fmt::format("Show me the tests written in {}.", first));
    }
    return out;
}

// Without nulls, which the server leaves out of what it gives.
json without_nulls(const json& value) {
    if (value.is_array()) {
        auto out = json::array();
        for (const auto& item : value) out.push_back(without_nulls(item));
        return out;
    }
    if (!value.is_object()) return value;
    auto out = json::object();
    for (const auto& [key, item] : value.items()) {
        if (!item.is_null()) out[key] = without_nulls(item);
    }
    return out;
}

// The element of that name, or null.
json by_name(const json& list, const json& name) {
    if (!list.is_array()) return {};
    for (const auto& item : list) {
        if (item.is_object() && item.value("name", json()) == name) return item;
    }
    return {};
}

// Measured anew in the order of the properties; behind them what somebody added that we do not measure.
json refreshed_fields(const json& known, const CollectionFacts& facts) {
    auto out = first_fields(facts);
    for (auto& field : out) {
        const auto before = by_name(known, field.at("name"));
        if (before.is_object() && before.contains("description")) field["description"] = before.at("description");
    }
    if (!known.is_array()) return out;
    for (const auto& field : known) {
        if (field.is_object() && by_name(out, field.value("name", json())).is_null()) out.push_back(field);
    }
    return out;
}

json refreshed_vectors(const json& known, const CollectionFacts& facts) {
    auto out = named_vectors(facts);
    if (!out.is_array()) return out;
    for (auto& vector : out) {
        const auto before = by_name(known, vector.at("name"));
        for (const auto* kept : {"enabled", "description"}) {
            if (before.is_object() && before.contains(kept)) vector[kept] = before.at(kept);
        }
    }
    return out;
}

// Those of `wanted` that are otherwise in `known`.
json differences(const json& known, const json& wanted) {
    auto out = json::object();
    for (const auto& [key, value] : wanted.items()) {
        const auto before = known.is_object() ? known.value(key, json()) : json();
        if (without_nulls(before) != without_nulls(value)) out[key] = value;
    }
    return out;
}

json wanted_settings(const json& known, const CollectionFacts& facts) {
    json out{{"length", facts.statistics.length},
             {"index_properties", index_properties(facts.stored_class)},
             {"named_vectors", refreshed_vectors(known.value("named_vectors", json()), facts)},
             {"vectorizer", legacy_vectorizer(facts)}};
    // Elysia's list of collections asks every object for its prompts.
    if (known.value("prompts", json()).is_null()) out["prompts"] = prompts(facts);
    return out;
}

}  // namespace

json metadata_class(const model::CollectionSchema& table) {
    const auto property = [](const char* name, const char* type) { return json{{"name", name}, {"dataType", {type}}}; };
    auto name = property("name", "text");
    name["tokenization"] = "field";
    std::vector<json> properties{
        std::move(name),
        property("length", "number"),
        property("summary", "text"),
        object_property("index_properties", "object",
                        {nested("isNullIndexed", "boolean"), nested("isLengthIndexed", "boolean"),
                         nested("isTimestampIndexed", "boolean")}),
        object_property(
            "named_vectors", "object[]",
            {nested("name", "text"), nested("vectorizer", "text"), nested("model", "text"),
             nested("source_properties", "text[]"), nested("enabled", "boolean"), nested("description", "text")}),
        object_property("vectorizer", "object", {nested("vectorizer", "text"), nested("model", "text")}),
        object_property("fields", "object[]",
                        {nested("name", "text"), nested("type", "text"), nested("description", "text"),
                         nested("range", "number[]"), nested("date_range", "date[]"),
                         object_property("groups", "object[]", {nested("value", "text"), nested("count", "int")}),
                         nested("date_median", "date"), nested("mean", "number")}),
        mappings_property(table),
        property("prompts", "text[]")};
    return {{"class", k_metadata_collection},
            {"vectorizer", "none"},
            {"invertedIndexConfig", {{"indexNullState", true}}},
            {"properties", std::move(properties)}};
}

json first_properties(const CollectionFacts& facts) {
    auto out = without_nulls(wanted_settings(json::object(), facts));
    out["name"] = facts.schema.name;
    out["summary"] = summary(facts);
    out["fields"] = without_nulls(first_fields(facts));
    out["mappings"] = mappings(facts.schema);
    return out;
}

json changed_settings(const json& known, const CollectionFacts& facts) {
    return differences(known, wanted_settings(known, facts));
}

json changed_properties(const json& known, const CollectionFacts& facts) {
    auto wanted = wanted_settings(known, facts);
    wanted["fields"] = refreshed_fields(known.value("fields", json()), facts);
    return differences(known, wanted);
}

bool embeds_queries(const json& stored_class, const std::vector<std::string>& server_modules) {
    const CollectionFacts facts{.schema = {},
                                .repository = {},
                                .statistics = {},
                                .stored_class = stored_class,
                                .server_modules = server_modules};
    return !named_vectors(facts).is_null() || !legacy_vectorizer(facts).is_null();
}

}  // namespace ely::elysia
