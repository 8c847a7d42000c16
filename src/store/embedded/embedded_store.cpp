#include "store/embedded/embedded_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/crash_point.hpp"
#include "model/schema_json.hpp"
#include "store/schema_change.hpp"

namespace ely::store::embedded {
namespace {

Result<std::vector<std::string>> collection_names(Connection& connection) {
    ELY_TRY_ASSIGN(auto query, connection.query("SELECT name FROM collections ORDER BY name"));
    std::vector<std::string> out;
    while (true) {
        ELY_TRY_ASSIGN(const bool row, query->step());
        if (!row) return out;
        out.emplace_back(query->text(0));
    }
}

Result<std::int64_t> number(Connection& connection, const std::string& sql) {
    ELY_TRY_ASSIGN(auto query, connection.query(sql));
    ELY_TRY(query->step());
    return query->integer(0);
}

// What SQLite's own check cannot see: that the parts of a collection agree.
Result<void> check_collection(Connection& connection, const CollectionRow& row, const std::string& name) {
    const auto differs = [&](const char* what) {
        return fail(Code::corrupt, fmt::format("collection '{}': {} do not add up", name, what),
                    "drop the collection and index again");
    };
    ELY_TRY_ASSIGN(const auto schema, model::schema_from_json(row.schema));
    ELY_TRY_ASSIGN(const auto objects,
                   number(connection, fmt::format("SELECT count(*) FROM {}", table_name(row.id, "objects"))));
    if (objects != row.objects) return differs("objects");
    IndexCache cache;
    ELY_TRY_ASSIGN(const auto state, cache.documents(connection, row));
    if (state->living_count != row.objects) return differs("documents of the index");
    ELY_TRY_ASSIGN(const auto vectors,
                   number(connection, fmt::format("SELECT count(*) FROM {}", table_name(row.id, "vectors"))));
    if (vectors != row.vectors) return differs("vectors");
    if (schema.vectors.empty()) return {};
    ELY_TRY_ASSIGN(const auto slots, cache.vectors(connection, row, schema.vectors[0], true));
    if (static_cast<std::int64_t>(slots->vectors) != row.vectors) return differs("slots of vectors");
    return {};
}

}  // namespace

Result<std::unique_ptr<Store>> EmbeddedStore::open(const Path& file, const Clock& clock) {
    auto pool = std::make_shared<ConnectionPool>(file);
    {
        ELY_TRY_ASSIGN(auto lease, pool->lease());
        ELY_TRY(lease->database().migrate(layout_migrations()));
    }
    return std::unique_ptr<Store>(new EmbeddedStore(std::move(pool), clock));
}

Result<std::vector<std::string>> EmbeddedStore::list() {
    ELY_TRY_ASSIGN(auto lease, m_pool->lease());
    return collection_names(*lease);
}

Result<Error> EmbeddedStore::not_found(Connection& connection, std::string_view name) {
    ELY_TRY_ASSIGN(const auto names, collection_names(connection));
    Error error{Code::not_found, fmt::format("there is no collection '{}'", name), {}, {}, 0};
    error.hint = hint_for_missing(name, names);
    return error;
}

Result<std::shared_ptr<Collection>> EmbeddedStore::share(const CollectionRow& row) {
    const std::lock_guard lock(m_mutex);
    auto& known = m_opened[row.id];
    if (auto opened = known.lock()) return std::shared_ptr<Collection>(std::move(opened));
    ELY_TRY_ASSIGN(auto made, EmbeddedCollection::make(m_pool, row, m_clock));
    known = made;
    return std::shared_ptr<Collection>(std::move(made));
}

Result<std::shared_ptr<Collection>> EmbeddedStore::open(std::string_view name) {
    ELY_TRY_ASSIGN(auto lease, m_pool->lease());
    ELY_TRY_ASSIGN(const auto row, find_collection(*lease, name));
    if (row) return share(*row);
    ELY_TRY_ASSIGN(auto error, not_found(*lease, name));
    return fail(std::move(error));
}

Result<std::shared_ptr<Collection>> EmbeddedStore::create(const model::CollectionSchema& schema) {
    ELY_TRY(model::check_collection_name(schema.name));
    ELY_TRY(check_schema(schema));
    const std::lock_guard lock(m_pool->write_mutex());
    ELY_TRY_ASSIGN(auto lease, m_pool->lease());
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(lease->database()));
    ELY_TRY_ASSIGN(const auto known, find_collection(*lease, schema.name));
    if (known) return fail(Code::already_exists, fmt::format("there is a collection '{}' already", schema.name));
    ELY_TRY_ASSIGN(const auto row, insert_collection(*lease, schema.name, model::to_json(schema).dump()));
    crash_point("store.create.made");
    ELY_TRY(transaction.commit());
    return share(row);
}

Result<void> EmbeddedStore::drop(std::string_view name) {
    const std::lock_guard lock(m_pool->write_mutex());
    ELY_TRY_ASSIGN(auto lease, m_pool->lease());
    ELY_TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(lease->database()));
    ELY_TRY_ASSIGN(const auto row, find_collection(*lease, name));
    if (!row) {
        ELY_TRY_ASSIGN(auto error, not_found(*lease, name));
        return fail(std::move(error));
    }
    ELY_TRY(drop_collection(*lease, row->id));
    crash_point("store.drop.dropped");
    return transaction.commit();
}

Result<void> EmbeddedStore::health() {
    ELY_TRY_ASSIGN(auto lease, m_pool->lease());
    ELY_TRY_ASSIGN(const auto transaction, sqlite::Transaction::begin_read(lease->database()));
    {
        ELY_TRY_ASSIGN(auto query, lease->query("PRAGMA quick_check(1)"));
        ELY_TRY(query->step());
        if (query->text(0) != "ok") {
            return fail(Code::corrupt, fmt::format("{}: {}", location(), query->text(0)),
                        "move the file away and index again");
        }
    }
    ELY_TRY_ASSIGN(const auto names, collection_names(*lease));
    for (const auto& name : names) {
        ELY_TRY_ASSIGN(const auto row, find_collection(*lease, name));
        if (row) ELY_TRY(check_collection(*lease, *row, name));
    }
    return {};
}

}  // namespace ely::store::embedded
