#include <nlohmann/json.hpp>

#include "programs/command.hpp"

namespace ely::programs {
namespace {

Run define(CommandLine& line) {
    return [&line](Context& context) -> Result<int> {
        const auto& chosen = line.chosen();
        const model::SettingSources sources{context.variable, {}, chosen.config_file, chosen.shared, {}};
        ELY_TRY_ASSIGN(const auto folders, model::resolve_folders(sources));
        if (context.json) {
            context.print_json({{"config_file", folders.config_file.string()}});
        } else {
            context.out.line(folders.config_file.string());
        }
        return k_exit_ok;
    };
}

}  // namespace

const Command k_config_path{.path = "config path",
                            .summary = "Print the path of the configuration file",
                            .description = "The file need not exist; a broken one is no hindrance here.",
                            .examples = "$EDITOR \"$(%p config path)\"",
                            .define = define,
                            .needs_settings = false};

}  // namespace ely::programs
