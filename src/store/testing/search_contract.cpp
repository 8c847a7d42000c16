#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "store/testing/contract.hpp"
#include "store/testing/objects.hpp"

namespace ely::store::testing {
namespace {

using model::Value;

std::vector<std::uint32_t> numbers(const std::vector<Hit>& hits) {
    std::vector<std::uint32_t> out;
    for (const auto& hit : hits) {
        out.push_back(static_cast<std::uint32_t>(hit.id.bytes[2]) << 8U | hit.id.bytes[3]);
    }
    return out;
}

TestObject text(std::uint32_t number, const char* path, const char* title, const char* content) {
    return {test_id(number), {{"path", Value(path)}, {"title", Value(title)}, {"content", Value(content)}}, {}};
}

void put_library(Collection& collection) {
    put(collection, {text(1, "src/http_server.cpp", "HTTPServer.listen", "opens the socket and accepts connections"),
                     text(2, "src/http_client.cpp", "HttpClient::get", "opens a connection, sends, reads the answer"),
                     text(3, "src/http_client.cpp", "retry_delay", "how long to wait before the next connection"),
                     text(4, "doc/guide.md", "Guide", "words about everything: sockets, retries, delays, servers"),
                     text(5, "src/empty.cpp", "", "")});
}

void finds_words_and_parts(Store& store) {
    const auto collection = value_of(store.create(test_schema("words")));
    CHECK(value_of(collection->search(LexicalQuery{.text = "anything"}, {})).empty());
    put_library(*collection);
    const auto find = [&](const char* query) {
        return numbers(value_of(collection->search(LexicalQuery{.text = query}, {})));
    };
    CHECK(find("HTTPServer").front() == 1);
    CHECK(find("httpserver").front() == 1);
    CHECK(find("retryDelay").front() == 3);
    CHECK(find("guide.md").front() == 4);
    CHECK(find("nothingLikeThis").size() == 0);
    CHECK(find("").empty());
    CHECK(find("... --- ...").empty());
    const auto hits = value_of(collection->search(LexicalQuery{.text = "connection", .limit = 2}, {"path"}));
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].score >= hits[1].score);
    CHECK(hits[1].score > 0);
    CHECK(hits[0].properties.size() == 1);
}

void weighs_fields(Store& store) {
    const auto collection = value_of(store.create(test_schema("fields")));
    put(*collection, {text(1, "a", "socket", "words"), text(2, "b", "words", "socket")});
    const auto find = [&](std::vector<FieldWeight> fields) {
        return numbers(value_of(collection->search(LexicalQuery{.text = "socket", .fields = std::move(fields)}, {})));
    };
    CHECK(find({{"title", 5}, {"content", 1}}) == std::vector<std::uint32_t>{1, 2});
    CHECK(find({{"title", 1}, {"content", 5}}) == std::vector<std::uint32_t>{2, 1});
    CHECK(find({{"title"}}) == std::vector<std::uint32_t>{1});
    CHECK(find({}) == std::vector<std::uint32_t>{1, 2});
    CHECK(code_of(collection->search(LexicalQuery{.text = "socket", .fields = {{"language"}}}, {})) == "usage");
    CHECK(code_of(collection->search(LexicalQuery{.text = "socket", .fields = {{"nothing"}}}, {})) == "usage");
}

void folds_groups(Store& store) {
    const auto collection = value_of(store.create(test_schema("fold")));
    put_library(*collection);
    LexicalQuery query{.text = "connection delay", .fold_by = "path"};
    const auto hits = value_of(collection->search(query, {"path"}));
    std::vector<std::string> paths;
    for (const auto& hit : hits) paths.push_back(std::get<std::string>(hit.properties.at("path")));
    CHECK(paths.front() == "src/http_client.cpp");
    CHECK(std::ranges::count(paths, "src/http_client.cpp") == 1);
    CHECK(numbers(hits).front() == 3);
    query.fold_by = "lines";
    CHECK(code_of(collection->search(query, {})) == "usage");
}

void folds_by_several_properties(Store& store) {
    const auto collection = value_of(store.create(test_schema("several")));
    const auto object = [](std::uint32_t number, const char* path, const char* language, const char* content) {
        return TestObject{
            test_id(number), {{"path", Value(path)}, {"language", Value(language)}, {"content", Value(content)}}, {}};
    };
    put(*collection, {object(1, "a", "C", "socket delay"), object(2, "a", "Go", "socket"),
                      object(3, "a", "C", "socket socket retry"), object(4, "b", "C", "words")});
    put(*collection, {{test_id(5), {{"path", Value("a")}, {"content", Value("socket")}}, {}},
                      {test_id(6), {{"path", Value("a")}, {"content", Value("socket")}}, {}}});
    LexicalQuery query{.text = "socket", .fold_by = "path,language"};
    // Objects without one of the values are alone.
    CHECK(value_of(collection->search(query, {})).size() == 4);
    query.fold_by = "path";
    CHECK(value_of(collection->search(query, {})).size() == 1);
    query.fold_by = "path,nothing";
    CHECK(code_of(collection->search(query, {})) == "usage");
}

