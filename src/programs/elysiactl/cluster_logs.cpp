#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <poll.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/local_cluster.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

constexpr int k_milliseconds_between_looks = 200;

struct Options {
    std::string name = operate::UpRequest().name;
    std::optional<unsigned> node;
    unsigned tail = 50;
    bool follow = false;
};

// One node's log, and how far it has been shown.
struct Log {
    unsigned node = 0;
    Path file;
    std::uintmax_t shown = 0;
    std::string begun;  // of a line whose end is not written yet
};

void print_line(Context& context, const Log& log, bool several, std::string_view line) {
    if (context.json) {
        context.print_json_line({{"node", log.node}, {"line", line}});
    } else {
        context.out.print("{}{}\n", several ? store::node_name(log.node) + " | " : "", printable(line));
    }
}

void print_text(Context& context, Log& log, bool several, std::string_view text) {
    log.begun += text;
    std::size_t begin = 0;
    for (auto end = log.begun.find('\n'); end != std::string::npos; end = log.begun.find('\n', begin)) {
        print_line(context, log, several, std::string_view(log.begun).substr(begin, end - begin));
        begin = end + 1;
    }
    log.begun.erase(0, begin);
}

// What has been added since it was last looked at. A file that has become shorter is a new one.
Result<std::string> read_new_text(Log& log) {
    std::error_code code;
    const auto size = std::filesystem::file_size(log.file, code);
    if (code) return std::string();  // between an old log and a new one there may be none
    if (size < log.shown) log.shown = 0;
    if (size == log.shown) return std::string();
    std::ifstream stream(log.file, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(log.shown));
    std::string text(size - log.shown, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) return fail(Code::io, "cannot read " + log.file.string());
    text.resize(static_cast<std::size_t>(stream.gcount()));
    log.shown += text.size();
    return text;
}

Result<int> follow(Context& context, std::vector<Log>& logs) {
    while (!context.stop.stop_requested()) {
        for (auto& log : logs) {
            ELY_TRY_ASSIGN(const auto text, read_new_text(log));
            print_text(context, log, logs.size() > 1, text);
        }
        context.out.flush();
        ::poll(nullptr, 0, k_milliseconds_between_looks);
    }
    return k_exit_interrupted;
}

Result<std::vector<Log>> logs_of(const operate::LocalCluster& cluster, const Options& options) {
    const auto launch = cluster.launch();
    if (options.node && *options.node >= launch.nodes.size()) {
        return fail(Code::not_found, fmt::format("cluster {} has no node {}", cluster.name, *options.node),
                    fmt::format("--node 0{}", launch.nodes.size() == 1 ? "" : " to --node 2"));
    }
    std::vector<Log> out;
    for (unsigned node = 0; node < launch.nodes.size(); ++node) {
        if (!options.node || *options.node == node) out.push_back({node, launch.nodes[node].log(), 0, {}});
    }
    return out;
}

Result<int> run(Context& context, const Options& options) {
    ELY_TRY(model::check_cluster_name(options.name));
    ELY_TRY_ASSIGN(const auto cluster, operate::read_local_cluster(context.settings.folders().data, options.name));
    ELY_TRY_ASSIGN(auto logs, logs_of(cluster, options));
    for (auto& log : logs) {
        const auto end = store::log_end(log.file, options.tail);
        print_text(context, log, logs.size() > 1, end.text);
        log.shown = end.size;
    }
    if (options.follow) return follow(context, logs);
    for (auto& log : logs) {
        if (!log.begun.empty()) print_text(context, log, logs.size() > 1, "\n");
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("--name", options->name, "the cluster's name")->type_name("NAME")->show_default();
    line.add_option("--node", options->node, "of this node alone: 0, 1 or 2")->type_name("N");
    line.add_option("--tail", options->tail, "so many of the last lines of each node")->type_name("N")->show_default();
    line.add_flag("-f,--follow", options->follow, "go on with what is added, until Ctrl-C");
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_cluster_logs{
    .path = "cluster logs",
    .summary = "Show what the nodes of a local cluster have written",
    .description = R"(The last lines of the nodes' logs, whether they run or not. With --json each line is an object.)",
    .examples = "%p cluster logs --tail 200\n%p cluster logs --node 0 --follow",
    .define = define};

}  // namespace ely::programs
