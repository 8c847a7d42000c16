#include "store/embedded/collection_row.hpp"

#include <array>

#include <fmt/format.h>

#include "store/embedded/segment_tables.hpp"
#include "store/words/tokenizer.hpp"

namespace ely::store::embedded {
namespace {

constexpr std::string_view k_columns =
    "id, schema, generation, next_ordinal, next_segment, next_block, objects, vectors, bytes, tokenizer";

constexpr std::array<std::string_view, 1> k_migrations{
    "CREATE TABLE collections(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, schema TEXT NOT NULL, "
    "tokenizer INTEGER NOT NULL, generation INTEGER NOT NULL DEFAULT 0, next_ordinal INTEGER NOT NULL DEFAULT 1, "
    "next_segment INTEGER NOT NULL DEFAULT 1, next_block INTEGER NOT NULL DEFAULT 1, objects INTEGER NOT NULL DEFAULT "
    "0, vectors INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0)",
};

constexpr std::array<std::string_view, 8> k_tables{"objects", "segments", "documents", "tombstones",
                                                   "terms",   "vectors",  "blocks",    "codes"};

// {0} is the collection's number.
constexpr std::string_view k_create_tables =
    "CREATE TABLE c{0}_objects(ordinal INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, created INTEGER NOT NULL, updated "
    "INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE c{0}_segments(segment INTEGER PRIMARY KEY, first_ordinal INTEGER NOT NULL, documents INTEGER NOT "
    "NULL, deleted INTEGER NOT NULL, bytes INTEGER NOT NULL);"
    "CREATE TABLE c{0}_documents(segment INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE TABLE c{0}_tombstones(segment INTEGER PRIMARY KEY, bits BLOB NOT NULL);"
    "CREATE TABLE c{0}_terms(block INTEGER PRIMARY KEY, segment INTEGER NOT NULL, first BLOB NOT NULL, data BLOB NOT "
    "NULL);"
    "CREATE UNIQUE INDEX c{0}_terms_first ON c{0}_terms(segment, first);"
    "CREATE TABLE c{0}_vectors(ordinal INTEGER PRIMARY KEY, slot INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE c{0}_blocks(block INTEGER PRIMARY KEY, version INTEGER NOT NULL, ordinals BLOB NOT NULL);"
    "CREATE TABLE c{0}_codes(block INTEGER PRIMARY KEY, data BLOB NOT NULL);";

Result<std::optional<CollectionRow>> read_row(const Query& query) {
    ELY_TRY_ASSIGN(const bool found, query->step());
    if (!found) return std::optional<CollectionRow>();
    CollectionRow row;
    row.id = query->integer(0);
    row.schema = query->text(1);
    row.generation = query->integer(2);
    row.next_ordinal = query->integer(3);
    row.next_segment = query->integer(4);
    row.next_block = query->integer(5);
    row.objects = query->integer(6);
    row.vectors = query->integer(7);
    row.bytes = query->integer(8);
    if (query->integer(9) != words::k_tokenizer_version) {
        return fail(Code::unsupported, "the collection's index was made by a version that cut words differently",
                    "drop the collection and index again");
    }
    return std::optional(std::move(row));
}

}  // namespace

std::span<const std::string_view> layout_migrations() {
    return k_migrations;
}

Result<std::optional<CollectionRow>> find_collection(Connection& connection, std::string_view name) {
    ELY_TRY_ASSIGN(auto query, connection.query(fmt::format("SELECT {} FROM collections WHERE name=?", k_columns)));
    query->bind(1, name);
    return read_row(query);
}

Result<std::optional<CollectionRow>> find_collection(Connection& connection, std::int64_t id) {
    ELY_TRY_ASSIGN(auto query, connection.query(fmt::format("SELECT {} FROM collections WHERE id=?", k_columns)));
    query->bind(1, id);
    return read_row(query);
}

Result<void> save_collection(Connection& connection, const CollectionRow& row) {
    ELY_TRY_ASSIGN(auto query, connection.query("UPDATE collections SET schema=?, generation=?, next_ordinal=?, "
                                                "next_segment=?, next_block=?, objects=?, vectors=?, bytes=? WHERE "
                                                "id=?"));
    query->bind(1, row.schema).bind(2, row.generation).bind(3, row.next_ordinal).bind(4, row.next_segment);
    query->bind(5, row.next_block).bind(6, row.objects).bind(7, row.vectors).bind(8, row.bytes).bind(9, row.id);
    return query->run();
}

Result<CollectionRow> insert_collection(Connection& connection, std::string_view name, std::string_view schema) {
    {
        ELY_TRY_ASSIGN(auto query,
                       connection.query("INSERT INTO collections(name, schema, tokenizer) VALUES(?, ?, ?)"));
        query->bind(1, name).bind(2, schema).bind(3, words::k_tokenizer_version);
        ELY_TRY(query->run());
    }
    CollectionRow row;
    row.id = connection.database().last_insert_id();
    row.schema = schema;
    ELY_TRY(connection.database().execute(fmt::format(fmt::runtime(k_create_tables), row.id)));
    return row;
}

Result<void> drop_collection(Connection& connection, std::int64_t id) {
    for (const auto table : k_tables) {
        ELY_TRY(connection.database().execute(fmt::format("DROP TABLE {}", table_name(id, table))));
    }
    ELY_TRY_ASSIGN(auto query, connection.query("DELETE FROM collections WHERE id=?"));
    query->bind(1, id);
    return query->run();
}

Result<void> clear_collection(Connection& connection, CollectionRow& row) {
    for (const auto table : k_tables) {
        ELY_TRY(connection.database().execute(fmt::format("DELETE FROM {}", table_name(row.id, table))));
    }
    row.objects = 0;
    row.vectors = 0;
    row.bytes = 0;
    return {};
}

}  // namespace ely::store::embedded
