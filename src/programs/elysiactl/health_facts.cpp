#include "programs/elysiactl/health_facts.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/cluster_profile.hpp"
#include "ui/tree.hpp"

namespace ely::programs {
namespace {

using model::HealthState;
using model::Verdict;

nlohmann::ordered_json text_or_null(const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(to_valid_utf8(text));
}

// "✓ REST", or in words where there is nothing but ASCII.
std::string marked(const Context& context, HealthState state, const std::string& title) {
    const auto& style = context.style;
    const bool signs = context.terminal.unicode;
    switch (state) {
        case HealthState::ok:
            return style.green(signs ? "✓" : "ok") + " " + title;
        case HealthState::untold:
            return style.dim("- " + title);
        case HealthState::warning:
            return style.yellow((signs ? "⚠ " : "warning ") + title);
        case HealthState::failed:
            return style.red((signs ? "✗ " : "failed ") + title);
    }
    return title;
}

void add_step(const Context& context, ui::TreeNode& root, const model::HealthStep& step) {
    auto& node = root.add(marked(context, step.state, step.title) + ": " + printable(step.text));
    for (const auto& detail : step.details) node.add(printable(detail));
}

}  // namespace

std::string coloured(const Context& context, Verdict verdict) {
    const auto text = model::verdict_text(verdict);
    const bool signs = context.terminal.unicode;
    switch (verdict) {
        case Verdict::healthy:
            return context.style.green(fmt::format("{}{}", signs ? "✓ " : "", text));
        case Verdict::warnings:
            return context.style.yellow(fmt::format("{}{}", signs ? "⚠ " : "", text));
        case Verdict::unhealthy:
        case Verdict::no_answer:
            return context.style.red(fmt::format("{}{}", signs ? "✗ " : "", text));
    }
    return std::string(text);
}

nlohmann::ordered_json to_json(const model::HealthReport& report) {
    nlohmann::ordered_json out;
    out["name"] = report.name;
    out["location"] = to_valid_utf8(report.location);
    out["verdict"] = model::verdict_name(model::verdict(report));
    out["version"] = text_or_null(report.version);
    out["nodes"] = nlohmann::ordered_json::array();
    for (const auto& node : report.nodes) {
        out["nodes"].push_back({{"name", node.name},
                                {"status", node.status},
                                {"version", node.version},
                                {"shards", node.shards},
                                {"objects", node.objects}});
    }
    out["steps"] = nlohmann::ordered_json::array();
    for (const auto& step : report.steps) {
        auto details = nlohmann::ordered_json::array();
        for (const auto& detail : step.details) details.push_back(to_valid_utf8(detail));
        out["steps"].push_back({{"step", step.name},
                                {"state", model::state_name(step.state)},
                                {"text", to_valid_utf8(step.text)},
                                {"details", std::move(details)},
                                {"next", text_or_null(step.next)}});
    }
    out["next_steps"] = nlohmann::ordered_json::array();
    for (const auto& step : model::next_steps(report)) out["next_steps"].push_back(to_valid_utf8(step));
    return out;
}

std::string to_text(const Context& context, const model::HealthReport& report) {
    const bool embedded = report.name == model::k_embedded_cluster;
    ui::TreeNode root{embedded ? std::string("The embedded store") : "Cluster: " + context.style.bold(report.name), {}};
    root.add((embedded ? "Place: " : "URL: ") + printable(report.location));
    std::vector<std::string> not_asked;
    for (const auto& step : report.steps) {
        if (step.state == HealthState::untold && step.text == model::k_not_asked) {
            not_asked.push_back(step.title);
        } else {
            add_step(context, root, step);
        }
    }
    if (!not_asked.empty()) root.add(context.style.dim("- Not asked: " + join(not_asked, ", ")));
    root.add("Verdict: " + coloured(context, model::verdict(report)));
    return ui::tree_text(root, context.terminal);
}

void print_next_steps(Context& context, const std::vector<std::string>& steps) {
    for (const auto& step : steps) context.out.print("next: {}\n", printable(step));
}

int health_exit_status(const std::vector<model::HealthReport>& reports) {
    const auto is = [](Verdict wanted) {
        return [wanted](const model::HealthReport& report) { return model::verdict(report) == wanted; };
    };
    if (!reports.empty() && std::ranges::all_of(reports, is(Verdict::no_answer))) return k_exit_unavailable;
    const bool unwell =
        std::ranges::any_of(reports, is(Verdict::no_answer)) || std::ranges::any_of(reports, is(Verdict::unhealthy));
    return unwell ? k_exit_failure : k_exit_ok;
}

}  // namespace ely::programs
