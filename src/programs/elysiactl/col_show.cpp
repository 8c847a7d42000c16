#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/schema_json.hpp"
#include "operate/clusters.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"
#include "ui/table.hpp"
#include "ui/tree.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string name;
    bool schema = false;
    bool stats = false;
};

using Repositories = std::vector<index::IndexedRepository>;

Result<Repositories> indexed_repositories(operate::Workspace& workspace, const CollectionFacts& facts) {
    ELY_TRY_ASSIGN(auto* ledger, workspace.ledger());
    return ledger->repositories(facts.store, facts.name());
}

std::string vector_text(const CollectionFacts& facts) {
    if (facts.collection->schema().vectors.empty()) return "none";
    const auto& vector = facts.collection->schema().vectors.front();
    auto out = fmt::format("{} of {} objects", format_count(facts.stats.vectors), format_count(facts.stats.objects));
    out += fmt::format(", {} dimensions, {}", vector.dimensions, model::distance_name(vector.distance));
    return vector.model.empty() ? out + ", " + vector.vectorizer : out + ", " + vector.model;
}

void add_repositories(ui::TreeNode& root, const Repositories& repositories) {
    auto& node = root.add(repositories.empty() ? "Repositories: none" : "Repositories:");
    for (const auto& item : repositories) {
        const auto branch = item.branch.empty() ? std::string() : " " + printable(item.branch);
        node.add(fmt::format("{}{} at {}: {} files indexed, {} skipped, {} failed", printable(item.scope.repository),
                             branch, item.commit.substr(0, 12), format_count(item.counts.indexed),
                             format_count(item.counts.skipped), format_count(item.counts.failed)));
    }
}

// The properties of an object behind it, as "object.property".
void add_properties(ui::Table& table, const std::vector<model::Property>& properties, const std::string& before) {
    for (const auto& property : properties) {
        const auto name = before + property.name;
        table.add({printable(name), std::string(model::data_type_name(property.type)), property.searchable ? "yes" : "",
                   property.filterable ? "yes" : "", printable(property.description)});
        add_properties(table, property.nested, name + ".");
    }
}

void print_schema(Context& context, const model::CollectionSchema& schema) {
    ui::Table table({{"Property"}, {"Type"}, {"Searchable"}, {"Filterable"}, {"Description", ui::Cut::end}});
    add_properties(table, schema.properties, "");
    context.out.line();
    context.out.write(table.text(context.terminal.width, context.style));
}

Result<void> print_text(Context& context, operate::Workspace& workspace, const CollectionFacts& facts,
                        const Options& options) {
    ui::TreeNode root{"Collection: " + context.style.bold(facts.name()), {}};
    if (!facts.cluster.empty()) root.add("Cluster: " + facts.cluster + ", " + facts.store);
    const auto& description = facts.collection->schema().description;
    if (!description.empty()) root.add("Description: " + printable(description));
    root.add("Documents: " + count_or_dash(facts.documents));
    root.add("Objects: " + format_count(facts.stats.objects));
    root.add("Vectors: " + vector_text(facts));
    if (options.stats) {
        root.add("Size: " + format_size(facts.stats.bytes));
        ELY_TRY_ASSIGN(const auto digest, store::digest(*facts.collection, context.stop));
        root.add("Digest: " + to_hex(digest));
        ELY_TRY_ASSIGN(const auto repositories, indexed_repositories(workspace, facts));
        add_repositories(root, repositories);
    }
    context.out.write(ui::tree_text(root, context.terminal));
    if (options.schema) print_schema(context, facts.collection->schema());
    return {};
}

Result<void> print_json(Context& context, operate::Workspace& workspace, const CollectionFacts& facts,
                        const Options& options) {
    ELY_TRY_ASSIGN(const auto digest, store::digest(*facts.collection, context.stop));
    nlohmann::ordered_json out{{"name", facts.name()},
                               {"cluster", cluster_json(facts.cluster)},
                               {"documents", json_or_null(facts.documents)},
                               {"objects", facts.stats.objects},
                               {"digest", to_hex(digest)},
                               {"dimensions", facts.dimensions()},
                               {"schema", model::to_json(facts.collection->schema())}};
    if (options.stats) {
        out["stats"] = {{"vectors", facts.stats.vectors}, {"bytes", facts.stats.bytes}};
        out["stats"]["repositories"] = nlohmann::ordered_json::array();
        ELY_TRY_ASSIGN(const auto repositories, indexed_repositories(workspace, facts));
        for (const auto& item : repositories) {
            out["stats"]["repositories"].push_back({{"repository", item.scope.repository},
                                                    {"branch", item.branch},
                                                    {"commit", item.commit},
                                                    {"indexed", item.counts.indexed},
                                                    {"skipped", item.counts.skipped},
                                                    {"failed", item.counts.failed},
                                                    {"objects", item.counts.objects},
                                                    {"skip_reasons", item.counts.skip_reasons}});
        }
    }
    context.print_json(out);
    return {};
}

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto cluster, operate::chosen_cluster(context.settings));
    ELY_TRY_ASSIGN(const auto facts, collection_facts(workspace, {cluster, options.name}));
    ELY_TRY(context.json ? print_json(context, workspace, facts, options)
                         : print_text(context, workspace, facts, options));
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("NAME", options->name, "the collection")->required();
    line.add_flag("--schema", options->schema, "its properties too");
    line.add_flag("--stats", options->stats, "its size, its digest and what is indexed into it too");
    add_cluster_option(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_col_show{
    .path = "col show",
    .summary = "Show a collection",
    .description =
        "With --json the object always has name, documents, objects, digest, dimensions and schema. The "
        "digest covers every object's id, properties and vector, in any order: two collections with the "
        "same digest hold the same. It reads the whole collection.",
    .examples = "%p col show flask --schema --stats\n%p col show flask --json | jq -r .digest",
    .define = define};

}  // namespace ely::programs
