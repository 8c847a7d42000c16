#pragma once

// Which frameworks a repository uses, by the dependencies that its manifests name (pyproject.toml, package.json,
// go.mod,
// ...). It reads the manifests' own dependency lists, not the code.

#include <string>
#include <string_view>
#include <vector>

namespace ely::detect {

[[nodiscard]] bool is_manifest(std::string_view path);

// The frameworks that one manifest names, each once: "Flask", "React", "Spring Boot". Empty for what cannot be read.
[[nodiscard]] std::vector<std::string> frameworks_in(std::string_view path, std::string_view text);

}  // namespace ely::detect
