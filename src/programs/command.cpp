#include "programs/command.hpp"

#include <algorithm>
#include <limits>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace ely::programs {
namespace {

std::string dumped(const nlohmann::ordered_json& value, int indent) {
    return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void Context::print_json(const nlohmann::ordered_json& value) {
    out.write(dumped(value, 2));
}

void Context::print_json_line(const nlohmann::ordered_json& value) {
    out.write(dumped(value, -1));
}

void Context::print_list(const nlohmann::ordered_json& rows, const ui::Table& table, std::string_view if_empty) {
    if (json) {
        print_json(rows);
    } else if (table.empty()) {
        out.line(if_empty);
    } else {
        out.write(table.text(terminal.width, style));
    }
}

Result<bool> Context::confirm(std::string_view question, bool proposed) {
    out.flush();
    return prompt.confirm(question, proposed, stop);
}

int Context::refused() {
    err.line("Nothing was changed.");
    return k_exit_failure;
}

Option* Option::required() {
    m_option->required();
    return this;
}

Option* Option::type_name(const std::string& name) {
    m_option->type_name(name);
    return this;
}

Option* Option::group(const std::string& name) {
    m_option->group(name);
    return this;
}

Option* Option::allow_extra_args(bool allowed) {
    m_option->allow_extra_args(allowed);
    return this;
}

Option* Option::excludes(const Option* other) {
    m_option->excludes(other->m_option);
    return this;
}

Option* Option::in_range(unsigned least, unsigned most) {
    m_option->check(CLI::Range(least, most));
    return this;
}

Option* Option::show_default() {
    m_option->capture_default_str();
    return this;
}

CommandLine::CommandLine(const Program& program, const Command& command)
    : m_app(std::make_unique<CLI::App>(std::string(command.summary),
                                       std::string(program.name) + " " + std::string(command.path))) {
    m_app->allow_extras();  // the frame names them itself, with suggestions
    add_global_options();
}

CommandLine::~CommandLine() = default;

Option* CommandLine::keep(CLI::Option* option) {
    return m_options.emplace_back(std::make_unique<Option>(*option)).get();
}

Option* CommandLine::add_option(const std::string& name, std::string& target, const std::string& help) {
    return keep(m_app->add_option(name, target, help));
}

Option* CommandLine::add_option(const std::string& name, std::optional<unsigned>& target, const std::string& help) {
    return keep(m_app->add_option(name, target, help));
}

Option* CommandLine::add_option(const std::string& name, std::vector<std::string>& target, const std::string& help) {
    return keep(m_app->add_option(name, target, help));
}

Option* CommandLine::add_option(const std::string& name, unsigned& target, const std::string& help) {
    return keep(m_app->add_option(name, target, help));
}

Option* CommandLine::add_option(const std::string& name, std::uint64_t& target, const std::string& help) {
    return keep(m_app->add_option(name, target, help));
}

Option* CommandLine::add_flag(const std::string& name, bool& target, const std::string& help) {
    return keep(m_app->add_flag(name, target, help));
}

void CommandLine::add_global_options() {
    m_app->set_help_flag("-h,--help", "show this help")->group(k_global_group);
    add_flag("--json", m_chosen.json, "results as JSON on standard output, errors as JSON on standard error")
        ->group(k_global_group);
    add_flag("-q,--quiet", m_chosen.quiet, "no progress and no notes")->group(k_global_group);
    m_app->add_flag("-v,--verbose", m_chosen.verbosity, "say more; may be repeated")->group(k_global_group);
    add_choice("--color", m_chosen.colour, {"auto", "always", "never"}, "colours; auto: on a terminal without NO_COLOR")
        ->group(k_global_group);
    add_option("--config", m_chosen.config_file, "another configuration file")
        ->type_name("FILE")
        ->group(k_global_group);
    add_option("--shared", m_chosen.shared, "a folder that both programs and others share, for the spool")
        ->type_name("DIR")
        ->group(k_global_group);
    add_option("--set", m_chosen.set, "a setting for this one run; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false)
        ->group(k_global_group);
}

Option* CommandLine::add_list(const std::string& name, std::vector<std::string>& target, const std::string& help) {
    const auto take = [&target](const CLI::results_t& results) {
        target.clear();
        for (const auto& result : results) {
            for (auto& part : split_list(result)) target.push_back(std::move(part));
        }
        return true;
    };
    return keep(m_app->add_option(name, take, help)
                    ->type_name("LIST")
                    ->expected(1, CLI::detail::expected_max_vector_size)
                    ->allow_extra_args(false));
}

Option* CommandLine::add_size(const std::string& name, std::uint64_t& target, const std::string& help) {
    const auto take = [&target, name](const CLI::results_t& results) {
        const auto size = parse_size(results.back());
        if (!size) throw CLI::ValidationError(name, size.error().message);
        target = *size;
        return true;
    };
    return keep(m_app->add_option(name, take, help)->type_name("SIZE"));
}

Option* CommandLine::add_choice(const std::string& name, std::string& target, const std::vector<std::string>& choices,
                                const std::string& help) {
    const auto take = [&target, choices, name](const CLI::results_t& results) {
        if (std::ranges::find(choices, results.back()) == choices.end()) {
            throw CLI::ValidationError(name, "\"" + results.back() + "\" is none of " + join(choices, ", "));
        }
        target = results.back();
        return true;
    };
    auto* option = m_app->add_option(name, take, help)->type_name(join(choices, "|"))->default_str(target);
    m_choices.emplace_back(option, choices);
    return keep(option);
}

Option* CommandLine::add_setting(const std::string& name, const std::string& key, const std::string& help) {
    const auto take = [this, key, name](const CLI::results_t& results) {
        const auto comma = name.rfind(',');
        m_chosen.settings.push_back({key, results.back(), comma == std::string::npos ? name : name.substr(comma + 1)});
        return true;
    };
    return keep(m_app->add_option(name, take, help)->type_name("VALUE"));
}

void CommandLine::add_yes() {
    add_flag("-y,--yes", m_chosen.yes, "answer every question with yes");
}

void CommandLine::add_dry_run() {
    add_flag("-n,--dry-run", m_chosen.dry_run, "say what would be done, change nothing");
}

std::vector<std::string> CommandLine::choices_of(const CLI::Option& option) const {
    const auto found = std::ranges::find(m_choices, &option, &decltype(m_choices)::value_type::first);
    return found == m_choices.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace ely::programs
