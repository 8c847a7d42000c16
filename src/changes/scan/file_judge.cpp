#include "changes/scan/file_judge.hpp"

#include "model/skip_reason.hpp"

namespace ely::scan {

namespace skip = model::skip;

Result<JudgedFile> FileJudge::judge(const git::Entry& entry) const {
    auto judged = judge_readable(entry);
    if (judged || judged.error().code != Code::corrupt || m_unreadable == Unreadable::error) return judged;
    JudgedFile out;
    out.verdict.skip_reason = skip::k_unreadable;
    return out;
}

Result<JudgedFile> FileJudge::judge_readable(const git::Entry& entry) const {
    JudgedFile out;
    const auto path_verdict = m_inclusion->judge_path(entry.path);
    if (path_verdict.skip_reason == skip::k_secret) {
        out.verdict = m_inclusion->skipped(entry.path, path_verdict, skip::k_secret);
        return out;
    }
    if (entry.kind == git::EntryKind::submodule) {
        out.verdict.skip_reason = skip::k_submodule;
        return out;
    }
    if (entry.kind == git::EntryKind::symlink) {
        out.verdict.skip_reason = skip::k_symlink;
        ELY_TRY_ASSIGN(out.size, m_repository.blob_size(entry.id));
        return out;
    }
    if (!path_verdict.skip_reason.empty()) {
        ELY_TRY_ASSIGN(out.size, m_repository.blob_size(entry.id));
        out.verdict = m_inclusion->skipped(entry.path, path_verdict, path_verdict.skip_reason);
        return out;
    }
    ELY_TRY_ASSIGN(out.size, m_repository.blob_size(entry.id));
    if (out.size > m_inclusion->max_file_size()) {
        out.verdict = m_inclusion->skipped(entry.path, path_verdict, skip::k_too_large);
        return out;
    }
    ELY_TRY_ASSIGN(auto blob, m_repository.read_blob(entry.id));
    out.verdict = m_inclusion->judge_content(entry.path, path_verdict, blob.bytes());
    if (out.verdict.skip_reason == skip::k_secret) out.size = 0;
    if (out.verdict.skip_reason.empty()) out.blob = std::move(blob);
    return out;
}

Result<detect::Inclusion> rules_of(const git::Repository& repository, const std::vector<git::Entry>& entries,
                                   const detect::InclusionOptions& options, Unreadable unreadable) {
    detect::Inclusion out(options);
    for (const auto& entry : entries) {
        const bool is_file = entry.kind == git::EntryKind::file || entry.kind == git::EntryKind::executable;
        if (!is_file || !detect::is_rule_file(entry.path)) continue;
        auto blob = repository.read_blob(entry.id);
        if (!blob && unreadable == Unreadable::skip) continue;
        if (!blob) return fail(std::move(blob).error());
        out.add_rule_file(entry.path, blob->bytes());
    }
    return out;
}

}  // namespace ely::scan
