#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "programs/command.hpp"
#include "programs/help.hpp"

namespace ely::programs {
namespace {

// What can follow a path: words below it, or the command's options and the values of those that have a choice.
struct Node {
    std::string path;
    std::vector<Entry> entries;
    std::vector<OptionFacts> options;
};

void collect(const Program& program, const std::string& path, std::vector<Node>& out) {
    Node node{path, entries_below(program, path), {}};
    if (const auto* command = find_command(program, path)) {
        CommandLine line(program, *command);
        const auto run = command->define(line);  // keeps what the options point to
        node.options = option_facts(line);
    }
    const auto entries = node.entries;
    out.push_back(std::move(node));
    for (const auto& entry : entries) {
        collect(program, path.empty() ? std::string(entry.word) : path + " " + std::string(entry.word), out);
    }
}

std::vector<Node> all_nodes(const Program& program) {
    std::vector<Node> out;
    collect(program, "", out);
    return out;
}

std::string words_of(const Node& node) {
    std::vector<std::string> words;
    words.reserve(node.entries.size());
    for (const auto& entry : node.entries) words.emplace_back(entry.word);
    for (const auto& option : node.options) {
        if (!option.argument) words.insert(words.end(), option.names.begin(), option.names.end());
    }
    if (node.path.empty()) words.insert(words.end(), {"help", "--help", "--version"});
    return join(words, " ");
}

// Inside single quotes of any of the shells.
std::string single_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string bash_script(const Program& program) {
    std::string paths;
    std::string words;
    std::string values;
    for (const auto& node : all_nodes(program)) {
        if (!node.path.empty()) paths += (paths.empty() ? "" : "|") + single_quoted(node.path);
        words += fmt::format("        {}) words={} ;;\n", single_quoted(node.path), single_quoted(words_of(node)));
        for (const auto& option : node.options) {
            for (const auto& name : option.names) {
                if (option.argument || option.value.empty()) continue;
                values += fmt::format("        {}) words={}; value=1 ;;\n", single_quoted(node.path + " " + name),
                                      single_quoted(join(option.choices, " ")));
            }
        }
    }
    return fmt::format(R"sh(# bash completion for {0}; eval "$({0} completion bash)"
_{0}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} path="" words="" value="" word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "${{path:+$path }}$word" in
        {1}) path="${{path:+$path }}$word" ;;
        esac
    done
    case "$path" in
{2}    esac
    case "$path $previous" in
{3}    esac
    COMPREPLY=()
    if [[ -n $words && ( -n $value || $current == -* || $words != -* ) ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    elif [[ $current != -* ]]; then
        compopt -o default 2>/dev/null
    fi
}}
complete -F _{0} {0}
)sh",
                       program.name, paths, words, values);
}

std::string zsh_script(const Program& program) {
    std::string paths;
    std::string words;
    for (const auto& node : all_nodes(program)) {
        if (!node.path.empty()) paths += (paths.empty() ? "" : "|") + single_quoted(node.path);
        std::string entries;
        for (const auto& entry : node.entries) {
            entries += " " + single_quoted(fmt::format("{}:{}", entry.word, entry.summary));
        }
        for (const auto& option : node.options) {
            if (!option.argument)
                entries += " " + single_quoted(fmt::format("{}:{}", option.names.back(), option.help));
        }
        words += fmt::format("    {}) words_here=({} ) ;;\n", single_quoted(node.path), entries);
    }
    return fmt::format(R"sh(#compdef {0}
# zsh completion for {0}; eval "$({0} completion zsh)"
_{0}() {{
  local path_here="" word
  local -a words_here
  for word in "${{words[@]:1:$((CURRENT-2))}}"; do
    case "${{path_here:+$path_here }}$word" in
    {1}) path_here="${{path_here:+$path_here }}$word" ;;
    esac
  done
  case "$path_here" in
{2}  esac
  if [[ ${{words[CURRENT]}} == -* || ${{words_here[1]}} != -* ]]; then
    _describe '{0}' words_here
  else
    _files
  fi
}}
compdef _{0} {0}
)sh",
                       program.name, paths, words);
}

std::string fish_script(const Program& program) {
    auto out = fmt::format("# fish completion for {0}; {0} completion fish | source\n", program.name);
    out += fmt::format(R"sh(function __{0}_at
    set -l path ""
    for word in (commandline -opc)[2..]
        contains -- (string trim "$path $word") $__{0}_paths; and set path (string trim "$path $word")
    end
    test "$path" = "$argv"
end
)sh",
                       program.name);
    std::string paths;
    std::string rules;
    for (const auto& node : all_nodes(program)) {
        const auto quoted_path = node.path.empty() ? std::string("\"\"") : "\"" + node.path + "\"";
        if (!node.path.empty()) paths += " " + single_quoted(node.path);
        const auto condition = single_quoted(fmt::format("__{}_at {}", program.name, quoted_path));
        for (const auto& entry : node.entries) {
            rules += fmt::format("complete -c {} -f -n {} -a {} -d {}\n", program.name, condition, entry.word,
                                 single_quoted(entry.summary));
        }
        for (const auto& option : node.options) {
            if (option.argument) continue;
            rules += fmt::format("complete -c {} -n {}", program.name, condition);
            for (const auto& name : option.names) {
                rules += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            if (!option.choices.empty()) rules += " -x -a " + single_quoted(join(option.choices, " "));
            if (option.choices.empty() && !option.value.empty()) rules += " -r";
            rules += " -d " + single_quoted(option.help) + "\n";
        }
    }
    return out + fmt::format("set -g __{}_paths{}\n", program.name, paths) + rules;
}

Run define(CommandLine& line) {
    auto shell = std::make_shared<std::string>();
    line.add_choice("SHELL", *shell, {"bash", "zsh", "fish"}, "bash, zsh or fish")->required();
    return [shell](Context& context) -> Result<int> {
        if (*shell == "bash") context.out.write(bash_script(context.program));
        if (*shell == "zsh") context.out.write(zsh_script(context.program));
        if (*shell == "fish") context.out.write(fish_script(context.program));
        return k_exit_ok;
    };
}

}  // namespace

const Command k_completion{
    .path = "completion",
    .summary = "Print a completion script for a shell",
    .description = "Put the line for your shell into its start-up file.",
    .examples = "eval \"$(%p completion bash)\"\neval \"$(%p completion zsh)\"\n%p completion fish | source",
    .define = define,
    .needs_settings = false};

}  // namespace ely::programs
