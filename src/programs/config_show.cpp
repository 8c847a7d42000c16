#include <nlohmann/json.hpp>

#include "programs/command.hpp"
#include "ui/table.hpp"

namespace ely::programs {
namespace {

std::string shown_source(const model::Setting& setting) {
    return setting.source.empty() ? std::string(model::origin_name(setting.origin)) : setting.source;
}

void print_text(Context& context) {
    const auto& folders = context.settings.folders();
    ui::Table table({{"Setting"}, {"Value", ui::Cut::middle}, {"From", ui::Cut::middle}});
    for (const auto& setting : context.settings.all()) {
        table.add({setting.key, setting.value.empty() ? "-" : setting.value, shown_source(setting)});
    }
    context.out.write(table.text(context.terminal.width, context.style));
    context.out.line();
    context.out.print("Configuration file: {}\n", folders.config_file.string());
    context.out.print("Data: {}\nState: {}\nCache: {}\n", folders.data.string(), folders.state.string(),
                      folders.cache.string());
    if (!folders.shared.empty()) context.out.print("Shared: {}\n", folders.shared.string());
}

void print_json(Context& context) {
    const auto& folders = context.settings.folders();
    nlohmann::ordered_json out;
    out["settings"] = nlohmann::ordered_json::object();
    for (const auto& setting : context.settings.all()) {
        out["settings"][setting.key] = {
            {"value", setting.value}, {"origin", model::origin_name(setting.origin)}, {"source", setting.source}};
    }
    out["folders"] = {{"config_file", folders.config_file.string()},
                      {"data", folders.data.string()},
                      {"state", folders.state.string()},
                      {"cache", folders.cache.string()}};
    out["folders"]["shared"] = nullptr;
    if (!folders.shared.empty()) out["folders"]["shared"] = folders.shared.string();
    context.print_json(out);
}

Run define(CommandLine&) {
    return [](Context& context) -> Result<int> {
        context.json ? print_json(context) : print_text(context);
        return k_exit_ok;
    };
}

}  // namespace

const Command k_config_show{
    .path = "config show",
    .summary = "Show every setting and where its value comes from",
    .description =
        R"(A flag (or --set KEY=VALUE) wins over the environment (ELYSIACTL_ and the key in capitals, its dot an
underscore: ELYSIACTL_STORE_PATH), that over the configuration file, that over the default.

Folders follow the XDG variables; ELYSIACTL_HOME puts all of them under one folder.)",
    .examples = "%p config show\n%p config show --json --set search.limit=20",
    .define = define};

}  // namespace ely::programs
