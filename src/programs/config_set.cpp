#include <nlohmann/json.hpp>

#include "base/yaml.hpp"
#include "programs/command.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string key;
    std::string value;
};

Result<int> run(Context& context, const CommandLine& line, const Options& options) {
    ELY_TRY(model::check_setting(options.key, options.value));
    const auto& chosen = line.chosen();
    const model::SettingSources sources{context.variable, {}, chosen.config_file, chosen.shared, {}};
    ELY_TRY_ASSIGN(const auto folders, model::resolve_folders(sources));
    const auto& file = folders.config_file;
    ELY_TRY(make_directories(file.parent_path()));
    // Two of these at the same time must not lose one of the values.
    ELY_TRY_ASSIGN(const auto lock, FileLock::try_acquire(Path(file.string() + ".lock")));
    auto text = read_file(file);
    if (!text && text.error().code != Code::not_found) return fail(std::move(text).error());
    auto changed = with_yaml_value(text ? *text : "", options.key, options.value);
    if (!changed) return fail(std::move(changed).error(), file.string());
    ELY_TRY(write_file_atomic(file, *changed, 0600));
    if (context.json) {
        context.print_json({{"key", options.key}, {"value", options.value}, {"config_file", file.string()}});
    } else {
        context.out.print("{} = {} in {}\n", options.key, options.value, file.string());
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("KEY", options->key, "the setting, as config show names it")->required();
    line.add_option("VALUE", options->value, "its value")->required();
    return [options, &line](Context& context) { return run(context, line, *options); };
}

}  // namespace

const Command k_config_set{
    .path = "config set",
    .summary = "Set a value in the configuration file",
    .description = "Edits the one line, or adds it; comments and order of the file stay as they are.",
    .examples = "%p config set search.limit 20\n%p config set index.max_file_size 2MB",
    .define = define,
    .needs_settings = false};

}  // namespace ely::programs
