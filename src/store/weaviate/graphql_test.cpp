#include "store/weaviate/graphql.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "store/testing/objects.hpp"
#include "store/weaviate/filter_request.hpp"
#include "store/weaviate/object_codec.hpp"

namespace ely::store::weaviate {
namespace {

Class books() {
    Class out;
    out.schema = testing::test_schema("Books", 2);
    out.vector_name = "default";
    out.ours = true;
    return out;
}

wire::SearchRequest request_for(const std::vector<std::string>& properties) {
    wire::SearchRequest out;
    out.set_collection("Books");
    out.set_limit(7);
    for (const auto& name : properties) out.mutable_properties()->add_non_ref_properties(name);
    return out;
}

TEST_CASE("filters are told in the server's words") {
    const auto filter = Filter::all_of(
        {Filter::equals("language", "C++"), Filter::compare("lines", Comparison::less, std::int64_t{9}),
         Filter::any_of({Filter::equals("tested", true), Filter::compare("share", Comparison::greater, 0.5)})});
    const auto request = to_request(filter, books());
    REQUIRE(request.filters);
    CHECK(where_json(*request.filters) == nlohmann::json::parse(R"({"operator":"And","operands":[
        {"operator":"Equal","path":["language"],"valueText":"C++"},
        {"operator":"LessThan","path":["lines"],"valueInt":9},
        {"operator":"Or","operands":[{"operator":"Equal","path":["tested"],"valueBoolean":true},
                                     {"operator":"GreaterThan","path":["share"],"valueNumber":0.5}]}]})"));
    const std::vector ids{testing::test_id(1), testing::test_id(2)};
    CHECK(where_json(id_filter(ids)) == nlohmann::json::parse(R"({"operator":"ContainsAny","path":["id"],
        "valueTextArray":["00000001-0000-0000-0000-000000000001","00000002-0000-0000-0000-000000000001"]})"));
}

TEST_CASE("a search names what it wants, and nothing in it can become part of the query") {
    auto request = request_for({"path", "lines", "nothing"});
    auto& words = *request.mutable_bm25_search();
    words.set_query("a\"){x}\n");
    words.add_properties("path");
    CHECK(search_query(books(), request) ==
          R"({Get{Books(limit:7,bm25:{query:"a\"){x}\n",properties:["path"]}){path lines _additional{id}}}})");
}

TEST_CASE("a search by vector, filtered") {
    auto request = request_for({});
    request.mutable_near_vector()->set_vector_bytes(vector_bytes(std::vector{0.1F, -2.0F}));
    request.mutable_near_vector()->mutable_targets()->add_target_vectors("default");
    request.mutable_metadata()->set_distance(true);
    request.mutable_metadata()->add_vectors("default");
    const std::vector ids{testing::test_id(1), testing::test_id(2)};
    *request.mutable_filters() = id_filter(ids);
    CHECK(search_query(books(), request) ==
          R"({Get{Books(limit:7,where:{operator:ContainsAny,path:["id"],valueText:[)"
          R"("00000001-0000-0000-0000-000000000001","00000002-0000-0000-0000-000000000001"]},)"
          R"(nearVector:{vector:[0.1,-2],targetVectors:["default"]}){_additional{id distance vectors{default}}}}})");
}

TEST_CASE("counts") {
    wire::AggregateRequest request;
    request.set_collection("Books");
    CHECK(count_query(request) == "{Aggregate{Books{meta{count}}}}");
    *request.mutable_filters() = *to_request(Filter::equals("language", "C"), books()).filters;
    CHECK(count_query(request) ==
          R"({Aggregate{Books(where:{operator:Equal,path:["language"],valueText:"C"}){meta{count}}}})");
}

}  // namespace
}  // namespace ely::store::weaviate
