#include "store/weaviate/weaviate_collection.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "store/batch/batch.hpp"
#include "store/schema_change.hpp"
#include "store/weaviate/graphql.hpp"
#include "store/weaviate/id_portions.hpp"
#include "store/weaviate/names.hpp"
#include "store/weaviate/weaviate_scan.hpp"

namespace ely::store::weaviate {
namespace {

// All of an object, at any depth.
void ask_for_parts(const model::Property& property, wire::ObjectPropertiesRequest& out) {
    out.set_prop_name(property.name);
    for (const auto& part : property.nested) {
        part.nested.empty() ? out.add_primitive_properties(part.name)
                            : ask_for_parts(part, *out.add_object_properties());
    }
}

}  // namespace

Result<std::shared_ptr<WeaviateCollection>> WeaviateCollection::make(std::shared_ptr<const Server> server,
                                                                     Class target) {
    std::shared_ptr<WeaviateCollection> out(new WeaviateCollection(std::move(server)));
    if (target.multi_tenant) {
        return fail(Code::unsupported, fmt::format("collection '{}' is one of many tenants", target.schema.name));
    }
    const bool dimensions_unknown = !target.schema.vectors.empty() && target.schema.vectors[0].dimensions == 0;
    out->adopt(std::move(target));
    if (dimensions_unknown) ELY_TRY(out->ask_dimensions());
    return out;
}

void WeaviateCollection::adopt(Class target) {
    const std::lock_guard lock(m_mutex);
    m_kept.push_back(std::make_unique<const Class>(std::move(target)));
    m_target = m_kept.back().get();
}

Result<void> WeaviateCollection::refresh() {
    ELY_TRY_ASSIGN(const auto json, m_server->rest().get("/v1/schema/" + schema().name));
    ELY_TRY_ASSIGN(auto fresh, class_from_json(json));
    if (!fresh.schema.vectors.empty() && fresh.schema.vectors[0].dimensions == 0) {
        fresh.schema.vectors[0].dimensions = schema().vectors.empty() ? 0 : schema().vectors[0].dimensions;
    }
    adopt(std::move(fresh));
    return {};
}

// By the first object that has a vector.
Result<void> WeaviateCollection::ask_dimensions() {
    ScanOptions options;
    options.vectors = true;
    options.batch_rows = 10;
    ELY_TRY_ASSIGN(const auto scan, WeaviateScan::make(shared_from_this(), options));
    ELY_TRY_ASSIGN(const auto batch, scan->next());
    if (batch == nullptr) return {};
    const auto dimensions = BatchView(batch).dimensions();
    if (dimensions == 0) return {};
    auto known = target();
    known.schema.vectors[0].dimensions = dimensions;
    adopt(std::move(known));
    return {};
}

Result<void> WeaviateCollection::write_description(const model::CollectionSchema& schema) {
    const auto path = "/v1/schema/" + schema.name;
    ELY_TRY_ASSIGN(auto json, m_server->rest().get(path));
    json["description"] = description_with_facts(schema);
    ELY_TRY(m_server->rest().send("PUT", path, json));
    return {};
}

Result<void> WeaviateCollection::learn_dimensions(std::uint32_t dimensions) {
    auto known = target();
    known.schema.vectors[0].dimensions = dimensions;
    if (known.ours) ELY_TRY(write_description(known.schema));
    adopt(std::move(known));
    return {};
}

Result<void> WeaviateCollection::alter(const model::CollectionSchema& wanted) {
    ELY_TRY(refresh());
    const auto before = target();
    ELY_TRY_ASSIGN(const auto altered, altered_schema(before.schema, wanted));
    if (before.schema.vectors.empty() && !altered.vectors.empty()) {
        return fail(Code::conflict, fmt::format("collection '{}' was made without vectors", altered.name),
                    "create a new collection with the schema that is wanted");
    }
    for (const auto& property : altered.properties) {
        if (before.schema.find(property.name) != nullptr) continue;
        ELY_TRY(check_property_name(property));
        ELY_TRY(
            m_server->rest().send("POST", "/v1/schema/" + altered.name + "/properties", property_to_json(property)));
    }
    if (before.ours) ELY_TRY(write_description(altered));
    return refresh();
}

Result<std::uint64_t> WeaviateCollection::set_vectors(std::span<const Uuid> ids, std::span<const float> values) {
    const auto& config = schema().vectors;
    if (config.empty()) return fail(Code::usage, fmt::format("collection '{}' has no vectors", schema().name));
    if (const auto& unknown = target().unknown_properties; !unknown.empty()) {
        return fail(Code::unsupported, fmt::format("collection '{}' has properties of types that would be lost: {}",
                                                   schema().name, join(unknown, ", ")));
    }
    if (ids.empty()) return 0;
    const auto dimensions = values.size() / ids.size();
    const bool fits = dimensions * ids.size() == values.size() && dimensions > 0 &&
                      (config[0].dimensions == 0 || config[0].dimensions == dimensions);
    if (!fits) return fail(Code::usage, fmt::format("the vectors do not fit the collection '{}'", schema().name));
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
        return fail(Code::usage, "a vector has an element that is no finite number");
    }
    std::unordered_map<Uuid, std::span<const float>> vector_of;
    for (std::size_t i = 0; i < ids.size(); ++i) vector_of[ids[i]] = values.subspan(i * dimensions, dimensions);
    std::uint64_t set = 0;
    const auto chosen = distinct(ids);
    const auto rewrite = [&](std::span<const Uuid> portion) -> Result<void> {
        ELY_TRY_ASSIGN(const auto present, get(portion, {}));
        if (present.empty()) return {};
        ELY_TRY_ASSIGN(auto builder, BatchBuilder::create(schema()));
        for (const auto& hit : present) ELY_TRY(builder.append(hit.id, hit.properties, vector_of.at(hit.id)));
        ELY_TRY_ASSIGN(const auto batch, builder.finish());
        ELY_TRY_ASSIGN(const auto result, upsert(batch));
        if (!result.failures.empty()) return fail(result.failures.front().error);
        set += result.written;
        return {};
    };
    ELY_TRY(in_portions(chosen, rewrite));
    return set;
}

