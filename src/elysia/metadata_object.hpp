#pragma once

// The object that tells Elysia of a collection: what stands in it the first time, and what of it a later sync may
// change. Elysia's users edit it too, and what they wrote stays. Plain JSON as Weaviate's REST interface has it;
// nothing here talks to a server.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "elysia/statistics.hpp"
#include "model/collection_schema.hpp"

namespace ely::elysia {

// What the object is made of.
struct CollectionFacts {
    model::CollectionSchema schema;  // named as the server names it
    std::string repository;          // "github.com/pallets/flask"
    CollectionStatistics statistics;
    nlohmann::json stored_class;              // as the server describes it
    std::vector<std::string> server_modules;  // that are switched on there
};

// The class of those objects, as Elysia makes it. Elysia leaves `mappings` and `prompts` to the server to guess, which
// can be switched off there: `table` names the properties that the first object's table has.
[[nodiscard]] nlohmann::json metadata_class(const model::CollectionSchema& table);

// The properties of a collection's first object.
[[nodiscard]] nlohmann::json first_properties(const CollectionFacts& facts);

// Those properties of an object that must change, with their new values; an empty object when it is right as it is.
// Numbers, how it is indexed, and the vectorizers follow the collection; summary, mappings, prompts, descriptions and
// which vectors are enabled stay as somebody wrote them.
[[nodiscard]] nlohmann::json changed_properties(const nlohmann::json& known, const CollectionFacts& facts);

// The same without the statistics of fields: whether anything but them is to be changed can be told without measuring.
[[nodiscard]] nlohmann::json changed_settings(const nlohmann::json& known, const CollectionFacts& facts);

// Whether the server embeds queries to this class, so that it can be asked by meaning.
[[nodiscard]] bool embeds_queries(const nlohmann::json& stored_class, const std::vector<std::string>& server_modules);

}  // namespace ely::elysia
