#pragma once

// What Elysia tells its language model of a collection's properties: how long the texts are, which values a property
// has, from when to when. Measured here, over the objects themselves; no model is asked.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/collection_schema.hpp"
#include "store/collection.hpp"

namespace ely::elysia {

struct Group {
    std::string value;
    std::uint64_t count = 0;
    bool operator==(const Group&) const = default;
};

// The value that stands for all objects which none of the groups has; Elysia's own words.
inline constexpr std::string_view k_no_group = "<undefined_group> (not used for filtering)";

// Absent: cannot be said of this type, or of no object.
struct FieldStatistics {
    std::string name;
    model::DataType type = model::DataType::text;
    // Of text its tokens, of text[] its entries, of numbers their values, of booleans 0 to 1.
    std::optional<std::pair<double, double>> range = std::nullopt;
    std::optional<double> mean = std::nullopt;
    std::optional<std::vector<Group>> groups = std::nullopt;  // most frequent first
    std::optional<std::pair<std::string, std::string>> date_range = std::nullopt;
    std::optional<std::string> date_median = std::nullopt;
};

struct CollectionStatistics {
    std::uint64_t length = 0;   // objects, exactly
    std::uint64_t sampled = 0;  // those that were looked at
    std::vector<FieldStatistics> fields;

    [[nodiscard]] const FieldStatistics* find(std::string_view name) const;
};

// Enough for a mean; a server gives so many within a second.
inline constexpr std::uint64_t k_sample = 10'000;

// Looks at the first `sample` objects in the order of their ids, which are hashes: an even choice. Counts of groups are
// scaled up from them.
[[nodiscard]] Result<CollectionStatistics> measure(store::Collection& collection, std::uint64_t sample = k_sample,
                                                   std::stop_token stop = {});

// About as many tokens as Elysia's tokenizer (spaCy's for English) makes of it: a word is one, so is each mark of
// punctuation, and so is white space that is more than one blank. spaCy leaves some marks within words together, so in
// code this counts rather more than it does.
[[nodiscard]] std::uint64_t count_tokens(std::string_view text);

}  // namespace ely::elysia
