#include "programs/elysiactl/sync_report.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/report_json.hpp"

namespace ely::programs {
namespace {

constexpr std::size_t k_shown_failures = 5;

std::string reasons_text(const model::IngestReport& report) {
    std::string out;
    for (const auto& [reason, count] : report.skip_reasons) {
        if (!out.empty()) out += ", ";
        out += format_count(count) + " " + reason;
    }
    return out;
}

}  // namespace

nlohmann::ordered_json sync_json(const model::RepoEntry& entry, const operate::SyncReport& report) {
    nlohmann::ordered_json out;
    out["name"] = entry.name;
    const auto ingest = model::to_json(report.ingest);
    for (const auto& [key, value] : ingest.items()) out[key] = value;
    out["branch"] = report.branch;
    out["changed"] = report.changed;
    out["full"] = report.full;
    if (!report.full_reason.empty()) out["full_reason"] = report.full_reason;
    return out;
}

void print_sync(Context& context, const operate::SyncReport& report) {
    const auto& ingest = report.ingest;
    const auto tick = context.style.green(context.terminal.unicode ? "✓" : "ok");
    context.out.print("   {} {} files: {} indexed, {} unchanged, {} skipped, {} failed, {} removed ({})\n", tick,
                      format_count(ingest.files), format_count(ingest.indexed), format_count(ingest.unchanged),
                      format_count(ingest.skipped), format_count(ingest.failed), format_count(ingest.removed),
                      format_duration(ingest.seconds));
    if (ingest.embedded + ingest.vectors_cached > 0) {
        context.out.print("   {} {} vectors: {} computed, {} known already\n", tick,
                          format_count(ingest.embedded + ingest.vectors_cached), format_count(ingest.embedded),
                          format_count(ingest.vectors_cached));
    }
    if (!ingest.skip_reasons.empty()) context.out.print("     skipped: {}\n", reasons_text(ingest));
    for (std::size_t i = 0; i < std::min(k_shown_failures, ingest.failures.size()); ++i) {
        const auto& failure = ingest.failures[i];
        context.out.print("   {} {}: {}\n", context.style.red("failed"), printable(failure.path),
                          printable(failure.reason));
    }
    if (ingest.failed > k_shown_failures) {
        context.out.print("     … all of them: elysiactl index errors --collection {}\n", ingest.collection);
    }
}

int sync_status(const operate::SyncReport& report) {
    return report.ingest.failed == 0 ? k_exit_ok : k_exit_partial;
}

Result<model::RepoEntry> require_repository(operate::Workspace& workspace, const std::string& name) {
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(auto found, state->find_repository(name));
    if (found) return std::move(*found);
    ELY_TRY_ASSIGN(const auto all, state->repositories());
    std::vector<std::string> names;
    for (const auto& entry : all) names.push_back(entry.name);
    return fail(Code::not_found, "no repository is called \"" + name + "\"",
                names.empty() ? "add one: elysiactl repo add URL" : "there are: " + join(names, ", "));
}

}  // namespace ely::programs
