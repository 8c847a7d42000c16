#include "store/words/tokenizer.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace ely::store::words {
namespace {

using Texts = std::vector<std::string>;

Texts terms(std::string_view text) {
    Texts out;
    Tokenizer tokenizer;
    tokenizer.run(text, [&](const Term& term) { out.emplace_back(term.text); });
    return out;
}

Texts query(std::string_view text) {
    Texts out;
    for (const auto& term : query_terms(text)) out.push_back(term.term);
    return out;
}

TEST_CASE("identifiers are cut into parts and kept whole") {
    CHECK(terms("HTTPServer2_fooBar") == Texts{"http", "server", "2", "foo", "bar", "httpserver2foobar"});
    CHECK(terms("make_aware") == Texts{"make", "aware", "makeaware"});
    CHECK(terms("MakeAware") == Texts{"make", "aware", "makeaware"});
    CHECK(terms("sha256") == Texts{"sha", "256", "sha256"});
    CHECK(terms("__init__") == Texts{"init"});
    CHECK(terms("XMLHttp") == Texts{"xml", "http", "xmlhttp"});
    CHECK(terms("ABC") == Texts{"abc"});
    CHECK(terms("___").empty());
}

TEST_CASE("dotted names are kept whole beside their words") {
    CHECK(terms("os.path.join(x)") == Texts{"os", "path", "join", "os.path.join", "x"});
    CHECK(terms("End. Next") == Texts{"end", "next"});
    CHECK(terms("a..b") == Texts{"a", "b"});
    CHECK(terms("src/http_server.cpp") == Texts{"src", "http", "server", "httpserver", "cpp", "http_server.cpp"});
}

TEST_CASE("plurals go") {
    CHECK(terms("queries retries ties") == Texts{"query", "retry", "tie"});
    CHECK(terms("servers class status this gas its") == Texts{"server", "class", "status", "this", "gas", "its"});
    CHECK(terms("getQueries") == Texts{"get", "query", "getquery"});
}

TEST_CASE("words of other scripts") {
    CHECK(terms("Größe ÉCOLE Ωμέγα") == Texts{"größe", "école", "ωμέγα"});
    CHECK(terms("日本") == Texts{"日", "本", "日本"});
    CHECK(terms("x—y «z»") == Texts{"x", "y", "z"});
    CHECK(terms("bad \xFF\xC3 bytes") == Texts{"bad", "byte"});
}

TEST_CASE("encoded data is no word") {
    CHECK(terms(std::string(101, 'a') + " b").size() == 1);
    CHECK(terms(std::string(100, 'a') + " b").size() == 2);
}

TEST_CASE("a query leaves out stop words unless there is nothing else") {
    CHECK(query("how are retries scheduled?") == Texts{"retry", "scheduled"});
    CHECK(query("to be or not to be") == Texts{"to", "be", "or", "not"});
    CHECK(query("isNot isNotEmpty") == Texts{"is", "not", "isnot", "empty", "isnotempty"});
    CHECK(query("cache cache caches") == Texts{"cache"});
}

TEST_CASE("weak words weigh less") {
    const std::vector<std::string> weak{"fixes", "add"};
    const auto found = query_terms("fix adds fixCache", weak, 0.25);
    REQUIRE(found.size() == 4);
    CHECK(found[0].term == "fix");
    // "fixes" has the stem "fixe": the list names each form that it means.
    CHECK(found[0].weight == 1);
    CHECK(found[1].weight == 0.25);
    CHECK(found[3].term == "fixcache");
    CHECK(found[3].weight == 1);
}

TEST_CASE("any bytes can be cut, and all terms are found again by themselves") {
    CHECK(rc::check([](const std::string& text) {
        for (const auto& term : terms(text)) {
            RC_ASSERT(!term.empty());
            RC_ASSERT(term.size() <= 4 * k_max_word_bytes);
        }
    }));
}

}  // namespace
}  // namespace ely::store::words
