#include "changes/scan/records.hpp"

#include <algorithm>
#include <unordered_map>

#include "changes/scan/file_judge.hpp"
#include "changes/scan/ordered_work.hpp"
#include "changes/stream/path_text.hpp"
#include "changes/stream/stream_writer.hpp"
#include "model/skip_reason.hpp"

namespace ely::scan {
namespace {

constexpr std::size_t k_records_per_piece = 64;
constexpr std::size_t k_examples = 5;

bool is_plain_file(const git::Entry& entry) {
    return entry.kind == git::EntryKind::file || entry.kind == git::EntryKind::executable;
}

// Empty files are alike without being each other.
bool can_be_renamed(const git::Entry& entry) {
    static const auto k_empty_blob = git::ObjectId::parse("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    return is_plain_file(entry) && entry.id != *k_empty_blob;
}

bool same_for_readers(const git::Entry& before, const git::Entry& after) {
    return before.id == after.id && (before.kind == after.kind || (is_plain_file(before) && is_plain_file(after)));
}

struct Piece {
    std::string lines;
    RecordTally tally;
};

void add(RecordTally& total, const RecordTally& part) {
    total.records += part.records;
    total.added += part.added;
    total.modified += part.modified;
    total.removed += part.removed;
    total.indexed += part.indexed;
    total.indexed_bytes += part.indexed_bytes;
    for (const auto& [reason, tally] : part.skipped) {
        auto& sum = total.skipped[reason];
        sum.files += tally.files;
        sum.bytes += tally.bytes;
        for (const auto& example : tally.examples) {
            if (sum.examples.size() < k_examples) sum.examples.push_back(example);
        }
    }
}

void count(RecordTally& tally, const model::Change& change) {
    ++tally.records;
    switch (change.operation) {
        case model::Operation::add:
            ++tally.added;
            break;
        case model::Operation::modify:
            ++tally.modified;
            break;
        case model::Operation::remove:
            ++tally.removed;
            return;
    }
    if (!change.skip_index) {
        ++tally.indexed;
        tally.indexed_bytes += change.size;
        return;
    }
    auto& reason = tally.skipped[change.skip_reason];
    ++reason.files;
    reason.bytes += change.size;
    if (reason.examples.size() < k_examples) reason.examples.push_back(change.path);
}

class RecordMaker {
  public:
    RecordMaker(FileJudge judge, const RecordRequest& request, const std::vector<RecordPlan>& plan)
        : m_judge(std::move(judge)), m_request(&request), m_plan(&plan) {}

    Result<Piece> operator()(std::size_t piece) const {
        Piece out;
        const auto first = piece * k_records_per_piece;
        const auto last = std::min(first + k_records_per_piece, m_plan->size());
        for (auto i = first; i < last; ++i) {
            auto change = make((*m_plan)[i]);
            if (!change) return fail(std::move(change).error());
            out.lines += stream::to_line(*change);
            count(out.tally, *change);
        }
        return out;
    }

  private:
    Result<model::Change> make(const RecordPlan& plan) const {
        model::Change out;
        out.operation = plan.operation;
        out.repository = m_request->repository;
        out.path = stream::to_path_text(plan.entry.path);
        if (plan.operation == model::Operation::remove) return out;
        auto judged = m_judge.judge(plan.entry);
        if (!judged) return fail(std::move(judged).error(), "reading " + out.path);
        const auto& verdict = judged->verdict;
        out.skip_index = !verdict.skip_reason.empty();
        out.skip_reason = std::string(verdict.skip_reason);
        if (verdict.skip_reason == model::skip::k_secret) return out;
        out.size = judged->size;
        out.mime = std::string(verdict.mime);
        if (verdict.language != nullptr) out.language = std::string(verdict.language->name);
        out.blob_id = plan.entry.id.hex();
        if (!plan.renamed_from.empty()) out.renamed_from = stream::to_path_text(plan.renamed_from);
        if (!out.skip_index) out.content.emplace(judged->blob.bytes());
        return out;
    }

    FileJudge m_judge;
    const RecordRequest* m_request;
    const std::vector<RecordPlan>* m_plan;
};

}  // namespace

std::vector<RecordPlan> plan_full(std::vector<git::Entry> entries) {
    std::vector<RecordPlan> out;
    out.reserve(entries.size());
    for (auto& entry : entries) out.push_back({model::Operation::add, std::move(entry), {}});
    return out;
}

std::vector<RecordPlan> plan_difference(const std::vector<git::EntryChange>& changes) {
    // The paths that went, by their content; the first in order of paths is the source.
    std::unordered_multimap<git::ObjectId, const std::string*> gone;
    for (const auto& change : changes) {
        if (!change.after && can_be_renamed(*change.before)) gone.emplace(change.before->id, &change.before->path);
    }
    std::vector<RecordPlan> out;
    for (const auto& change : changes) {
        if (!change.after) {
            out.push_back({model::Operation::remove, *change.before, {}});
            continue;
        }
        if (change.before) {
            if (same_for_readers(*change.before, *change.after)) continue;
            out.push_back({model::Operation::modify, *change.after, {}});
            continue;
        }
        RecordPlan plan{model::Operation::add, *change.after, {}};
        const auto [first, last] = gone.equal_range(change.after->id);
        if (first != last && can_be_renamed(*change.after)) {
            const auto source =
                std::min_element(first, last, [](const auto& a, const auto& b) { return *a.second < *b.second; });
            plan.renamed_from = *source->second;
            gone.erase(source);
        }
        out.push_back(std::move(plan));
    }
    return out;
}

Result<RecordTally> write_records(const RecordRequest& request, const std::vector<RecordPlan>& plan,
                                  const LineSink& sink, model::Progress& progress, const std::stop_token& stop) {
    const auto pieces = (plan.size() + k_records_per_piece - 1) / k_records_per_piece;
    const auto threads = static_cast<unsigned>(std::clamp<std::size_t>(pieces, 1, std::max(1U, request.threads)));
    const auto maker = [&]() -> Result<RecordMaker> {
        auto repository = git::Repository::open(request.git_dir);
        if (!repository) return fail(std::move(repository).error());
        return RecordMaker(FileJudge(std::move(*repository), *request.inclusion, request.unreadable), request, plan);
    };
    RecordTally total;
    progress.stage("scan", plan.size(), "files");
    const auto use = [&](const Piece& piece) -> Result<void> {
        ELY_TRY(sink(piece.lines, piece.tally.records));
        add(total, piece.tally);
        progress.advance(total.records, plan.size());
        return {};
    };
    ELY_TRY(in_order<Piece>(pieces, threads, maker, use, stop));
    return total;
}

}  // namespace ely::scan
