#pragma once

// The server's own vectorizers: which there are, and whether one answers, with what. Asked before the first object, so
// that a missing module or key is told at once and not by ten thousand failures.

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/weaviate/class_json.hpp"
#include "store/weaviate/server.hpp"

namespace ely::store::weaviate {

// The module that serves models as ours is: elysiactl's inference endpoint speaks its protocol.
inline constexpr std::string_view k_transformers = "text2vec-transformers";

// unsupported, with the modules that there are, when this one is not.
[[nodiscard]] Result<void> require_module(const Server& server, std::string_view name);

// The vector that the server gives to an object of this class with that text as its content. Nothing of it stays.
// What the module says when it cannot.
[[nodiscard]] Result<std::vector<float>> probe(const Server& server, const Class& target, std::string_view content);

[[nodiscard]] double cosine(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace ely::store::weaviate
