#include "embed/wordpiece.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "embed/bert_model.hpp"

using ely::embed::WordPiece;

namespace {

using Ids = std::vector<std::uint32_t>;

WordPiece small_tokenizer(ely::embed::WordPieceOptions options = {}) {
    // 0..3 are special; then single pieces
    const std::string vocabulary = "[UNK]\n[CLS]\n[SEP]\n[PAD]\nun\n##aff\n##able\nÉ\nCafé\ncafe\n漢\n漢字\n!\n";
    auto tokenizer = WordPiece::from_vocabulary(vocabulary, options);
    REQUIRE(tokenizer);
    return *std::move(tokenizer);
}

WordPiece model_tokenizer() {
    auto vocabulary = ely::read_file(ely::embed::default_model_folder() / "vocab.txt");
    REQUIRE(vocabulary);
    auto tokenizer = WordPiece::from_vocabulary(*std::move(vocabulary), {});
    REQUIRE(tokenizer);
    return *std::move(tokenizer);
}

}  // namespace

TEST_CASE("the longest pieces make up a word, and a word with a rest is unknown") {
    const auto tokenizer = small_tokenizer();
    CHECK(tokenizer.tokenize("unaffable", 16) == Ids{1, 4, 5, 6, 2});
    CHECK(tokenizer.tokenize("unaffables!", 16) == Ids{1, 0, 12, 2});
    CHECK(tokenizer.tokenize("", 16) == Ids{1, 2});
}

TEST_CASE("the options decide what is normalized") {
    CHECK(small_tokenizer().tokenize("Café 漢字", 16) == Ids{1, 9, 10, 0, 2});
    CHECK(
        small_tokenizer({.lower_case = false, .strip_accents = false, .split_cjk = false}).tokenize("Café 漢字", 16) ==
        Ids{1, 8, 11, 2});
}

TEST_CASE("a vocabulary without the special pieces is refused") {
    const auto tokenizer = WordPiece::from_vocabulary("[UNK]\n[CLS]\nword\n", {});
    REQUIRE_FALSE(tokenizer);
    CHECK(tokenizer.error().code == ely::Code::corrupt);
}

TEST_CASE("a limit keeps the start of the text and the final separator") {
    const auto tokenizer = model_tokenizer();
    const std::string text = "one two three four unaffable words";
    const auto whole = tokenizer.tokenize(text, 100);
    for (std::size_t limit = 2; limit <= whole.size(); ++limit) {
        auto expected = whole;
        expected.resize(limit - 1);
        expected.push_back(whole.back());
        CHECK(tokenizer.tokenize(text, limit) == expected);
    }
}

TEST_CASE("bytes that are not UTF-8 are left out") {
    const auto tokenizer = model_tokenizer();
    CHECK(tokenizer.tokenize("in\xFFput \xC3 \xE2\x82 out\xED\xA0\x80put", 16) ==
          tokenizer.tokenize("input output", 16));
}

TEST_CASE("special pieces in a text are text") {
    const auto tokenizer = model_tokenizer();
    const auto ids = tokenizer.tokenize("[SEP] [CLS]", 16);
    CHECK(std::count(ids.begin(), ids.end(), ids.back()) == 1);
    CHECK(std::count(ids.begin(), ids.end(), ids.front()) == 1);
}

TEST_CASE("ids equal those of Hugging Face's tokenizer") {
    const auto reference = ely::read_file("tests/data/embedding/reference.json");
    REQUIRE(reference);
    const auto json = nlohmann::json::parse(*reference);
    const auto tokenizer = model_tokenizer();
    for (const auto* part : {"embedded", "tokenized"}) {
        REQUIRE(json.at(part).size() >= 20);
        for (const auto& entry : json.at(part)) {
            const auto text = entry.at("text").get<std::string>();
            CAPTURE(entry.at("text").dump(-1, ' ', true));
            CHECK(tokenizer.tokenize(text, 256) == entry.at("ids").get<Ids>());
        }
    }
}
