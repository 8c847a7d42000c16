#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/clusters.hpp"
#include "operate/onboard/add.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/collection_facts.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"
#include "programs/elysiactl/sync_report.hpp"
#include "ui/screen.hpp"
#include "ui/table.hpp"

namespace ely::programs {
namespace {

struct Options {
    operate::AddRequest request;
    bool no_elysia = false;
};

constexpr std::size_t k_shown_languages = 5;

std::string languages_text(const operate::Discovery& discovery) {
    std::string out;
    for (std::size_t i = 0; i < std::min(k_shown_languages, discovery.languages.size()); ++i) {
        const auto& share = discovery.languages[i];
        out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", share.language, format_count(share.files));
    }
    return out;
}

std::string project_text(const operate::Discovery& discovery) {
    auto out = fmt::format("Detected {} project", discovery.languages.front().language);
    if (!discovery.frameworks.empty()) {
        out += fmt::format(" with {} framework{}", join(discovery.frameworks, ", "),
                           discovery.frameworks.size() == 1 ? "" : "s");
    }
    return out;
}

std::string estimate_text(const operate::AddPlan& plan) {
    const auto& estimate = plan.estimate;
    auto out =
        fmt::format("Estimated initial sync: {} until it can be searched", format_duration(estimate.seconds_to_words));
    if (plan.entry.vectorizer == "local") {
        out += fmt::format(", {} with vectors (some {} chunks)", format_duration(estimate.seconds_to_vectors),
                           format_count(estimate.chunks));
    }
    return out;
}

void print_discovery(ui::Screen& screen, const operate::AddPlan& plan) {
    const auto& found = plan.discovery;
    screen.heading("🔍", fmt::format("Discovering repository {}", printable(found.url)));
    screen.done(fmt::format("Found {} files across {} directories on branch {} at {}", format_count(found.files),
                            format_count(found.folders), printable(found.branch), found.commit.substr(0, 12)));
    if (!found.languages.empty()) {
        screen.done(project_text(found));
        screen.done("Languages: " + languages_text(found));
    }
    screen.done(estimate_text(plan));
}

void print_preview(Context& context, ui::Screen& screen, const operate::AddPlan& plan) {
    const auto& found = plan.discovery;
    screen.heading("📋", "What will be indexed");
    screen.line(fmt::format("{} of {} files, {}", format_count(found.indexable_files), format_count(found.files),
                            format_size(found.indexable_bytes)));
    screen.line(fmt::format(
        "into {} collection '{}'{} as repository '{}', vectors: {}", plan.collection_exists ? "the existing" : "a new",
        plan.entry.collection, plan.entry.cluster.empty() ? "" : " on cluster " + plan.entry.cluster, plan.entry.name,
        plan.entry.vectorizer == "local" ? "all-MiniLM-L6-v2, computed here" : plan.entry.vectorizer));
    if (plan.resumes) screen.line("an add of it was interrupted: this goes on with it");
    if (found.exclusions.empty()) return;
    context.out.line();
    ui::Table table({{"Left out"}, {"Files", ui::Cut::never, ui::Align::right}, {"For example", ui::Cut::middle}});
    for (const auto& exclusion : found.exclusions) {
        table.add({exclusion.reason, format_count(exclusion.files),
                   exclusion.examples.empty() ? "" : printable(exclusion.examples.front())});
    }
    context.out.write(table.text(context.terminal.width, context.style));
    context.out.flush();
}

nlohmann::ordered_json plan_json(const operate::AddPlan& plan) {
    const auto& found = plan.discovery;
    nlohmann::ordered_json out;
    out["name"] = plan.entry.name;
    out["cluster"] = cluster_json(plan.entry.cluster);
    out["collection"] = plan.entry.collection;
    out["collection_exists"] = plan.collection_exists;
    out["url"] = found.url;
    out["repository"] = found.repository;
    out["branch"] = found.branch;
    out["commit"] = found.commit;
    out["files"] = found.files;
    out["folders"] = found.folders;
    out["indexable_files"] = found.indexable_files;
    out["indexable_bytes"] = found.indexable_bytes;
    out["frameworks"] = found.frameworks;
    out["languages"] = nlohmann::ordered_json::array();
    for (const auto& share : found.languages) {
        out["languages"].push_back({{"language", share.language}, {"files", share.files}, {"bytes", share.bytes}});
    }
    out["exclusions"] = nlohmann::ordered_json::array();
    for (const auto& exclusion : found.exclusions) {
        out["exclusions"].push_back(
            {{"reason", exclusion.reason}, {"files", exclusion.files}, {"examples", exclusion.examples}});
    }
    out["estimate"] = {{"chunks", plan.estimate.chunks},
                       {"seconds_to_words", plan.estimate.seconds_to_words},
                       {"seconds_to_vectors", plan.estimate.seconds_to_vectors},
                       {"measured", plan.estimate.measured}};
    return out;
}

// How Elysia can ask, and what to do for more.
void print_elysia(ui::Screen& screen, const model::RepoEntry& entry, elysia::Reach reach) {
    if (reach == elysia::Reach::meaning) {
        screen.done("Elysia can ask it by meaning and by words");
        return;
    }
    screen.done("Elysia can ask it by words");
    screen.line("  By meaning too, when the cluster embeds queries with the same model (doc/elysia.md):");
    screen.line("    elysiactl embed serve --install");
    screen.line(
        "    Weaviate with text2vec-transformers at that address, say by elysiactl cluster up --embed-endpoint URL");
    screen.line(fmt::format("    elysiactl repo remove {} --delete-collection, and add it again{}", entry.name,
                            entry.vectorizer == "none" ? " without --vectorizer none" : ""));
}

void print_closing(Context& context, ui::Screen& screen, const operate::AddReport& report, bool existed) {
    const auto& entry = report.entry;
    screen.heading("🗂️ ", fmt::format("Collection '{}'", entry.collection));
    if (!existed) screen.done(fmt::format("Created collection '{}'", entry.collection));
    print_ingest(context, report.sync.ingest);
    if (report.sync.elysia) print_elysia(screen, entry, *report.sync.elysia);
    if (!report.proof.empty()) {
        screen.done(fmt::format("Counts agree, and the query \"{}\" is answered", printable(report.proof)));
    }
    screen.heading("✨", "Repository successfully added!");
    screen.line(fmt::format("Collection: {} ({} documents, {} objects)", entry.collection,
                            format_count(entry.documents), format_count(entry.objects)));
    screen.line(fmt::format("Ask:    elysiactl search \"how does it work?\" --collection {}{}", entry.collection,
                            entry.cluster.empty() ? "" : " --cluster " + entry.cluster));
    screen.line(fmt::format("Update: elysiactl repo sync {}", entry.name));
    screen.line(fmt::format("Status: elysiactl repo status {}", entry.name));
}

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    auto request = options.request;
    request.elysia = !options.no_elysia;
    ELY_TRY_ASSIGN(request.cluster, operate::chosen_cluster(context.settings));
    if (request.max_file_size == 0) request.max_file_size = context.settings.max_file_size();
    ELY_TRY_ASSIGN(auto plan, operate::plan_add(workspace, request, context.progress, context.stop));
    ui::Screen screen(context.out, context.terminal);
    if (!context.json) {
        print_discovery(screen, plan);
        print_preview(context, screen, plan);
    }
    if (context.dry_run) {
        if (context.json) context.print_json(plan_json(plan));
        ELY_TRY(operate::abandon_plan(workspace, plan, context.stop));
        return k_exit_ok;
    }
    ELY_TRY_ASSIGN(const bool yes, context.confirm("Add it?", true));
    if (!yes) {
        ELY_TRY(operate::abandon_plan(workspace, plan, context.stop));
        return context.refused();
    }
    const bool existed = plan.collection_exists;
    ELY_TRY_ASSIGN(const auto report,
                   operate::add_repository(workspace, std::move(plan), context.progress, context.stop));
    if (context.json) {
        context.print_json(sync_json(report.entry, report.sync));
    } else {
        print_closing(context, screen, report, existed);
    }
    return ingest_status(report.sync.ingest);
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    auto& request = options->request;
    line.add_option("URL", request.url, "a Git URL or a path")->required();
    line.add_option("--name", request.name, "what to call it; the repository's own name by default");
    line.add_option("-c,--collection", request.collection, "where to put it; the name by default");
    line.add_option("-b,--branch", request.branch, "a branch or tag; the remote's default branch by default");
    line.add_option("--vectorizer", request.vectorizer,
                    "local: from the model here (the default); none; or a module of the cluster, text2vec-…");
    line.add_option("--model,--vector-model", request.vector_model, "which model such a module takes");
    line.add_choice("--ids", request.ids, {"chunk", "legacy"}, "legacy: one object a file, with the predecessors' ids");
    line.add_list("--include-pattern", request.include_patterns, "only these files (patterns as in .gitignore)");
    line.add_list("--exclude-pattern", request.exclude_patterns, "not these files");
    line.add_size("--max-file-size", request.max_file_size, "leave larger files out; 1MB by default");
    line.add_flag("--no-elysia", options->no_elysia, "on a cluster: write no metadata for Elysia");
    add_cluster_option(line);
    line.add_yes();
    line.add_dry_run();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_repo_add{
    .path = "repo add",
    .summary = "Add a repository: look at it, index it, keep it",
    .description =
        R"(Looks at the repository, says what would be indexed and what is left out and why, asks, then creates the
collection, indexes every file and checks the result. Words can be searched as soon as the files are in; vectors are
filled in behind them.

On a cluster Elysia is told of the collection too, unless --no-elysia is given: then and after each sync.

Nothing is left behind when it fails. When it is interrupted, the same command goes on where it stopped.)",
    .examples =
        "%p repo add https://github.com/pallets/flask\n"
        "%p repo add ~/src/project --yes --vectorizer none\n"
        "%p repo add git@github.com:me/app.git --include-pattern \"*.py,*.md\" --dry-run",
    .define = define};

}  // namespace ely::programs
