#include "search/path_class.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace ely::search {
namespace {

constexpr double k_test_weight = 0.55;
constexpr double k_document_weight = 0.3;
constexpr double k_other_weight = 0.4;

constexpr std::array<std::string_view, 29> k_test_folders{
    "test",       "tests",     "testing",   "__tests__", "spec",     "specs",  "unittest", "unittests",
    "testdata",   "test-data", "test_data", "fixture",   "fixtures", "bench",  "benches",  "benchmark",
    "benchmarks", "example",   "examples",  "demo",      "demos",    "sample", "samples",  "e2e",
    "testcases",  "__mocks__", "mocks",     "testutil",  "testutils"};
constexpr std::array<std::string_view, 3> k_document_folders{"doc", "docs", "documentation"};
constexpr std::array<std::string_view, 9> k_document_extensions{"md",   "markdown", "rst", "txt", "adoc",
                                                                "html", "htm",      "css", "scss"};
constexpr std::array<std::string_view, 7> k_document_names{"changelog", "changes", "history",     "news",
                                                           "readme",    "license", "contributing"};
constexpr std::array<std::string_view, 33> k_source_extensions{
    "bash", "c",   "cc",    "cjs", "cpp",   "cs", "cts", "cxx", "go",  "h",   "hh",
    "hpp",  "hxx", "java",  "js",  "jsx",   "kt", "mjs", "mts", "php", "py",  "pyi",
    "rb",   "rs",  "scala", "sh",  "swift", "ts", "tsx", "vue", "kts", "lua", "pl"};
constexpr std::array<std::string_view, 18> k_test_words{
    "test",      "tests",      "testing", "spec",    "specs",    "unit",    "unittest", "unittests", "suite",
    "benchmark", "benchmarks", "bench",   "example", "examples", "fixture", "fixtures", "sample",    "demo"};
constexpr std::array<std::string_view, 9> k_document_words{
    "doc", "docs", "documentation", "readme", "changelog", "tutorial", "tutorials", "guide", "guides"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

struct Parts {
    std::vector<std::string> folders;  // lower case
    std::string name;                  // as it stands
    std::string stem;
    std::string extension;  // lower case, without its dot
};

Parts parts_of(std::string_view path) {
    Parts out;
    auto segments = split(path, '/');
    out.name = segments.back();
    segments.pop_back();
    for (const auto segment : segments) out.folders.push_back(to_lower_ascii(segment));
    const auto dot = out.name.rfind('.');
    out.stem = dot == std::string::npos || dot == 0 ? out.name : out.name.substr(0, dot);
    if (dot != std::string::npos && dot != 0)
        out.extension = to_lower_ascii(std::string_view(out.name).substr(dot + 1));
    return out;
}

bool is_separator(char c) {
    return c == '-' || c == '_' || c == '.';
}

bool is_test_folder(std::string_view folder) {
    if (contains(k_test_folders, folder)) return true;
    for (const std::string_view start : {"tests", "test"}) {
        if (folder.starts_with(start) && folder.size() > start.size() && is_separator(folder[start.size()]))
            return true;
    }
    for (const std::string_view end : {"tests", "test"}) {
        if (!folder.ends_with(end)) continue;
        auto rest = folder.substr(0, folder.size() - end.size());
        if (rest.ends_with("unit")) rest.remove_suffix(4);
        if (rest.ends_with("integration")) rest.remove_suffix(11);
        if (!rest.empty() && is_separator(rest.back())) return true;
    }
    return false;
}

bool is_test_name(const Parts& parts) {
    const auto lower = to_lower_ascii(parts.stem);
    if (lower.starts_with("test_") || parts.name == "conftest.py") return true;
    for (const std::string_view end : {"test", "tests", "spec", "specs"}) {
        if (lower.size() > end.size() && lower.ends_with(end) && is_separator(lower[lower.size() - end.size() - 1]))
            return true;
    }
    // FooTest.java: case is kept, so that "latest" and "contest" are no tests.
    constexpr std::array<std::string_view, 6> k_camel_languages{"java", "cs", "php", "kt", "scala", "swift"};
    if (!contains(k_camel_languages, parts.extension)) return false;
    for (const std::string_view end : {"Test", "Tests", "IT", "Spec"}) {
        if (parts.stem.size() <= end.size() || !parts.stem.ends_with(end)) continue;
        const char before = parts.stem[parts.stem.size() - end.size() - 1];
        if ((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9')) return true;
    }
    return false;
}

PathClass classify(const Parts& parts) {
    const auto top = parts.folders.empty() ? std::string_view() : std::string_view(parts.folders.front());
    if (top == "t" || top == "features" || std::any_of(parts.folders.begin(), parts.folders.end(), is_test_folder) ||
        is_test_name(parts)) {
        return PathClass::test;
    }
    const auto lower = to_lower_ascii(parts.stem);
    const bool document_folder = std::any_of(parts.folders.begin(), parts.folders.end(),
                                             [](const auto& folder) { return contains(k_document_folders, folder); });
    const bool document_name = std::any_of(k_document_names.begin(), k_document_names.end(),
                                           [&](const auto name) { return lower.starts_with(name); });
    if (document_folder || top == "site" || top == "website" || contains(k_document_extensions, parts.extension)) {
        return PathClass::document;
    }
    if (document_name && !contains(k_source_extensions, parts.extension)) return PathClass::document;
    return contains(k_source_extensions, parts.extension) ? PathClass::source : PathClass::other;
}

// Runs of letters and digits, lower case.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    std::string word;
    for (const char c : to_lower_ascii(text) + ' ') {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            word += c;
        } else if (!word.empty()) {
            out.push_back(std::move(word));
            word.clear();
        }
    }
    return out;
}

template <std::size_t N>
bool any_of_words(const std::array<std::string_view, N>& list, const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(), [&](const auto& word) { return contains(list, word); });
}

}  // namespace

PathClass classify_path(std::string_view path) {
    return classify(parts_of(path));
}

double class_weight(std::string_view path, std::string_view query) {
    const auto parts = parts_of(path);
    const auto kind = classify(parts);
    if (kind == PathClass::source) return 1;
    if (to_lower_ascii(query).find(to_lower_ascii(parts.name)) != std::string::npos) return 1;
    const auto words = words_of(query);
    switch (kind) {
        case PathClass::test:
            return any_of_words(k_test_words, words) ? 1 : k_test_weight;
        case PathClass::document:
            return any_of_words(k_document_words, words) ? 1 : k_document_weight;
        case PathClass::other:
            return !parts.extension.empty() && std::find(words.begin(), words.end(), parts.extension) != words.end()
                       ? 1
                       : k_other_weight;
        case PathClass::source:
            break;
    }
    return 1;
}

}  // namespace ely::search
