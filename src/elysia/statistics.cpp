#include "elysia/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "store/batch/batch.hpp"

namespace ely::elysia {
namespace {

using model::DataType;

// Elysia asks for so many groups, and takes those of one object only when there are few.
constexpr std::size_t k_most_groups = 30;
constexpr std::size_t k_few_groups = 15;
constexpr double k_least_coverage = 0.5;
// What is longer is no name of a group.
constexpr std::size_t k_longest_value = 100;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

template <typename Is>
std::size_t run_length(std::string_view text, Is is) {
    std::size_t out = 0;
    while (out < text.size() && is(text[out])) ++out;
    return out;
}

// One property's values, as they come by.
class Tally {
  public:
    explicit Tally(const model::Property& property) : m_property(property) {}

    [[nodiscard]] const model::Property& property() const { return m_property; }

    void add(const store::Cell& cell) {
        if (cell.is_null()) return;
        switch (m_property.type) {
            case DataType::text:
                add_number(static_cast<double>(count_tokens(cell.bytes())));
                add_group(cell.bytes());
                return;
            case DataType::text_array:
            case DataType::uuid_array:
                add_number(static_cast<double>(std::get<std::vector<std::string_view>>(cell.data).size()));
                return;
            case DataType::integer: {
                const auto value = static_cast<double>(std::get<std::int64_t>(cell.data));
                add_number(value);
                // Elysia writes every number with a point.
                add_group(fmt::format("{:.1f}", value));
                return;
            }
            case DataType::number:
                if (std::isfinite(std::get<double>(cell.data))) add_number(std::get<double>(cell.data));
                return;
            case DataType::boolean: {
                const bool value = std::get<bool>(cell.data);
                add_number(value ? 1 : 0);
                add_group(value ? "True" : "False");
                return;
            }
            case DataType::date:
                m_dates.push_back(std::get<std::int64_t>(cell.data));
                return;
            case DataType::integer_array:
            case DataType::date_array:
                add_number(static_cast<double>(std::get<std::vector<std::int64_t>>(cell.data).size()));
                return;
            case DataType::number_array:
                add_number(static_cast<double>(std::get<std::vector<double>>(cell.data).size()));
                return;
            case DataType::boolean_array:
                add_number(static_cast<double>(std::get<std::vector<bool>>(cell.data).size()));
                return;
            case DataType::uuid:
            case DataType::blob:
            case DataType::geo_coordinates:
            case DataType::phone_number:
            case DataType::object:
            case DataType::object_array:
                return;
        }
    }

    [[nodiscard]] FieldStatistics finish(std::uint64_t length, std::uint64_t sampled) {
        FieldStatistics out{.name = m_property.name, .type = m_property.type};
        if (m_count > 0) {
            out.range = {m_least, m_most};
            out.mean = m_sum / static_cast<double>(m_count);
        }
        if (m_property.type == DataType::boolean) out.range = {0, 1};
        out.groups = groups(length, sampled);
        if (!m_dates.empty()) {
            std::ranges::sort(m_dates);
            out.date_range = {store::instant_text(m_dates.front()), store::instant_text(m_dates.back())};
            out.date_median = store::instant_text(m_dates[(m_dates.size() - 1) / 2]);
        }
        return out;
    }

  private:
    void add_number(double value) {
        m_least = std::min(m_least, value);
        m_most = std::max(m_most, value);
        m_sum += value;
        ++m_count;
    }

    void add_group(std::string_view value) {
        if (value.size() > k_longest_value) return;
        const auto found = m_values.find(value);
        found != m_values.end() ? ++found->second : m_values.emplace(value, 1).first->second;
    }

    [[nodiscard]] std::optional<std::vector<Group>> groups(std::uint64_t length, std::uint64_t sampled) const {
        if (m_values.empty()) return std::nullopt;
        std::vector<Group> out;
        for (const auto& [value, count] : m_values) out.push_back({value, count});
        std::ranges::stable_sort(out, std::greater{}, &Group::count);
        if (out.size() > k_most_groups) out.resize(k_most_groups);
        if (out.size() > k_few_groups) {
            std::erase_if(out, [](const Group& group) { return group.count == 1; });
        }
        std::uint64_t covered = 0;
        for (auto& group : out) {
            group.count = static_cast<std::uint64_t>(std::llround(
                static_cast<double>(group.count) * static_cast<double>(length) / static_cast<double>(sampled)));
            covered += group.count;
        }
        if (covered < length) out.push_back({std::string(k_no_group), length - covered});
        const bool useful =
            out.size() > 1 && static_cast<double>(covered) >= k_least_coverage * static_cast<double>(length);
        return useful ? std::optional(std::move(out)) : std::nullopt;
    }

    model::Property m_property;
    std::uint64_t m_count = 0;
    double m_sum = 0;
    double m_least = std::numeric_limits<double>::infinity();
    double m_most = -std::numeric_limits<double>::infinity();
    std::map<std::string, std::uint64_t, std::less<>> m_values;
    std::vector<std::int64_t> m_dates;
};

}  // namespace

const FieldStatistics* CollectionStatistics::find(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &FieldStatistics::name);
    return found == fields.end() ? nullptr : &*found;
}

std::uint64_t count_tokens(std::string_view text) {
    std::uint64_t out = 0;
    while (!text.empty()) {
        if (const auto blanks = run_length(text, is_space); blanks > 0) {
            if (blanks > 1 || text.front() != ' ') ++out;
            text.remove_prefix(blanks);
            continue;
        }
        ++out;
        text.remove_prefix(std::max<std::size_t>(1, run_length(text, is_word)));
    }
    return out;
}

Result<CollectionStatistics> measure(store::Collection& collection, std::uint64_t sample, std::stop_token stop) {
    CollectionStatistics out;
    ELY_TRY_ASSIGN(out.length, collection.count(store::Filter::everything()));
    std::vector<Tally> tallies;
    store::ScanOptions options;
    for (const auto& property : collection.schema().properties) {
        tallies.emplace_back(property);
        // Of these nothing can be said.
        if (property.type != DataType::blob) options.properties.push_back(property.name);
    }
    ELY_TRY_ASSIGN(auto scan, collection.scan(options));
    while (out.sampled < sample) {
        if (stop.stop_requested()) return fail(Code::cancelled, "stopped");
        ELY_TRY_ASSIGN(auto batch, scan->next());
        if (batch == nullptr) break;
        const store::BatchView view(std::move(batch));
        const auto rows = std::min<std::uint64_t>(view.rows(), sample - out.sampled);
        for (auto& tally : tallies) {
            const auto column = view.column(tally.property().name);
            for (std::size_t row = 0; column && row < rows; ++row) tally.add(view.cell(row, *column));
        }
        out.sampled += rows;
    }
    // Objects may have come or gone since they were counted.
    if (out.sampled < sample) out.length = out.sampled;
    for (auto& tally : tallies) out.fields.push_back(tally.finish(out.length, out.sampled));
    return out;
}

}  // namespace ely::elysia
