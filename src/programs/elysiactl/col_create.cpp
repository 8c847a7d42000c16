#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "index/code_schema.hpp"
#include "model/schema_json.hpp"
#include "operate/clusters.hpp"
#include "operate/code_collection.hpp"
#include "operate/workspace.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
    std::string vectorizer = "local";
    std::uint32_t dimensions = 0;
    std::vector<std::string> properties;
    std::string description;
    bool force = false;
};

// "title:text:searchable", "size:int", "address.street:text".
Result<model::Property> parse_property(const std::string& text) {
    const auto parts = split(text, ':');
    const auto type = parts.size() > 1 ? model::data_type_by_name(parts[1]) : std::nullopt;
    const bool marked = parts.size() == 3 && parts[2] == "searchable";
    if (!type || parts[0].empty() || (parts.size() > 2 && !marked)) {
        return fail(Code::usage, fmt::format("\"{}\" is no property", printable(text)),
                    "write NAME:TYPE or NAME:TYPE:searchable; types are text, int, number, boolean, date, uuid, each "
                    "also with [], blob, geoCoordinates, phoneNumber, object, object[]");
    }
    if (marked && *type != model::DataType::text && *type != model::DataType::text_array) {
        return fail(Code::usage, fmt::format("\"{}\": only text can be searchable", printable(text)));
    }
    model::Property out;
    out.name = parts[0];
    out.type = *type;
    out.searchable = marked;
    return out;
}

// Into the object that the name says: "address.street" is "street" of "address", which has to be there.
Result<void> add_property(std::vector<model::Property>& properties, model::Property property) {
    const auto dot = property.name.find('.');
    if (dot == std::string::npos) {
        properties.push_back(std::move(property));
        return {};
    }
    const auto object = property.name.substr(0, dot);
    const auto found = std::ranges::find(properties, object, &model::Property::name);
    if (found == properties.end()) {
        return fail(Code::usage,
                    fmt::format("\"{}\" is a property of \"{}\", which is not there", printable(property.name),
                                printable(object)),
                    fmt::format("write --property {}:object before it", object));
    }
    property.name.erase(0, dot + 1);
    return add_property(found->nested, std::move(property));
}

Result<model::CollectionSchema> make_schema(operate::Workspace& workspace, const Options& options) {
    model::CollectionSchema schema = index::code_schema(options.name, "none", "", 0);
    if (!options.properties.empty()) {
        schema.properties.clear();
        schema.description.clear();
    }
    if (!options.description.empty()) schema.description = options.description;
    for (const auto& text : options.properties) {
        ELY_TRY_ASSIGN(auto property, parse_property(text));
        ELY_TRY(add_property(schema.properties, std::move(property)));
    }
    if (options.vectorizer == "local") {
        ELY_TRY_ASSIGN(const auto* model, workspace.embedder());
        schema.vectors.push_back({"", model->info().dimensions, model::Distance::cosine, "local", model->info().name});
    } else if (options.dimensions > 0) {
        schema.vectors.push_back({"", options.dimensions, model::Distance::cosine, "none", ""});
    }
    return schema;
}

Result<int> run(Context& context, const Options& options) {
    if (options.vectorizer == "local" && options.dimensions > 0) {
        return fail(Code::usage, "the local model decides the dimensions", "leave --dimensions out");
    }
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto cluster, operate::chosen_cluster(context.settings));
    ELY_TRY_ASSIGN(const auto address, operate::stored_address(workspace, {cluster, options.name}));
    if (!options.force) ELY_TRY(operate::check_unprotected(address.name));
    ELY_TRY_ASSIGN(auto* store, workspace.store(cluster));
    ELY_TRY_ASSIGN(auto schema, make_schema(workspace, options));
    if (context.dry_run && store->open(options.name)) {
        return fail(Code::already_exists, fmt::format("there is a collection '{}' already", options.name));
    }
    if (!context.dry_run) ELY_TRY(store->create(schema));
    schema.name = address.name;
    if (context.json) {
        context.print_json({{"name", schema.name},
                            {"cluster", cluster_json(cluster)},
                            {"created", !context.dry_run},
                            {"schema", model::to_json(schema)}});
        return k_exit_ok;
    }
    const auto vectors = schema.vectors.empty() ? std::string("no vectors")
                                                : fmt::format("{} dimensions", schema.vectors.front().dimensions);
    context.out.print("{} collection {} ({} {}, {})\n", context.dry_run ? "Would create" : "Created",
                      model::CollectionAddress{cluster, schema.name}.text(), schema.properties.size(),
                      schema.properties.size() == 1 ? "property" : "properties", vectors);
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the collection")->required();
    line.add_choice("--vectorizer", options->vectorizer, {"local", "none"},
                    "local: elysiactl computes vectors with its model; none: words only, or vectors that you bring");
    line.add_option("--dimensions", options->dimensions, "of the vectors that you bring")->type_name("N");
    line.add_list(
        "--property", options->properties,
        "NAME:TYPE or NAME:TYPE:searchable; OBJECT.NAME:TYPE of an object; without any: the properties of code");
    line.add_option("--description", options->description, "for people")->type_name("TEXT");
    line.add_flag("--force", options->force, "also under one of Elysia's own names (ELYSIA_…)");
    add_cluster_option(line);
    line.add_dry_run();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_col_create{
    .path = "col create",
    .summary = "Create an empty collection",
    .description = "Without --property it is fit for code, as \"repo add\" and \"index sync\" make them.",
    .examples =
        "%p col create notes --vectorizer none --property title:text:searchable,size:int\n"
        "%p col create homes --vectorizer none --property address:object,address.street:text\n"
        "%p col create code",
    .define = define};

}  // namespace ely::programs
