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
    std::string fingerprint;  // one word; changes when a vector would: weights, tokenizer, length limit, precision
    std::uint32_t dimensions = 0;
    std::uint32_t max_tokens = 0;  // longer texts are cut there
    std::string precision;         // "f32", "bf16"
};

class Embedder {
  public:
    virtual ~Embedder() = default;
    [[nodiscard]] virtual const ModelInfo& info() const = 0;
    // texts.size() * dimensions floats, row by row, each row of unit length. Uses all cores; texts of any length and
    // order (they are batched by length inside): the more at once, the better. The same text gets the same bits, in
    // whatever company and on however many threads. Thread-safe. `done`, when given, hears how many more are finished,
    // from any thread but never from two at once. cancelled when `stop` was asked for before the end.
    [[nodiscard]] virtual Result<std::vector<float>> embed(std::span<const std::string_view> texts,
                                                           std::stop_token stop = {},
                                                           const std::function<void(std::size_t)>& done = {}) = 0;
};

enum class Precision {
    automatic,  // bf16 where the CPU computes in it, else f32
    f32,
    bf16,
};

struct LocalModelOptions {
    // A sentence-transformers folder of a BERT model (config.json, model.safetensors, vocab.txt, ...); empty: the
    // all-MiniLM-L6-v2 that the program was built with.
    Path model_folder;
    unsigned threads = 0;  // 0: all cores
    Precision precision = Precision::automatic;
};

// Reads and compiles the model: about a quarter of a second of one core, so open it when it is needed, once; for a
// query alone one thread is best. not_found says where it looked.
[[nodiscard]] Result<std::unique_ptr<Embedder>> open_local_model(const LocalModelOptions& options);

}  // namespace ely::embed
