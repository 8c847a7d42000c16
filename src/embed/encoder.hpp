#pragma once

// The layers of a BERT model, compiled for this CPU by OpenVINO, which stops at encoder.cpp. Vectors of tokens go in,
// vectors of tokens come out; tokens, batches and texts are the caller's matter.

#include <cstddef>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "embed/bert_model.hpp"
#include "embed/embedder.hpp"

namespace ely::embed {

struct EncoderInput {
    std::size_t texts = 0;
    std::size_t length = 0;  // tokens of each text, padding included
    std::span<float> rows;   // texts * length * hidden
    std::span<float> mask;   // texts * length: 0 for a token, k_masked for padding
};

// How many sessions can run side by side, and on how many threads in all.
struct Cores {
    unsigned streams = 1;
    unsigned threads = 1;
};

class Encoder {
  public:
    static constexpr float k_masked = -1e30F;

    // What `precision` means on this CPU: f32 or bf16.
    [[nodiscard]] static Precision choose(Precision precision);
    static Result<std::unique_ptr<Encoder>> compile(const BertModel& model, Precision precision, const Cores& cores);
    virtual ~Encoder() = default;

    // For one thread at a time.
    class Session {
      public:
        virtual ~Session() = default;
        // As many floats as input.rows, valid until the next run.
        [[nodiscard]] virtual Result<std::span<const float>> run(const EncoderInput& input) = 0;
    };
    // The encoder must outlive it.
    [[nodiscard]] virtual Result<std::unique_ptr<Session>> open_session() = 0;
};

}  // namespace ely::embed
