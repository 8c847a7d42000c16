#include <charconv>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/http_server.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "embed/inference_endpoint.hpp"
#include "operate/autostart.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string listen = "127.0.0.1:8600";
    bool allow_remote = false;
    bool install = false;
    bool uninstall = false;
};

constexpr const char* k_autostart_name = "elysiactl-embed";

// Each waits for its text's vector: so many can be in one batch.
constexpr unsigned k_answering_threads = 64;

struct Address {
    std::string host;
    std::uint16_t port = 0;
};

// "HOST:PORT", "[IPV6]:PORT" or "PORT".
std::optional<Address> parse_address(std::string_view text) {
    Address out{"127.0.0.1", 0};
    auto port = text;
    if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
        auto host = text.substr(0, colon);
        port = text.substr(colon + 1);
        const bool bracketed = host.starts_with('[') && host.ends_with(']');
        if (bracketed) host = host.substr(1, host.size() - 2);
        if (host.empty() || (!bracketed && host.find(':') != std::string_view::npos)) return std::nullopt;
        out.host = host;
    }
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
    return out;
}

Result<Address> address_of(const Options& options) {
    const auto address = parse_address(options.listen);
    if (!address) {
        return fail(Code::usage, fmt::format("\"{}\" is not an address to listen on", printable(options.listen)),
                    "--listen 127.0.0.1:8600");
    }
    if (!options.allow_remote && !is_loopback_address(address->host)) {
        return fail(Code::usage,
                    fmt::format("other machines may reach {}, and whoever reaches it may use it: the endpoint knows no "
                                "passwords",
                                printable(options.listen)),
                    "--listen 127.0.0.1:8600, or --allow-remote if that is meant");
    }
    return *address;
}

Result<HttpServer> open_server(const Address& address, embed::InferenceEndpoint& endpoint) {
    HttpServerOptions options;
    options.address = address.host;
    options.port = address.port;
    options.threads = k_answering_threads;
    auto server = HttpServer::bind(options, endpoint.routes());
    if (server) return server;
    auto error = std::move(server).error();
    if (error.code == Code::conflict)
        error.hint = "end what listens there, or choose another port: --listen 127.0.0.1:0 takes a free one";
    return fail(std::move(error));
}

// Under which Weaviate can reach it. A wildcard is no address to connect to.
std::string url_for_clients(const HttpServer& server, const Address& address) {
    if (address.host != "0.0.0.0" && address.host != "::") return server.url();
    return fmt::format("http://THIS-MACHINE:{}", server.port());
}

void say_where(Context& context, const HttpServer& server, const Address& address, const embed::ModelInfo& model) {
    if (context.json) {
        context.print_json_line({{"url", server.url()},
                                 {"address", address.host},
                                 {"port", server.port()},
                                 {"model", model.name},
                                 {"fingerprint", model.fingerprint},
                                 {"dimensions", model.dimensions}});
    } else {
        context.out.print("{} {} ({} dimensions) answers at {}\n\n", context.style.green("✓"), model.name,
                          model.dimensions, context.style.bold(server.url()));
        context.out.print("Weaviate uses it when started with\n");
        context.out.print("  ENABLE_MODULES=text2vec-transformers\n");
        context.out.print("  TRANSFORMERS_INFERENCE_API={}\n\n", url_for_clients(server, address));
        context.out.print("Ctrl-C ends it.\n");
    }
    context.out.flush();
}

// ~/.config/systemd/user, or what stands for it.
Path unit_folder(const Context& context) {
    const auto config = context.variable("XDG_CONFIG_HOME").value_or("");
    return (config.empty() ? expand_home("~/.config") : Path(config)) / "systemd" / "user";
}

// What starts this server again, wherever it is started from.
operate::Autostart autostart_of(const Context& context, const Options& options) {
    operate::Autostart out{.name = k_autostart_name,
                           .description = "elysiactl's embedding model for Weaviate",
                           .command = {own_executable().string(), "embed", "serve", "--listen", options.listen},
                           .log_file = context.settings.folders().state / "embed-serve.log"};
    if (options.allow_remote) out.command.emplace_back("--allow-remote");
    if (const auto threads = context.settings.embedding_threads(); threads != 0)
        out.command.insert(out.command.end(), {"--threads", std::to_string(threads)});
    if (const auto folder = context.settings.embedding_model_folder(); !folder.empty())
        out.command.insert(out.command.end(),
                           {"--set", "embedding.model_dir=" + std::filesystem::absolute(folder).string()});
    return out;
}

