#include "elysia/metadata.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/uuid.hpp"
#include "elysia/metadata_object.hpp"
#include "elysia/names.hpp"
#include "store/batch/batch.hpp"
#include "store/open.hpp"
#include "store/weaviate/rest.hpp"

namespace ely::elysia {
namespace {

using nlohmann::json;
using store::weaviate::Rest;

// The same for everybody, so that two who write at once write one object.
Uuid object_id(std::string_view collection) {
    return uuid5(k_uuid_namespace_dns, "metadata.elysiactl/" + std::string(collection));
}

std::string object_path(const Uuid& id) {
    return std::string("/v1/objects/") + k_metadata_collection + "/" + id.text();
}

std::string class_path(std::string_view name) {
    return "/v1/schema/" + std::string(name);
}

// null when there is no such class.
Result<json> find_class(const Rest& rest, std::string_view name) {
    auto out = rest.get(class_path(name));
    if (!out && out.error().code == Code::not_found) return json();
    return out;
}

// Makes the class, or adds to Elysia's what it would have guessed.
Result<void> ensure_class(const Rest& rest, const model::CollectionSchema& table) {
    const auto wanted = metadata_class(table);
    ELY_TRY_ASSIGN(auto known, find_class(rest, k_metadata_collection));
    if (known.is_null()) {
        const auto made = rest.send("POST", "/v1/schema", wanted);
        if (made) return {};
        // Another process, or Elysia, may have been quicker.
        ELY_TRY_ASSIGN(known, find_class(rest, k_metadata_collection));
        if (known.is_null()) return fail(made.error());
    }
    const auto has = known.value("properties", json::array());
    for (const auto& property : wanted.at("properties")) {
        const auto name = property.at("name").get<std::string>();
        const auto is_it = [&name](const json& one) { return one.value("name", std::string()) == name; };
        if (std::ranges::any_of(has, is_it)) continue;
        ELY_TRY(rest.send("POST", class_path(k_metadata_collection) + "/properties", property));
    }
    return {};
}

// Ids of the objects that stand for a collection; none when Elysia has no metadata at all.
Result<std::vector<Uuid>> find_ids(store::Store& store, std::string_view collection) {
    std::vector<Uuid> out;
    const auto metadata = store.open(k_metadata_collection);
    if (!metadata) {
        if (metadata.error().code == Code::not_found) return out;
        return fail(metadata.error());
    }
    store::ScanOptions options;
    options.filter = store::Filter::equals("name", std::string(collection));
    options.properties = {"name"};
    ELY_TRY_ASSIGN(auto scan, (*metadata)->scan(options));
    while (true) {
        ELY_TRY_ASSIGN(auto batch, scan->next());
        if (batch == nullptr) return out;
        const store::BatchView view(std::move(batch));
        for (std::size_t row = 0; row < view.rows(); ++row) out.push_back(view.id(row));
    }
}

struct Known {
    Uuid id;
    json properties;
    bool ours = false;
    std::int64_t updated = 0;
};

// The one object that stands for the collection; others of its name are removed. Somebody else's, which a language
// model or a person wrote, is worth more than ours, and the newest more than an older one.
Result<std::optional<Known>> find_only(store::Store& store, const Rest& rest, std::string_view collection) {
    ELY_TRY_ASSIGN(const auto ids, find_ids(store, collection));
    std::vector<Known> all;
    for (const auto& id : ids) {
        const auto found = rest.get(object_path(id));
        if (!found && found.error().code == Code::not_found) continue;
        if (!found) return fail(found.error());
        const auto properties = found->value("properties", json());
        all.push_back({id, properties.is_object() ? properties : json::object(), id == object_id(collection),
                       found->value("lastUpdateTimeUnix", std::int64_t{0})});
    }
    if (all.empty()) return std::nullopt;
    std::ranges::sort(all,
                      [](const Known& a, const Known& b) { return a.ours != b.ours ? b.ours : a.updated > b.updated; });
    for (std::size_t i = 1; i < all.size(); ++i) ELY_TRY(rest.remove(object_path(all[i].id)));
    return std::move(all.front());
}

Result<std::vector<std::string>> modules_of(const Rest& rest) {
    ELY_TRY_ASSIGN(const auto meta, rest.get("/v1/meta"));
    std::vector<std::string> out;
    if (const auto modules = meta.find("modules"); modules != meta.end() && modules->is_object()) {
        for (const auto& [name, facts] : modules->items()) out.push_back(name);
    }
    return out;
}

Result<void> change(const Rest& rest, const Known& known, const json& properties) {
    if (properties.empty()) return {};
    const json body{{"class", k_metadata_collection}, {"id", known.id.text()}, {"properties", properties}};
    ELY_TRY(rest.send("PATCH", object_path(known.id), body));
    return {};
}

Result<void> write(store::Store& store, const Rest& rest, const CollectionFacts& facts) {
    const auto& name = facts.schema.name;
    ELY_TRY(ensure_class(rest, facts.schema));
    const json body{
        {"class", k_metadata_collection}, {"id", object_id(name).text()}, {"properties", first_properties(facts)}};
    const auto written = rest.send("POST", "/v1/objects", body);
    if (written) return {};
    // Another process may have been quicker, or the server's answer to an earlier try was lost.
    ELY_TRY_ASSIGN(const auto known, find_only(store, rest, name));
    if (!known) return fail(written.error());
    return change(rest, *known, changed_properties(known->properties, facts));
}

Result<Reach> bring_up_to_date(store::Store& store, store::Collection& collection, const Occasion& occasion,
                               const std::stop_token& stop) {
    const auto* rest = store::rest_of(store);
    if (rest == nullptr) return fail(Code::unsupported, "Elysia reads collections in Weaviate only");
    CollectionFacts facts;
    facts.schema = collection.schema();
    facts.repository = occasion.repository;
    ELY_TRY_ASSIGN(facts.stored_class, rest->get(class_path(facts.schema.name)));
    ELY_TRY_ASSIGN(facts.server_modules, modules_of(*rest));
    const auto reach = embeds_queries(facts.stored_class, facts.server_modules) ? Reach::meaning : Reach::words;
    ELY_TRY_ASSIGN(const auto known, find_only(store, *rest, facts.schema.name));
    if (!known && !occasion.may_create) return reach;
    if (known && !occasion.changed) {
        ELY_TRY_ASSIGN(facts.statistics.length, collection.count(store::Filter::everything()));
        if (changed_settings(known->properties, facts).empty()) return reach;
    }
    ELY_TRY_ASSIGN(facts.statistics, measure(collection, k_sample, stop));
    ELY_TRY(known ? change(*rest, *known, changed_properties(known->properties, facts)) : write(store, *rest, facts));
    return reach;
}

}  // namespace

bool is_readable(const store::Store& store) {
    return store::rest_of(store) != nullptr;
}

Result<Reach> write_metadata(store::Store& store, store::Collection& collection, const Occasion& occasion,
                             std::stop_token stop) {
    try {
        return bring_up_to_date(store, collection, occasion, stop);
    } catch (const json::exception& error) {
        return fail(Code::corrupt,
                    std::string("the server describes the collection in an unknown way: ") + error.what(),
                    "elysiactl cluster check says the server's version");
    }
}

Result<void> remove_metadata(store::Store& store, std::string_view collection) {
    const auto* rest = store::rest_of(store);
    if (rest == nullptr) return {};
    ELY_TRY_ASSIGN(const auto ids, find_ids(store, collection));
    for (const auto& id : ids) {
        const auto removed = rest->remove(object_path(id));
        if (!removed && removed.error().code != Code::not_found) return fail(removed.error());
    }
    const auto pieces = pieces_collection(collection);
    ELY_TRY_ASSIGN(const auto cut, find_class(*rest, pieces));
    if (cut.is_null()) return {};
    return rest->remove(class_path(pieces));
}

}  // namespace ely::elysia
