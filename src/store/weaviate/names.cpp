#include "store/weaviate/names.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace ely::store::weaviate {
namespace {

constexpr std::size_t k_max_class_name = 255;
constexpr std::size_t k_max_property_name = 231;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string class_name(std::string_view wanted) {
    std::string out(wanted);
    std::ranges::replace_if(
        out, [](char c) { return !is_letter(c) && !is_digit(c); }, '_');
    if (out.empty() || !is_letter(out.front())) out.insert(0, "C_");
    if (out.front() >= 'a') out.front() = static_cast<char>(out.front() - 'a' + 'A');
    if (out.size() > k_max_class_name) out.resize(k_max_class_name);
    return out;
}

Result<void> check_property_name(const model::Property& property) {
    const auto& name = property.name;
    constexpr std::array<std::string_view, 4> k_taken{"id", "vector", k_words_property, k_has_vector_property};
    const bool fits = !name.empty() && name.size() <= k_max_property_name && is_letter(name.front()) &&
                      std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
    if (!fits || std::ranges::find(k_taken, name) != k_taken.end()) {
        return fail(Code::usage, fmt::format("'{}' cannot be a property's name in Weaviate", name),
                    "a name has letters, digits and '_', a letter first");
    }
    return {};
}

}  // namespace ely::store::weaviate
