// Searches against plain reference implementations that look at every object.

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/testing/temporary_folder.hpp"
#include "store/embedded/quantizer.hpp"
#include "store/open.hpp"
#include "store/testing/objects.hpp"
#include "store/words/tokenizer.hpp"

namespace ely::store::embedded {
namespace {

using model::Distance;
using model::Value;
using testing::put;
using testing::test_id;
using testing::test_schema;
using testing::TestObject;
using testing::value_of;

struct Reference {
    Uuid id;
    double score;
    bool operator==(const Reference&) const = default;
};

std::vector<Reference> best(std::vector<Reference> scored, std::size_t limit) {
    std::ranges::sort(scored, [](const Reference& a, const Reference& b) {
        return a.score != b.score ? a.score > b.score : a.id < b.id;
    });
    if (scored.size() > limit) scored.resize(limit);
    return scored;
}

// Clusters, copies, neighbours one bit apart, vectors without length, tiny and huge ones.
std::vector<std::vector<float>> awkward_vectors(std::mt19937& random, std::size_t count, std::size_t dimensions) {
    std::normal_distribution<float> normal;
    std::vector<std::vector<float>> out;
    while (out.size() < count) {
        std::vector<float> vector(dimensions);
        const auto kind = random() % 10;
        if (kind < 4 && !out.empty()) {
            vector = out[random() % out.size()];
            if (kind == 1) vector[0] = std::nextafter(vector[0], 2.0F);
            if (kind >= 2) {
                for (auto& value : vector) value += 1e-4F * normal(random);
            }
        } else if (kind != 4) {
            const float scale = kind == 5 ? 1e-38F : (kind == 6 ? 1e30F : 1.0F);
            for (auto& value : vector) value = normal(random) * scale;
        }
        out.push_back(std::move(vector));
    }
    return out;
}

TEST_CASE("the nearest vectors are those of a scan over all of them") {
    CHECK(rc::check([](std::uint32_t seed) {
        std::mt19937 random(seed);
        const std::size_t dimensions = 1 + random() % 70;
        const auto distance = static_cast<Distance>(random() % 3);
        const auto vectors = awkward_vectors(random, 1 + random() % 700, dimensions);
        const ely::testing::TemporaryFolder folder;
        const auto store = value_of(open_embedded_store(folder.path() / "store.db"));
        const auto collection =
            value_of(store->create(test_schema("vectors", static_cast<std::uint32_t>(dimensions), distance)));
        std::vector<TestObject> objects;
        for (std::uint32_t i = 0; i < vectors.size(); ++i) {
            objects.push_back({test_id(static_cast<std::uint32_t>((i * 7919U) % 1'000'003U)),
                               {{"language", Value(i % 3 == 0 ? "C" : "Go")}},
                               vectors[i]});
        }
        put(*collection, objects);
        for (int round = 0; round < 4; ++round) {
            auto query =
                round == 0 ? vectors[random() % vectors.size()] : awkward_vectors(random, 3, dimensions).back();
            const bool filtered = random() % 2 == 0;
            const std::size_t limit = 1 + random() % 20;
            std::vector<Reference> all;
            for (const auto& object : objects) {
                if (filtered && object.properties.at("language") != Value("C")) continue;
                all.push_back({object.id, exact_score(distance, query, object.vector)});
            }
            VectorQuery wanted{.vector = query, .limit = static_cast<std::uint32_t>(limit)};
            if (filtered) wanted.filter = Filter::equals("language", "C");
            std::vector<Reference> got;
            for (const auto& hit : value_of(collection->search(wanted, {}))) got.push_back({hit.id, hit.score});
            RC_ASSERT(got == best(all, limit));
        }
    }));
}

struct Text {
    Uuid id;
    std::string group;
    std::vector<std::vector<std::string>> fields;  // terms of title and content
};

std::vector<std::string> length_terms(const std::string& text) {
    std::vector<std::string> out;
    words::Tokenizer tokenizer;
    tokenizer.run(text, [&](const words::Term& term) { out.emplace_back(term.text); });
    return out;
}

// BM25F as the textbook has it, text by text, with nothing shared.
std::vector<Reference> reference_search(const std::vector<Text>& texts, const std::vector<FieldWeight>& fields,
                                        const std::string& query, double k1) {
    std::vector<double> mean(fields.size());
    for (std::size_t f = 0; f < fields.size(); ++f) {
        double total = 0;
        for (const auto& text : texts) total += static_cast<double>(text.fields[f].size());
        mean[f] = total == 0 ? 1 : total / static_cast<double>(texts.size());
    }
    std::vector<Reference> out;
    for (const auto& text : texts) out.push_back({text.id, 0});
    for (const auto& term : words::query_terms(query)) {
        std::vector<double> weights(texts.size());
        double with_term = 0;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            for (std::size_t f = 0; f < fields.size(); ++f) {
                const auto& terms = texts[i].fields[f];
                const auto count = static_cast<double>(std::ranges::count(terms, term.term));
                const double length = static_cast<double>(terms.size()) / mean[f];
                weights[i] += fields[f].weight * count / (1 - fields[f].b + fields[f].b * length);
            }
            if (weights[i] > 0) ++with_term;
        }
        const auto n = static_cast<double>(texts.size());
        const double rarity = std::log(1 + (n - with_term + 0.5) / (with_term + 0.5));
        for (std::size_t i = 0; i < texts.size(); ++i) out[i].score += rarity * weights[i] / (weights[i] + k1);
    }
    std::erase_if(out, [](const Reference& hit) { return hit.score <= 0; });
    return out;
}

std::string draw_text(std::mt19937& random) {
    static const std::vector<std::string> k_words{
        "socket", "socketServer", "http_client", "retry", "retries", "the", "delay", "x", "HTTP", "2", "größe", "日本"};
    std::string out;
    for (auto left = random() % 12; left > 0; --left) out += k_words[random() % k_words.size()] + " ";
    return out;
}

// Texts that have the same score may come in another order where rounding differs.
void check_same(const std::vector<Hit>& got, std::vector<Reference> expected) {
    RC_ASSERT(got.size() == expected.size());
    for (const auto& hit : got) {
        const auto found = std::ranges::find(expected, hit.id, &Reference::id);
        RC_ASSERT(found != expected.end());
        RC_ASSERT(std::abs(found->score - hit.score) < 1e-9);
    }
    for (std::size_t i = 1; i < got.size(); ++i) {
        RC_ASSERT(got[i - 1].score > got[i].score || (got[i - 1].score == got[i].score && got[i - 1].id < got[i].id));
    }
}

TEST_CASE("lexical scores are those of a plain BM25F, whatever was written before") {
    CHECK(rc::check([](std::uint32_t seed) {
        std::mt19937 random(seed);
        const ely::testing::TemporaryFolder folder;
        const auto store = value_of(open_embedded_store(folder.path() / "store.db"));
        const auto collection = value_of(store->create(test_schema("words")));
        std::map<Uuid, Text> texts;
        for (auto batch = 1 + random() % 12; batch > 0; --batch) {
            std::vector<TestObject> objects;
            for (auto left = 1 + random() % 20; left > 0; --left) {
                const auto id = test_id(static_cast<std::uint32_t>(random() % 150));
                const auto title = draw_text(random);
                const auto content = draw_text(random);
                const auto path = "f" + std::to_string(random() % 9);
                objects.push_back(
                    {id, {{"title", Value(title)}, {"content", Value(content)}, {"path", Value(path)}}, {}});
                texts[id] = {id, path, {length_terms(title), length_terms(content)}};
            }
            put(*collection, objects);
            const auto gone = test_id(static_cast<std::uint32_t>(random() % 150));
            value_of(collection->remove_ids(std::vector{gone}));
            texts.erase(gone);
        }
        // Dotted names are no part of these texts, so that a text's terms are its length.
        LexicalQuery query{
            .text = draw_text(random), .fields = {{"title", 2.5, 0.4}, {"content", 1, 0.75}}, .limit = 1000};
        std::vector<Text> all;
        for (const auto& [id, text] : texts) all.push_back(text);
        check_same(value_of(collection->search(query, {})), reference_search(all, query.fields, query.text, query.k1));

        std::map<std::string, Text> groups;
        for (const auto& text : all) {
            auto& group = groups[text.group];
            group.id = test_id(static_cast<std::uint32_t>(std::stoul(text.group.substr(1))));
            group.fields.resize(2);
            for (std::size_t f = 0; f < 2; ++f) {
                group.fields[f].insert(group.fields[f].end(), text.fields[f].begin(), text.fields[f].end());
            }
        }
        std::vector<Text> folded;
        for (const auto& [name, group] : groups) folded.push_back(group);
        query.fold_by = "path";
        auto hits = value_of(collection->search(query, {"path"}));
        for (auto& hit : hits) {
            const auto& path = std::get<std::string>(hit.properties.at("path"));
            hit.id = test_id(static_cast<std::uint32_t>(std::stoul(path.substr(1))));
        }
        std::ranges::stable_sort(
            hits, [](const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; });
        check_same(hits, reference_search(folded, query.fields, query.text, query.k1));
    }));
}

}  // namespace
}  // namespace ely::store::embedded