std::string_view keeper_name(operate::Keeper keeper) {
    return keeper == operate::Keeper::systemd ? "systemd" : "cron";
}

Result<int> install(Context& context, const Options& options, const Address& address) {
    if (address.port == 0)
        return fail(Code::usage, "a server that is to be found again needs a port of its own",
                    "--listen 127.0.0.1:8600 --install");
    const auto autostart = autostart_of(context, options);
    ELY_TRY_ASSIGN(const auto place, operate::install_autostart(autostart, unit_folder(context)));
    const bool systemd = place.keeper == operate::Keeper::systemd;
    if (context.json) {
        context.print_json({{"keeper", keeper_name(place.keeper)},
                            {"file", systemd ? nlohmann::ordered_json(place.unit_file.string()) : nullptr},
                            {"command", autostart.command},
                            {"started", systemd}});
        return k_exit_ok;
    }
    if (systemd) {
        context.out.print("{} systemd keeps it running: {}\n", context.style.green("✓"),
                          printable(place.unit_file.string()));
        context.out.print("Its log: journalctl --user -u {}\n", k_autostart_name);
        context.out.print("To let it run while you are logged out: loginctl enable-linger\n");
        return k_exit_ok;
    }
    context.out.print("{} cron starts it with the machine; its log is {}\n", context.style.green("✓"),
                      printable(autostart.log_file.string()));
    context.out.print("Until then start it yourself: {} embed serve --listen {}\n", context.program.name,
                      printable(options.listen));
    return k_exit_ok;
}

Result<int> uninstall(Context& context) {
    ELY_TRY_ASSIGN(const auto places, operate::remove_autostart(k_autostart_name, unit_folder(context)));
    auto rows = nlohmann::ordered_json::array();
    for (const auto& place : places) rows.push_back(keeper_name(place.keeper));
    if (context.json) {
        context.print_json({{"removed_from", rows}});
        return k_exit_ok;
    }
    if (places.empty()) context.out.print("Nothing starts it; nothing was changed.\n");
    for (const auto& place : places)
        context.out.print("{} Removed from {}\n", context.style.green("✓"), keeper_name(place.keeper));
    return k_exit_ok;
}

Result<int> run(Context& context, const Options& options) {
    if (options.uninstall) return uninstall(context);
    ELY_TRY_ASSIGN(const auto address, address_of(options));
    if (options.install) return install(context, options, address);
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(auto* embedder, workspace.embedder());
    embed::InferenceEndpoint endpoint(*embedder);
    ELY_TRY_ASSIGN(auto server, open_server(address, endpoint));
    say_where(context, server, address, embedder->info());
    ELY_TRY(server.serve(context.stop));
    if (!context.json && !context.quiet) {
        const auto counts = endpoint.counts();
        context.err.print("Embedded {} texts in {} batches.\n", format_count(counts.texts),
                          format_count(counts.batches));
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("--listen", options->listen,
                    "HOST:PORT or PORT; port 0 takes a free one (default: 127.0.0.1:8600)");
    line.add_flag("--allow-remote", options->allow_remote, "listen where other machines reach it, without a password");
    line.add_setting("--threads", "embedding.threads", "how many threads compute (default: one a core)");
    auto* install = line.add_flag("--install", options->install, "start it with the machine, by systemd or cron");
    line.add_flag("--uninstall", options->uninstall, "start it with the machine no more")->excludes(install);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_embed_serve{
    .path = "embed serve",
    .summary = "Serve the local model to Weaviate",
    .description =
        "Answers the requests of Weaviate's module text2vec-transformers with the model that elysiactl uses itself, so "
        "that "
        "a cluster embeds objects and queries with no key, no container and no other service. A text gets the same "
        "vector "
        "there and here.\n\n"
        "Texts that come at the same time are embedded together. It runs until Ctrl-C or SIGTERM, answers what it has "
        "taken on, and ends with status 0.\n\n"
        "It knows no passwords, so it listens on this machine alone unless --allow-remote is given.\n\n"
        "--install writes a unit for your own systemd, which starts it at once and again whenever it fails; where "
        "there is "
        "none, a line in a marked block of your crontab, which starts it with the machine. --uninstall takes both "
        "away. "
        "Nothing else of yours is touched.",
    .examples =
        "%p embed serve\n%p embed serve --listen 127.0.0.1:0 --json\n%p embed serve --threads 2\n%p embed serve "
        "--install",
    .define = define};

}  // namespace ely::programs