// A field that all objects of a group share counts once, however many objects there are.
void counts_shared_fields_once(Store& store) {
    const auto collection = value_of(store.create(test_schema("once")));
    for (std::uint32_t i = 0; i < 10; ++i) put(*collection, {text(i, "long/server.cpp", "", "words")});
    put(*collection, {text(10, "short/server.cpp", "", "words"), text(11, "other.cpp", "", "words")});
    LexicalQuery query{.text = "server", .fields = {{"path", 1, 0.5, true}}, .fold_by = "path"};
    const auto hits = value_of(collection->search(query, {}));
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].score == hits[1].score);
    query.fields[0].once_per_group = false;
    const auto summed = value_of(collection->search(query, {}));
    CHECK(summed[0].score != summed[1].score);
}

void weakens_words(Store& store) {
    const auto collection = value_of(store.create(test_schema("weak")));
    put(*collection, {text(1, "a", "", "fix"), text(2, "b", "", "socket"), text(3, "c", "", "nothing")});
    LexicalQuery query{.text = "fix socket", .weak_words = {"fix"}, .weak_weight = 0.5};
    const auto hits = value_of(collection->search(query, {}));
    CHECK(numbers(hits) == std::vector<std::uint32_t>{2, 1});
    CHECK(hits[1].score == doctest::Approx(hits[0].score / 2));
}

void filters_hits(Store& store) {
    const auto collection = value_of(store.create(test_schema("filtered", 2)));
    put_library(*collection);
    const auto ids = std::vector{test_id(1), test_id(2), test_id(3), test_id(4)};
    value_of(collection->set_vectors(ids, std::vector<float>{1, 0, 1, 0.1F, 1, 0.2F, 0, 1}));
    const auto sources = Filter::compare("path", Comparison::glob, "src/*");
    CHECK(numbers(value_of(collection->search(LexicalQuery{.text = "socket retries", .filter = sources}, {}))) ==
          std::vector<std::uint32_t>{1, 3});
    CHECK(numbers(value_of(collection->search(VectorQuery{.vector = {0, 1}, .filter = sources}, {}))) ==
          std::vector<std::uint32_t>{3, 2, 1});
    const auto none = Filter::equals("path", "nowhere");
    CHECK(value_of(collection->search(VectorQuery{.vector = {0, 1}, .filter = none}, {})).empty());
    CHECK(value_of(collection->search(LexicalQuery{.text = "socket", .filter = none}, {})).empty());
}

// Statistics are those of the present objects: scores do not depend on what happened before.
void scores_present_objects(Store& store) {
    const auto one = value_of(store.create(test_schema("one")));
    const auto two = value_of(store.create(test_schema("two")));
    put_library(*one);
    for (std::uint32_t i = 5; i >= 1; --i) put(*two, {text(i, "x", "socket delay", "connection connection")});
    put(*two, {text(6, "y", "socket", "answer delay connection")});
    put_library(*two);
    value_of(two->remove_ids(std::vector{test_id(6)}));
    for (const char* words : {"socket", "connection delay", "http client retries"}) {
        for (const char* fold_by : {"", "path"}) {
            const LexicalQuery query{.text = words, .fold_by = fold_by};
            const auto expected = value_of(one->search(query, {}));
            const auto got = value_of(two->search(query, {}));
            REQUIRE(got.size() == expected.size());
            for (std::size_t i = 0; i < got.size(); ++i) {
                CHECK(got[i].id == expected[i].id);
                CHECK(got[i].score == expected[i].score);
            }
        }
    }
}

