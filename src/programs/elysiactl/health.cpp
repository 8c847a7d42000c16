#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/clusters.hpp"
#include "operate/health.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/health_facts.hpp"

namespace ely::programs {
namespace {

Result<std::vector<model::HealthReport>> look(const Context& context) {
    ELY_TRY_ASSIGN(const auto cluster, operate::cluster_flag(context.settings));
    if (!cluster) return operate::check_all_stores(context.settings, context.variable, context.clock);
    ELY_TRY_ASSIGN(auto report, operate::check_store(context.settings, context.variable, context.clock, *cluster));
    return std::vector{std::move(report)};
}

std::string_view overall(int status) {
    if (status == k_exit_ok) return "healthy";
    return status == k_exit_unavailable ? "no_answer" : "unhealthy";
}

void print_table(Context& context, const std::vector<model::HealthReport>& reports) {
    ui::Table table({{"Store"},
                     {"Place", ui::Cut::middle},
                     {"Version"},
                     {"Nodes", ui::Cut::never, ui::Align::right},
                     {"State"},
                     {"What is wrong", ui::Cut::end}});
    for (const auto& report : reports) {
        const auto* worst = model::worst_step(report);
        table.add({report.name, printable(report.location), printable(report.version),
                   report.nodes.empty() ? std::string() : format_count(report.nodes.size()),
                   coloured(context, model::verdict(report)),
                   worst == nullptr ? std::string() : printable(worst->title + ": " + worst->text)});
    }
    context.out.write(table.text(context.terminal.width, context.style));
    std::vector<std::string> steps;
    for (const auto& report : reports) {
        if (model::worst_step(report) != nullptr) steps.push_back("elysiactl cluster check " + report.name);
    }
    print_next_steps(context, steps);
}

Result<int> run(Context& context) {
    ELY_TRY_ASSIGN(const auto reports, look(context));
    const auto status = health_exit_status(reports);
    if (context.json) {
        auto stores = nlohmann::ordered_json::array();
        for (const auto& report : reports) stores.push_back(to_json(report));
        context.print_json({{"verdict", overall(status)}, {"stores", std::move(stores)}});
    } else {
        print_table(context, reports);
    }
    return status;
}

Run define(CommandLine& line) {
    add_cluster_option_of_health(line);
    return [](Context& context) { return run(context); };
}

}  // namespace

const Command k_health{
    .path = "health",
    .summary = "Look whether the stores of collections are well",
    .description =
        R"(The embedded store and every cluster that has a profile, looked at all at once, a line each;
"elysiactl cluster check NAME" tells about one step by step.

The exit status is 0 when all are healthy, with or without warnings, 1 when one is not, 13 when none of them answers.)",
    .examples = "%p health\n%p health --cluster team\n%p health --json | jq -r .verdict",
    .define = define};

}  // namespace ely::programs
