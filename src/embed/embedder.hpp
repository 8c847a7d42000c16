#pragma once

// Texts to vectors: the interface that index and search see. Which model stands behind it, where its files are and in
// what precision it runs is the implementation's.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::embed {

struct ModelInfo {
    std::string name;         // "all-MiniLM-L6-v2"
    std::string fingerprint;  // changes when a vector would: weights' hash, precision, length limit
    std::uint32_t dimensions = 0;
    std::uint32_t max_tokens = 0;  // longer texts are cut there
    std::string precision;         // "f32", "bf16", "int8"
};

class Embedder {
  public:
    virtual ~Embedder() = default;
    [[nodiscard]] virtual const ModelInfo& info() const = 0;
    // texts.size() * dimensions floats, row by row, each row of unit length. Uses all cores; texts of any length and
    // order (they are batched by length inside). Thread-safe. `done`, when given, hears how many more are finished.
    [[nodiscard]] virtual Result<std::vector<float>> embed(std::span<const std::string_view> texts,
                                                           std::stop_token stop = {},
                                                           const std::function<void(std::size_t)>& done = {}) = 0;
};

struct LocalModelOptions {
    Path model_folder;     // config.json, model.safetensors, vocab.txt; empty: the pinned all-MiniLM-L6-v2
    Path compiled_cache;   // where the compiled graph is kept between runs; empty: not kept
    unsigned threads = 0;  // 0: all cores
};

// Reads and compiles the model; a second or so, less when the compiled cache has it. not_found says where it looked.
[[nodiscard]] Result<std::unique_ptr<Embedder>> open_local_model(const LocalModelOptions& options);

}  // namespace ely::embed
