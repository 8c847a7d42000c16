#include "programs/elysiactl/sync_report.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/report_json.hpp"
#include "operate/clusters.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "ui/screen.hpp"

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
    out["cluster"] = cluster_json(entry.cluster);
    const auto ingest = model::to_json(report.ingest);
    for (const auto& [key, value] : ingest.items()) out[key] = value;
    out["branch"] = report.branch;
    out["changed"] = report.changed;
    out["full"] = report.full;
    out["elysia"] = nullptr;
    if (report.elysia) out["elysia"] = *report.elysia == elysia::Reach::meaning ? "meaning" : "words";
    if (!report.full_reason.empty()) out["full_reason"] = report.full_reason;
    return out;
}

void print_ingest(Context& context, const model::IngestReport& report) {
    ui::Screen screen(context.out, context.terminal);
    screen.done(fmt::format("{} files: {} indexed, {} unchanged, {} skipped, {} failed, {} removed ({})",
                            format_count(report.files), format_count(report.indexed), format_count(report.unchanged),
                            format_count(report.skipped), format_count(report.failed), format_count(report.removed),
                            format_duration(report.seconds)));
    if (report.embedded + report.vectors_cached > 0) {
        screen.done(fmt::format("{} vectors: {} computed, {} known already",
                                format_count(report.embedded + report.vectors_cached), format_count(report.embedded),
                                format_count(report.vectors_cached)));
    }
    if (!report.skip_reasons.empty()) screen.line("  skipped: " + reasons_text(report));
    for (std::size_t i = 0; i < std::min(k_shown_failures, report.failures.size()); ++i) {
        const auto& failure = report.failures[i];
        screen.line(
            fmt::format("{} {}: {}", context.style.red("failed"), printable(failure.path), printable(failure.reason)));
    }
    if (report.failed > k_shown_failures) {
        screen.line("  … all of them: elysiactl index errors --collection " + report.collection);
    }
}

int ingest_status(const model::IngestReport& report) {
    return report.failed == 0 ? k_exit_ok : k_exit_partial;
}

Result<model::RepoEntry> require_repository(operate::Workspace& workspace, const std::string& name) {
    ELY_TRY_ASSIGN(auto* state, workspace.state());
    ELY_TRY_ASSIGN(auto found, state->find_repository(name));
    if (found) {
        ELY_TRY(operate::check_cluster_flag(workspace.settings(), *found));
        return std::move(*found);
    }
    ELY_TRY_ASSIGN(const auto all, state->repositories());
    std::vector<std::string> names;
    for (const auto& entry : all) names.push_back(entry.name);
    return fail(Code::not_found, "no repository is called \"" + name + "\"",
                names.empty() ? "add one: elysiactl repo add URL" : "there are: " + join(names, ", "));
}

}  // namespace ely::programs
