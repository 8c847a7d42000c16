#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "programs/elysiactl/cluster_facts.hpp"
#include "programs/elysiactl/commands.hpp"

namespace ely::programs {
namespace {

struct Options {
    model::ClusterProfile profile;
    std::vector<std::string> urls;  // each may be a list
    std::vector<std::string> grpc;
    std::string api_key_file;
    std::string ca_file;
    std::vector<std::string> headers;  // "NAME=VALUE"
    bool replace = false;
};

Path absolute(const std::string& text) {
    if (text.empty()) return {};
    const auto path = expand_home(text);
    return (path.is_relative() ? std::filesystem::current_path() / path : path).lexically_normal();
}

std::vector<std::string> addresses(const std::vector<std::string>& texts) {
    std::vector<std::string> out;
    for (const auto& text : texts) {
        for (auto& address : model::split_addresses(text)) out.push_back(std::move(address));
    }
    return out;
}

Result<model::ClusterProfile> profile_of(const Options& options) {
    auto out = options.profile;
    model::set_urls(out, addresses(options.urls));
    model::set_grpc(out, addresses(options.grpc));
    out.api_key_file = absolute(options.api_key_file);
    out.ca_file = absolute(options.ca_file);
    for (const auto& text : options.headers) {
        const auto equals = text.find('=');
        // What stands there may be a secret: it is not repeated.
        if (equals == std::string::npos) {
            return fail(Code::usage, "a header is not written NAME=VALUE",
                        "--header X-OpenAI-Api-Key='${OPENAI_API_KEY}'");
        }
        out.headers.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return model::checked_profile(std::move(out));
}

// Files must be there and fit now; variables may come later.
Result<void> check_files(const Context& context, model::ClusterProfile profile) {
    profile.api_key_env.clear();
    profile.headers.clear();
    ELY_TRY(model::cluster_access(profile, context.variable));
    return {};
}

bool sends_key_in_clear(const model::ClusterProfile& profile) {
    const bool has_key = !profile.api_key_env.empty() || !profile.api_key_file.empty();
    const auto is_here = [](const std::string& url) {
        return url.starts_with("http://localhost") || url.starts_with("http://127.") || url.starts_with("http://[::1]");
    };
    return has_key && profile.url.starts_with("http://") && !std::ranges::all_of(model::all_urls(profile), is_here);
}

void print_notes(Context& context, const ClusterFacts& facts, const model::ClusterProfile& profile) {
    if (context.quiet) return;
    if (facts.trouble) context.err.print("note: {}\n", printable(facts.trouble->text()));
    if (model::has_written_secret(profile)) {
        context.err.print(
            "note: a header's value stands in {}, for its owner's eyes only; ${{VARIABLE}} keeps it out\n",
            cluster_file_of(context).string());
    }
    if (sends_key_in_clear(profile)) {
        context.err.print("note: with http:// the key goes over the network for everybody to read\n");
    }
}

Result<int> run(Context& context, const Options& options) {
    ELY_TRY_ASSIGN(const auto profile, profile_of(options));
    ELY_TRY(check_files(context, profile));
    const auto path = cluster_file_of(context);
    ELY_TRY_ASSIGN(const auto lock, model::lock_cluster_file(path));
    ELY_TRY_ASSIGN(auto file, model::read_cluster_file(path));
    const bool replaced = file.find(profile.name) != nullptr;
    if (replaced && !options.replace) {
        return fail(Code::already_exists, "there is a cluster \"" + profile.name + "\" already",
                    "elysiactl cluster show " + profile.name + "   or, for another profile in its place, --replace");
    }
    file.put(profile);
    if (!context.dry_run) ELY_TRY(model::write_cluster_file(path, file));
    ELY_TRY_ASSIGN(const auto facts, facts_of(context, profile, file));
    print_notes(context, facts, profile);
    if (context.json) {
        auto out = to_json(facts);
        out["replaced"] = replaced;
        out["dry_run"] = context.dry_run;
        context.print_json(out);
        return k_exit_ok;
    }
    const auto done = replaced ? "Replaced" : "Added";
    const auto would = replaced ? "Would replace" : "Would add";
    context.out.print("{} cluster {} at {}\n", context.dry_run ? would : done, profile.name, profile.url);
    if (!facts.chosen && !context.dry_run) {
        context.out.print("Use it:        elysiactl repo add URL --cluster {}\n", profile.name);
        context.out.print("Make it usual: elysiactl cluster use {}\n", profile.name);
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    auto& profile = options->profile;
    line.add_option("NAME", profile.name, "what to call it: small letters, digits, '_' and '-'")->required();
    line.add_option("--url", options->urls, "where it is: http://host:8080 or https://host; one for each node")
        ->type_name("URL")
        ->allow_extra_args(false)
        ->required();
    line.add_option("--grpc", options->grpc, "where its gRPC is; the same hosts, port 50051, by default; or none")
        ->type_name("HOST:PORT")
        ->allow_extra_args(false);
    auto* variable =
        line.add_option("--api-key-env", profile.api_key_env, "the variable that has the key")->type_name("VARIABLE");
    line.add_option("--api-key-file", options->api_key_file, "the file that has the key, its owner's alone (mode 0600)")
        ->type_name("FILE")
        ->excludes(variable);
    line.add_option("--ca-file", options->ca_file, "certificates of further authorities (PEM)")->type_name("FILE");
    line.add_option("--header", options->headers, "sent with every request; may be repeated; ${VARIABLE} is put in")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    line.add_flag("--replace", options->replace, "put it in the place of a profile of this name");
    line.add_dry_run();
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_cluster_add{
    .path = "cluster add",
    .summary = "Give a Weaviate cluster a name",
    .description =
        R"(Keeps where the cluster is and where its key lies in clusters.yaml, beside config.yaml; nothing is connected. The
key itself is read when it is needed, from the variable or the file, and shown nowhere.

https:// means TLS for gRPC too.

A cluster of several nodes may be given with the addresses of all of them: --url and --grpc may be repeated, or take a
comma list. Then objects are written to one node after the other, and a node that is away is left out until it
answers again. Name the nodes of one cluster only.)",
    .examples =
        "%p cluster add local --url http://localhost:8080\n"
        "%p cluster add team --url https://weaviate.example.org --grpc grpc.example.org:443 --api-key-env TEAM_KEY\n"
        "%p cluster add ours --url http://node1:8080,http://node2:8080,http://node3:8080\n"
        "%p cluster add team --url https://weaviate.example.org --api-key-file ~/.keys/team "
        "--header X-OpenAI-Api-Key='${OPENAI_API_KEY}'",
    .define = define};

}  // namespace ely::programs