Result<std::vector<Uuid>> WeaviateCollection::matching_ids(const Filter& filter) {
    ScanOptions options;
    options.filter = filter;
    for (const auto& name : compared_properties(filter)) {
        if (schema().find(name) != nullptr) options.properties.push_back(name);
    }
    ELY_TRY_ASSIGN(const auto scan, WeaviateScan::make(shared_from_this(), options));
    std::vector<Uuid> out;
    while (true) {
        ELY_TRY_ASSIGN(const auto batch, scan->next());
        if (batch == nullptr) return out;
        const BatchView view(batch);
        for (std::size_t row = 0; row < view.rows(); ++row) out.push_back(view.id(row));
    }
}

Result<std::unique_ptr<Scan>> WeaviateCollection::scan(const ScanOptions& options) {
    return WeaviateScan::make(shared_from_this(), options);
}

Result<std::vector<IdRange>> WeaviateCollection::split(std::uint32_t parts) {
    ELY_TRY_ASSIGN(const auto objects, count(Filter::everything()));
    // Ids are hashes or random numbers, so equal shares of their space hold about as many objects.
    const auto wanted = std::clamp<std::uint64_t>(parts, 1, std::max<std::uint64_t>(objects, 1));
    std::vector<IdRange> out{{Uuid{}, std::nullopt}};
    const auto share = ~std::uint64_t{0} / wanted;
    for (std::uint64_t i = 1; i < wanted; ++i) {
        Uuid bound;
        const auto high = i * share;
        for (std::size_t byte = 0; byte < 8; ++byte) {
            bound.bytes[byte] = static_cast<std::uint8_t>(high >> (56 - 8 * byte));
        }
        out.back().upper = bound;
        out.push_back({bound, std::nullopt});
    }
    return out;
}

wire::SearchRequest WeaviateCollection::search_request(const std::vector<std::string>& properties) const {
    wire::SearchRequest out;
    out.set_collection(schema().name);
    out.set_uses_123_api(true);
    out.set_uses_125_api(true);
    out.set_uses_127_api(true);
    auto& wanted = *out.mutable_properties();
    for (const auto& property : schema().properties) {
        const bool chosen = properties.empty() || std::ranges::find(properties, property.name) != properties.end();
        if (!chosen) continue;
        property.nested.empty() ? wanted.add_non_ref_properties(property.name)
                                : ask_for_parts(property, *wanted.add_object_properties());
    }
    out.mutable_metadata()->set_uuid(true);
    return out;
}

Result<std::vector<Hit>> WeaviateCollection::get(std::span<const Uuid> ids,
                                                 const std::vector<std::string>& properties) {
    std::unordered_map<Uuid, model::Properties> found;
    const auto chosen = distinct(ids);
    const auto fetch = [&](std::span<const Uuid> portion) -> Result<void> {
        auto request = search_request(properties);
        *request.mutable_filters() = id_filter(portion);
        request.set_limit(static_cast<std::uint32_t>(portion.size()));
        ELY_TRY_ASSIGN(const auto reply, m_server->search(target(), request));
        const ObjectDecoder decoder(target());
        for (const auto& result : reply->results()) {
            ELY_TRY_ASSIGN(const auto id, ObjectDecoder::id(result));
            found[id] = decoder.properties(result, properties);
        }
        return {};
    };
    ELY_TRY(in_portions(chosen, fetch));
    std::vector<Hit> out;
    for (const auto& id : ids) {
        if (const auto hit = found.find(id); hit != found.end()) out.push_back({id, 0, hit->second});
    }
    return out;
}

Result<std::uint64_t> WeaviateCollection::server_count(const FilterRequest& filter) {
    wire::AggregateRequest request;
    request.set_collection(schema().name);
    request.set_objects_count(true);
    if (filter.filters) *request.mutable_filters() = *filter.filters;
    ELY_TRY_ASSIGN(const auto reply, m_server->aggregate(request));
    return static_cast<std::uint64_t>(reply.single_result().objects_count());
}

Result<std::uint64_t> WeaviateCollection::count(const Filter& filter) {
    const auto request = to_request(filter, target());
    if (request.nothing) return 0;
    if (request.exact) return server_count(request);
    ELY_TRY_ASSIGN(const auto ids, matching_ids(filter));
    return ids.size();
}

Result<CollectionStats> WeaviateCollection::stats() {
    CollectionStats out;
    ELY_TRY_ASSIGN(out.objects, count(Filter::everything()));
    if (schema().vectors.empty()) return out;
    out.vectors = out.objects;
    // Of somebody else's collection the server tells no number; with a vectorizer every object has one.
    if (target().ours) {
        ELY_TRY_ASSIGN(const auto without, count(Filter::without_vector()));
        out.vectors -= std::min(out.vectors, without);
    }
    return out;
}

}  // namespace ely::store::weaviate