void finds_nearest(Store& store) {
    const std::vector<float> values{1, 0, 0.6F, 0.8F, -3, 0, 0, 2};
    const auto ids = std::vector{test_id(1), test_id(2), test_id(3), test_id(4)};
    const auto search = [&](const char* name, model::Distance distance, std::vector<float> query) {
        const auto collection = value_of(store.create(test_schema(name, 2, distance)));
        put(*collection,
            {{ids[0], {}, {}}, {ids[1], {}, {}}, {ids[2], {}, {}}, {ids[3], {}, {}}, {test_id(5), {}, {}}});
        value_of(collection->set_vectors(ids, values));
        return value_of(collection->search(VectorQuery{.vector = std::move(query)}, {}));
    };
    const auto cosine = search("cosine", model::Distance::cosine, {2, 0});
    CHECK(numbers(cosine) == std::vector<std::uint32_t>{1, 2, 4, 3});
    CHECK(cosine[0].score == doctest::Approx(1));
    CHECK(cosine[1].score == doctest::Approx(0.6));
    CHECK(cosine[3].score == doctest::Approx(-1));
    const auto dot = search("dot", model::Distance::dot, {-1, 0});
    CHECK(numbers(dot) == std::vector<std::uint32_t>{3, 4, 2, 1});
    CHECK(dot[0].score == doctest::Approx(3));
    const auto euclidean = search("euclidean", model::Distance::euclidean, {0, 1});
    CHECK(numbers(euclidean) == std::vector<std::uint32_t>{2, 4, 1, 3});
    CHECK(euclidean[1].score == doctest::Approx(-1));
}

void refuses_wrong_queries(Store& store) {
    const auto collection = value_of(store.create(test_schema("wrong", 2)));
    CHECK(value_of(collection->search(VectorQuery{.vector = {1, 0}}, {})).empty());
    put(*collection, {{test_id(1), {}, {1, 0}}, {test_id(2), {}, {1, 0}}});
    CHECK(code_of(collection->search(VectorQuery{.vector = {1, 0, 0}}, {})) == "usage");
    CHECK(code_of(collection->search(VectorQuery{.vector = {1, 0.0F / 0.0F}}, {})) == "usage");
    CHECK(code_of(collection->search(VectorQuery{.vector = {1, 0}, .name = "other"}, {})) == "usage");
    const auto plain = value_of(store.create(test_schema("plain")));
    CHECK(code_of(plain->search(VectorQuery{.vector = {1, 0}}, {})) == "usage");
    CHECK(value_of(collection->search(VectorQuery{.vector = {1, 0}, .limit = 0}, {})).empty());
    // Equal scores: the lower id first.
    CHECK(numbers(value_of(collection->search(VectorQuery{.vector = {1, 0}, .limit = 1}, {}))) ==
          std::vector<std::uint32_t>{1});
    // A query without direction is as near to everything.
    CHECK(value_of(collection->search(VectorQuery{.vector = {0, 0}}, {})).size() == 2);
}

void serves_many_threads(Store& store) {
    const auto collection = value_of(store.create(test_schema("threads", 2)));
    put_library(*collection);
    std::vector<std::string> problems(4);
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t i = 0; i < 3; ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < 40 && problems[i].empty(); ++round) {
                    const auto hits = collection->search(LexicalQuery{.text = "connection", .limit = 100}, {});
                    const auto near = collection->search(VectorQuery{.vector = {1, 1}}, {});
                    const auto count = collection->count(Filter::equals("path", "src/http_client.cpp"));
                    if (!hits || !near || !count) problems[i] = "a search failed";
                    // Whole transactions are seen, or nothing of them.
                    const bool whole = hits && (hits->size() % 2 == 1 || !collection->traits().transactions);
                    if (!whole) problems[i] = "half a write was seen";
                }
            });
        }
        threads.emplace_back([&] {
            for (std::uint32_t round = 0; round < 20 && problems[3].empty(); ++round) {
                const auto batch = test_batch(collection->schema(),
                                              {{test_id(100 + 2 * round), {{"content", Value("connection")}}, {1, 2}},
                                               {test_id(101 + 2 * round), {{"content", Value("connection")}}, {}}});
                if (!collection->upsert(batch)) problems[3] = "a write failed";
            }
        });
    }
    for (const auto& problem : problems) CHECK(problem == "");
    CHECK(value_of(collection->search(LexicalQuery{.text = "connection", .limit = 100}, {})).size() == 43);
    CHECK(code_of(store.health()) == "ok");
}

constexpr Promise k_search_promises[]{
    {"words are found whole and in parts", finds_words_and_parts},
    {"fields weigh as the query says", weighs_fields},
    {"objects that share a value fold to one hit", folds_groups},
    {"objects that share several values fold to one hit", folds_by_several_properties},
    {"a field of the whole group counts once", counts_shared_fields_once},
    {"weak words count less", weakens_words},
    {"a filter holds for every hit", filters_hits},
    {"scores are those of the present objects", scores_present_objects},
    {"the nearest vectors are found, by each distance", finds_nearest},
    {"queries that cannot be answered are refused", refuses_wrong_queries},
    {"many threads use a collection at once", serves_many_threads},
};

}  // namespace

std::span<const Promise> search_promises() {
    return k_search_promises;
}

}  // namespace ely::store::testing
