#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "changes/detect/framework.hpp"
#include "changes/detect/inclusion.hpp"
#include "changes/detect/secret.hpp"

// A path, a newline, a file's content: judged as a file, as rules, as a manifest. Nothing may crash, and what is
// included must hold no secret.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto path = input.substr(0, input.find('\n'));
    const auto content = input.substr(std::min(size, path.size() + 1));
    ely::detect::InclusionOptions options;
    options.exclude = {std::string(content.substr(0, 40))};
    ely::detect::Inclusion rules(options);
    rules.add_rule_file(".gitattributes", content);
    rules.add_rule_file("a/.elysiaignore", content);
    const auto by_path = rules.judge_path(path);
    const auto verdict = rules.judge_content(path, by_path, content);
    if (verdict.skip_reason.empty() && ely::detect::secret_in(content)) __builtin_trap();
    static_cast<void>(ely::detect::frameworks_in(path, content));
    return 0;
}
