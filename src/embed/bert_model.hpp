#pragma once

// A sentence-transformers folder of a BERT model as plain data: its measures, weights, tokenizer. Says `unsupported` of
// every model that would need other arithmetic than encoder.cpp and model_ends.cpp have; it computes nothing itself.

#include <cstddef>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "embed/safetensors.hpp"
#include "embed/wordpiece.hpp"

namespace ely::embed {

// How the tokens' vectors become the text's.
enum class Pooling { mean, first };

struct BertShape {
    std::size_t hidden = 0;
    std::size_t layers = 0;
    std::size_t heads = 0;
    std::size_t intermediate = 0;
    std::size_t vocabulary = 0;
    std::size_t positions = 0;
    std::size_t token_types = 0;
    float norm_epsilon = 0;
    std::size_t max_tokens = 0;
    Pooling pooling = Pooling::mean;
};

struct BertModel {
    // All that a vector depends on beside the weights and the precision, written out.
    std::string settings;
    BertShape shape;
    Safetensors weights;
    std::string weight_prefix;  // "" or "bert."
    WordPiece tokenizer;

    // The tensor `name` of the encoder, whatever prefix the file has.
    [[nodiscard]] Result<Tensor> tensor(std::string_view tensor_name, const std::vector<std::size_t>& extents) const {
        return weights.tensor(weight_prefix + std::string(tensor_name), extents);
    }
};

// Where the pinned all-MiniLM-L6-v2 was when the program was built.
[[nodiscard]] Path default_model_folder();

// not_found says where it looked and how to get the model.
[[nodiscard]] Result<BertModel> read_bert_model(const Path& folder);

// SHA-256 of the weights' file. Reads all of it, which takes longer than the rest of reading a model.
[[nodiscard]] Result<Sha256Digest> hash_weights(const Path& folder);
// The model's own name where its weights are known, else the folder's.
[[nodiscard]] std::string model_name(const Path& folder, const Sha256Digest& weights);

}  // namespace ely::embed
