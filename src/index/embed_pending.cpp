#include "index/embed_pending.hpp"

#include <optional>

#include "base/clock.hpp"
#include "base/crash_point.hpp"
#include "index/prepare.hpp"
#include "index/text_vectors.hpp"
#include "store/batch/batch.hpp"

namespace ely::index {
namespace {

// Large enough to be batched by length, small enough that a killed run loses seconds.
constexpr std::uint32_t k_window_objects = 512;

struct Window {
    std::vector<Uuid> ids;
    std::vector<std::string> texts;
};

Result<Window> read_window(store::Collection& collection, const Uuid& from) {
    store::ScanOptions options;
    options.filter = store::Filter::without_vector();
    options.properties = {"path", "symbol", "content"};
    options.range.lower = from;
    options.batch_rows = k_window_objects;
    ELY_TRY_ASSIGN(auto scan, collection.scan(options));
    ELY_TRY_ASSIGN(const auto batch, scan->next());
    Window window;
    if (batch == nullptr) return window;
    const store::BatchView view(batch);
    for (std::size_t row = 0; row < view.rows(); ++row) {
        window.ids.push_back(view.id(row));
        window.texts.push_back(embedded_text(view.properties(row)));
    }
    return window;
}

// The id behind `id`, in byte order; nullopt behind the last one.
std::optional<Uuid> next_id(Uuid id) {
    for (std::size_t i = id.bytes.size(); i-- > 0;) {
        if (++id.bytes[i] != 0) return id;
    }
    return std::nullopt;
}

}  // namespace

Result<EmbedReport> embed_pending(store::Collection& collection, embed::Embedder& embedder, embed::VectorCache& cache,
                                  model::Progress& progress, std::stop_token stop) {
    const Stopwatch watch;
    EmbedReport report;
    ELY_TRY_ASSIGN(const auto total, collection.count(store::Filter::without_vector()));
    if (total == 0) return report;
    TextVectors texts(embedder, cache);
    progress.stage("Embedding", total, "chunks");
    std::uint64_t shown = 0;
    const auto done = [&](std::size_t more) { progress.advance(shown += more, total); };
    std::optional<Uuid> from = Uuid{};
    while (from) {
        if (stop.stop_requested()) {
            return fail(Code::cancelled, "stopped while embedding; what is done stays",
                        "run the same command again to go on");
        }
        ELY_TRY_ASSIGN(const auto window, read_window(collection, *from));
        if (window.ids.empty()) break;
        ELY_TRY_ASSIGN(const auto vectors, texts.of(window.texts, stop, done));
        crash_point("embed.computed");
        ELY_TRY(collection.set_vectors(window.ids, vectors));
        crash_point("embed.stored");
        from = next_id(window.ids.back());
    }
    ELY_TRY_ASSIGN(report.pending, collection.count(store::Filter::without_vector()));
    report.embedded = texts.embedded();
    report.cached = texts.cached();
    report.model_seconds = texts.model_seconds();
    report.seconds = watch.seconds();
    return report;
}

}  // namespace ely::index
