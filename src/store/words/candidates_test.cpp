#include "store/words/candidates.hpp"

#include <array>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.hpp"
#include "store/testing/objects.hpp"
#include "store/words/tokenizer.hpp"

namespace ely::store::words {
namespace {

using testing::test_id;

std::string within(std::string_view text) {
    return words_within(std::array{text});
}

TEST_CASE("words within words are those that cutting at punctuation does not give") {
    CHECK(within("open the file") == "");
    CHECK(within("retries") == "retry");
    CHECK(within("HTTPServer.listen") == "http server");
    CHECK(within("retry_delay") == "");
    CHECK(within("sha256 and sha256") == "sha 256");
    CHECK(within("getUser user") == "get");
    CHECK(words_within(std::array<std::string_view, 2>{"getUser", "get"}) == "user");
    CHECK(words_within({}) == "");
}

TEST_CASE("what a query's words are cut into is found in one or the other") {
    rc::check([](const std::vector<std::string>& parts) {
        std::string text;
        for (const auto& part : parts) text += part + (part.size() % 3 == 0 ? "_" : part.size() % 3 == 1 ? "Ab" : " ");
        std::erase_if(text, [](char c) { return (c & 0x80) != 0; });
        std::set<std::string> known;
        std::string word;
        for (const char c : text + " " + within(text) + " ") {
            const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (letter) word.push_back(c);
            if (letter) continue;
            known.insert(to_lower_ascii(word));
            word.clear();
        }
        Tokenizer tokenizer;
        tokenizer.run(text, [&](const Term& term) {
            if (term.kind == TermKind::part) RC_ASSERT(known.contains(std::string(term.text)));
        });
    });
}

std::vector<std::size_t> indexes(const std::vector<ScoredCandidate>& scored) {
    std::vector<std::size_t> out;
    for (const auto& one : scored) out.push_back(one.index);
    return out;
}

TEST_CASE("rare words count more, long texts less, and equals stand by their ids") {
    const std::vector<FieldWeight> fields{{"content"}};
    const std::vector<Candidate> candidates{{test_id(3), {"socket"}, "", true},
                                            {test_id(2), {"socket"}, "", true},
                                            {test_id(1), {"socket and many other words beside it"}, "", true},
                                            {test_id(4), {"retry"}, "", true},
                                            {test_id(5), {"retry"}, "", false}};
    CHECK(indexes(best_candidates({.text = "socket"}, fields, candidates, 100)) == std::vector<std::size_t>{1, 0, 2});
    CHECK(indexes(best_candidates({.text = "socket retry"}, fields, candidates, 100)).front() == 3);
    CHECK(indexes(best_candidates({.text = "socket", .limit = 1}, fields, candidates, 100)).size() == 1);
    CHECK(best_candidates({.text = "nowhere"}, fields, candidates, 100).empty());
    CHECK(best_candidates({.text = ""}, fields, candidates, 100).empty());
    CHECK(best_candidates({.text = "socket"}, fields, {}, 0).empty());
}

TEST_CASE("a group has one hit, its best object, with what all of it is worth") {
    const std::vector<FieldWeight> fields{{"content"}};
    const std::vector<Candidate> candidates{{test_id(1), {"socket words words words"}, "a", true},
                                            {test_id(2), {"socket socket"}, "a", true},
                                            {test_id(3), {"socket"}, "b", true},
                                            {test_id(4), {"socket"}, "", true}};
    const auto best = best_candidates({.text = "socket", .fold_by = "path"}, fields, candidates, 10);
    REQUIRE(best.size() == 3);
    CHECK(std::set<std::size_t>{best[0].index, best[1].index, best[2].index} == std::set<std::size_t>{1, 2, 3});
}

}  // namespace
}  // namespace ely::store::words
