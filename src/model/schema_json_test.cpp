#include "model/schema_json.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace ely::model {

TEST_CASE("every type has a name that leads back to it") {
    using enum DataType;
    for (const auto type :
         {text, text_array, integer, number, boolean, date, uuid, blob, integer_array, number_array, boolean_array,
          date_array, uuid_array, geo_coordinates, phone_number, object, object_array}) {
        CHECK(data_type_by_name(data_type_name(type)) == type);
    }
    CHECK(!data_type_by_name("string"));
}

TEST_CASE("a schema as JSON has stable keys") {
    CollectionSchema schema;
    schema.name = "c";
    schema.properties.push_back({"path", DataType::text, true, true, "where"});
    schema.vectors.push_back({"", 384, Distance::cosine, "local", "m"});
    CHECK(to_json(schema).dump() ==
          R"({"name":"c","description":"","properties":[{"name":"path","type":"text","searchable":true,)"
          R"("filterable":true,"description":"where"}],"vectors":[{"name":"","dimensions":384,"distance":"cosine",)"
          R"("vectorizer":"local","model":"m"}]})");
}

TEST_CASE("a schema as JSON can be read again") {
    CollectionSchema schema;
    schema.name = "c";
    schema.description = "what for";
    const Property street{"street", DataType::text, true, false, "and number"};
    const Property floors{"floors", DataType::integer_array, false, true, ""};
    schema.properties = {{"path", DataType::text, true, true, "where"},
                         {"homes", DataType::object_array, false, true, "", {street, floors}}};
    schema.vectors.push_back({"code", 3, Distance::euclidean, "local", "m"});
    const auto text = to_json(schema).dump();
    const auto back = schema_from_json(text);
    REQUIRE(back);
    CHECK(to_json(*back).dump() == text);
    CHECK(back->properties[1].nested[1].type == DataType::integer_array);
    for (const auto* broken : {"", "[]", R"({"name":"c"})",
                               R"({"name":"c","description":"","vectors":[],"properties":[{"name":"a","type":"later",)"
                               R"("searchable":false,"filterable":false,"description":""}]})"}) {
        CHECK_MESSAGE(!schema_from_json(broken), broken);
    }
}

// What stores of before this form was shared hold: keys in the order of their names.
TEST_CASE("a schema that an older version wrote can be read") {
    const auto schema = schema_from_json(
        R"({"description":"","name":"code","properties":[{"description":"where","filterable":true,"name":"path",)"
        R"("searchable":true,"type":"text"}],"vectors":[{"dimensions":384,"distance":"cosine","model":"m","name":"",)"
        R"("vectorizer":"local"}]})");
    REQUIRE(schema);
    CHECK(schema->properties.at(0).searchable);
    CHECK(schema->vectors.at(0).dimensions == 384);
}

TEST_CASE("a collection's name is fit for a folder and a command line") {
    for (const auto* name : {"flask", "My_Repo-2.x", "0", "a"}) CHECK(check_collection_name(name));
    for (const auto* name : {"", ".", "..", "-rf", "a/b", "a b", "ü", "a\nb", "_x"}) {
        CHECK_MESSAGE(!check_collection_name(name), name);
    }
    CHECK(!check_collection_name(std::string(101, 'a')));
}

}  // namespace ely::model
