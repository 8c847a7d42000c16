#include "model/schema_json.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace ely::model {

TEST_CASE("every type has a name that leads back to it") {
    for (const auto type : {DataType::text, DataType::text_array, DataType::integer, DataType::number,
                            DataType::boolean, DataType::date, DataType::uuid, DataType::blob}) {
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

TEST_CASE("a collection's name is fit for a folder and a command line") {
    for (const auto* name : {"flask", "My_Repo-2.x", "0", "a"}) CHECK(check_collection_name(name));
    for (const auto* name : {"", ".", "..", "-rf", "a/b", "a b", "ü", "a\nb", "_x"}) {
        CHECK_MESSAGE(!check_collection_name(name), name);
    }
    CHECK(!check_collection_name(std::string(101, 'a')));
}

}  // namespace ely::model
