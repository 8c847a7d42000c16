// The first byte chooses the language, the rest is the document.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "chunk/chunker.hpp"
#include "chunk/testing/checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view k_languages[] = {
        "Python", "JavaScript", "TypeScript", "TSX", "Go",    "Rust",     "Java", "C",
        "C++",    "C#",         "Ruby",       "PHP", "Shell", "Markdown", "YAML", "reStructuredText"};
    if (size == 0) return 0;
    const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto language = k_languages[data[0] % std::size(k_languages)];
    const auto chunks = ely::chunk::chunk_document("x.h", language, content);
    if (ely::chunk::testing::fault(content, chunks)) std::abort();
    return 0;
}
