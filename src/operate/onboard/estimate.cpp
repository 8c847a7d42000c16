#include "operate/onboard/estimate.hpp"

#include <array>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace ely::operate {
namespace {

// Where this machine has not told yet: a middling one, so that the estimate errs on the long side.
constexpr double k_ingest_bytes_per_second = 8e6;
constexpr double k_bytes_per_chunk = 450;

// A chunk of the usual length (some 160 tokens), in parts that no tokenizer knows as one word.
std::string trial_text(int number) {
    std::string text = "src/example/module_" + std::to_string(number) + ".py Example.method\n";
    for (int line = 0; line < 8; ++line) {
        text += "    value_" + std::to_string(line) +
                " = compute(first_argument, second=" + std::to_string(number + line) + ")\n";
    }
    return text;
}

// How many chunks a second the model does here: a tenth of a second of work, because the add waits for it.
Result<double> try_model(Workspace& workspace, const std::stop_token& stop) {
    ELY_TRY_ASSIGN(auto* embedder, workspace.embedder());
    std::array<std::string, 4> texts;
    std::array<std::string_view, 4> views;
    for (std::size_t i = 0; i < texts.size(); ++i) views[i] = texts[i] = trial_text(static_cast<int>(i));
    const Stopwatch watch;
    ELY_TRY(embedder->embed(views, stop));
    return static_cast<double>(views.size()) / std::max(watch.seconds(), 1e-3);
}

}  // namespace

Result<Estimate> estimate_add(Workspace& workspace, const Discovery& discovery, const model::RepoEntry& entry,
                              std::stop_token stop) {
    Estimate out;
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(const auto ingest_rate, state->rate("ingest_bytes"));
    ELY_TRY_ASSIGN(const auto chunk_bytes, state->rate("chunk_bytes"));
    out.measured = ingest_rate.has_value();
    const auto bytes = static_cast<double>(discovery.indexable_bytes);
    out.seconds_to_words = bytes / ingest_rate.value_or(k_ingest_bytes_per_second);
    out.chunks = static_cast<std::uint64_t>(bytes / chunk_bytes.value_or(k_bytes_per_chunk)) + 1;
    out.seconds_to_vectors = out.seconds_to_words;
    if (entry.vectorizer != "local" || discovery.indexable_files == 0) return out;
    ELY_TRY_ASSIGN(auto embed_rate, state->rate("embed_chunks"));
    if (!embed_rate) {
        ELY_TRY_ASSIGN(embed_rate, try_model(workspace, stop));
    }
    out.seconds_to_vectors += static_cast<double>(out.chunks) / *embed_rate;
    return out;
}

}  // namespace ely::operate
