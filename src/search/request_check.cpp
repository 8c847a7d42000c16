#include "search/request_check.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/text.hpp"
#include "changes/detect/language.hpp"
#include "search/search.hpp"

namespace ely::search {
namespace {

// The language that a word most likely stands for: "pyhton", or an extension ("py").
const detect::Language* meant_language(std::string_view word) {
    const auto lower = to_lower_ascii(word);
    if (const auto* language = detect::language_by_path("x." + lower)) return language;
    std::vector<std::string> names;
    for (const auto& language : detect::languages()) names.push_back(to_lower_ascii(language.name));
    const auto meant = nearest(lower, names);
    return meant ? detect::language_by_name(*meant) : nullptr;
}

Result<void> check_language(store::Collection& collection, const std::string& language) {
    if (language.empty() || detect::language_by_name(language) != nullptr) return {};
    ELY_TRY_ASSIGN(const auto objects, collection.count(language_filter(language)));
    if (objects > 0) return {};
    const auto* meant = meant_language(language);
    return fail(Code::usage, fmt::format("unknown language: {}", printable(language)),
                meant != nullptr ? fmt::format("did you mean --language \"{}\"?", meant->name)
                                 : std::string("languages are called as on GitHub: Python, C++, JavaScript, Go"));
}

}  // namespace

store::Filter language_filter(std::string_view language) {
    const auto* known = detect::language_by_name(language);
    return store::Filter::equals("language", std::string(known != nullptr ? known->name : language));
}

Result<void> check_request(store::Collection& collection, const Request& request) {
    if (trim(request.query).empty()) {
        return fail(Code::usage, "the query is empty", "ask with words: \"how are retries scheduled?\", RetryPolicy");
    }
    if (request.limit == 0) return fail(Code::usage, "a limit of 0 finds nothing", "--limit 10");
    ELY_TRY(check_glob(request.path_glob));
    return check_language(collection, request.language);
}

}  // namespace ely::search
