#include "changes/scan/inspect.hpp"

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "programs/mgit/commands.hpp"
#include "programs/mgit/source_options.hpp"
#include "ui/table.hpp"

namespace ely::programs {
namespace {

nlohmann::ordered_json to_json(const scan::InspectReport& report) {
    using Json = nlohmann::ordered_json;
    auto languages = Json::array();
    for (const auto& language : report.languages) {
        languages.push_back(
            {{"name", language.name}, {"kind", language.kind}, {"files", language.files}, {"bytes", language.bytes}});
    }
    auto exclusions = Json::array();
    for (const auto& [reason, tally] : report.exclusions) {
        exclusions.push_back(
            {{"reason", reason}, {"files", tally.files}, {"bytes", tally.bytes}, {"examples", tally.examples}});
    }
    auto largest = Json::array();
    for (const auto& file : report.largest) {
        largest.push_back({{"path", file.path},
                           {"bytes", file.bytes},
                           {"skip_reason", file.skip_reason.empty() ? Json(nullptr) : Json(file.skip_reason)}});
    }
    const auto text_or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
    const auto time = Timestamp(std::chrono::seconds(report.commit_time));
    return {{"repository", report.repository},
            {"url", report.url},
            {"empty", report.empty},
            {"default_branch", text_or_null(report.default_branch)},
            {"branch", text_or_null(report.branch)},
            {"commit", text_or_null(report.commit)},
            {"commit_time", report.empty ? Json(nullptr) : Json(to_rfc3339(time))},
            {"tree_hash", text_or_null(report.tree)},
            {"files", report.files},
            {"folders", report.folders},
            {"bytes", report.bytes},
            {"indexable_files", report.indexable_files},
            {"indexable_bytes", report.indexable_bytes},
            {"main_language", text_or_null(report.main_language)},
            {"languages", languages},
            {"frameworks", report.frameworks},
            {"exclusions", exclusions},
            {"largest", largest},
            {"seconds", report.seconds}};
}

void print_languages(Context& context, const scan::InspectReport& report) {
    constexpr std::size_t k_shown = 12;
    ui::Table table(
        {{"Language"}, {"Files", ui::Cut::never, ui::Align::right}, {"Size", ui::Cut::never, ui::Align::right}});
    for (std::size_t i = 0; i < report.languages.size() && i < k_shown; ++i) {
        const auto& language = report.languages[i];
        table.add({language.name, format_count(language.files), format_size(language.bytes)});
    }
    context.out.line();
    context.out.write(table.text(context.terminal.width, context.style));
    if (report.languages.size() > k_shown) context.out.print("and {} more\n", report.languages.size() - k_shown);
}

void print_exclusions(Context& context, const scan::InspectReport& report) {
    ui::Table table({{"Left out"},
                     {"Files", ui::Cut::never, ui::Align::right},
                     {"Size", ui::Cut::never, ui::Align::right},
                     {"For example", ui::Cut::middle}});
    for (const auto& [reason, tally] : report.exclusions) {
        const auto example = tally.examples.empty() ? std::string() : printable(tally.examples.front());
        table.add({reason, format_count(tally.files), format_size(tally.bytes), example});
    }
    if (table.empty()) return;
    context.out.line();
    context.out.write(table.text(context.terminal.width, context.style));
}

void print(Context& context, const scan::InspectReport& report) {
    context.out.print("{}\n", context.style.bold(printable(report.repository)));
    if (report.empty) {
        context.out.line("The repository is empty: it has no branch yet.");
        return;
    }
    const auto is_default = report.branch == report.default_branch ? " (default)" : "";
    context.out.print("Branch      {}{}\n", printable(report.branch), is_default);
    context.out.print("Commit      {}\n", report.commit.substr(0, 12));
    context.out.print("Files       {} in {} folders, {}\n", format_count(report.files), format_count(report.folders),
                      format_size(report.bytes));
    context.out.print("To index    {} files, {}\n", format_count(report.indexable_files),
                      format_size(report.indexable_bytes));
    if (!report.frameworks.empty()) context.out.print("Frameworks  {}\n", join(report.frameworks, ", "));
    if (!report.languages.empty()) print_languages(context, report);
    print_exclusions(context, report);
}

Result<int> run(Context& context, const SourceOptions& options) {
    scan::InspectRequest request;
    ELY_TRY_ASSIGN(request.remote, options.remote());
    request.update = options.update();
    request.inclusion = options.inclusion(context);
    request.threads = options.thread_count();
    request.data = context.settings.mgit_data();
    ELY_TRY_ASSIGN(const auto report, scan::inspect(request, context.progress, context.stop));
    if (context.json) {
        context.print_json(to_json(report));
    } else {
        print(context, report);
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<SourceOptions>();
    add_source_options(line, *options);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_mgit_inspect{
    .path = "inspect",
    .summary = "Show what a repository holds and what would be indexed",
    .description =
        "Looks into the newest commit: files, languages, frameworks (from manifests such as pyproject.toml and "
        "package.json), what would be left out and why. Nothing is written but mgit's own copy of the repository.",
    .examples =
        "%p inspect https://github.com/pallets/flask\n%p inspect . --json\n%p inspect . --branch v2.0 "
        "--include-pattern \"*.py\"",
    .define = define};

}  // namespace ely::programs
