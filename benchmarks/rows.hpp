#pragma once

// What a benchmark program prints: a JSON array of rows, which benchmarks/run puts into its table as they are.
// Measuring and judging are not done here.

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ely::benchmarks {

struct Row {
    std::string name;
    std::optional<double> value;  // nullopt: not measured, the note says why
    std::string unit;
    std::optional<double> target = std::nullopt;
    bool higher_is_better = false;
    std::string peer = {};  // what a ratio is held against
    std::string note = {};
};

inline void print_rows(const std::vector<Row>& rows) {
    auto out = nlohmann::ordered_json::array();
    for (const auto& row : rows) {
        nlohmann::ordered_json one{{"name", row.name}, {"value", nullptr}, {"unit", row.unit}, {"target", nullptr}};
        if (row.value) one["value"] = *row.value;
        if (row.target) one["target"] = *row.target;
        one["higher_is_better"] = row.higher_is_better;
        one["peer"] = row.peer;
        one["note"] = row.note;
        out.push_back(std::move(one));
    }
    fmt::print("{}\n", out.dump(2));
}

}  // namespace ely::benchmarks
